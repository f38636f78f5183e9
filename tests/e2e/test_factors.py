"""A second factor and a passkey, in a browser with an authenticator that the browser itself plays."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.shop import Shop

PASSWORD = "lantern-tide-77-orchard"


# feature: passkeys {
@pytest.fixture
def own_device(page: Page) -> Iterator[None]:
    """A device that keeps passkeys and always knows its owner's finger.

    https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/
    """
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    session.detach()


# }


@pytest.fixture
def visitor(shop: Shop) -> str:
    """The name of somebody who has just registered, and is signed in."""
    name = f"visitor-{secrets.token_hex(4)}"
    shop.register(name, PASSWORD)
    shop.see_signed_in(name)
    return name


# feature: passkeys {
@pytest.mark.mishaps("401 POST /api/session/passkey")
@pytest.mark.projects("desktop")
@pytest.mark.usefixtures("own_device")
def test_a_passkey_is_added_signs_in_and_is_removed(shop: Shop, visitor: str) -> None:
    shop.add_passkey("Work laptop")
    shop.sign_out()

    shop.go_to("/sign-in")  # where this browser suggests the passkey, and this device says yes to it at once
    shop.see_signed_in(visitor)
    shop.suggest_no_passkeys()
    shop.sign_out()
    shop.sign_in_by_passkey()
    shop.see_signed_in(visitor)

    shop.remove_passkey("Work laptop")
    shop.sign_out()
    shop.sign_in_by_passkey()
    expect(shop.page.get_by_role("alert")).to_contain_text("not accepted")


# feature: shop {
@pytest.mark.projects("desktop")
@pytest.mark.usefixtures("own_device", "visitor")
def test_a_purchase_goes_on_after_signing_in_by_passkey(shop: Shop) -> None:
    shop.add_passkey("Work laptop")
    shop.sign_out()
    shop.suggest_no_passkeys()

    shop.buy("Postcard from the kiosk", quantity=2)
    shop.page.get_by_role("button", name="Use a passkey").click()
    shop.pay()

    shop.see_order("Paid")
    shop.see_total("7.00")


# }


# }


# feature: totp {
@pytest.mark.mishaps("401 POST /api/session")
@pytest.mark.projects("phone")
def test_an_app_is_set_up_and_its_codes_are_asked_for(shop: Shop, visitor: str) -> None:
    recovery_codes = shop.set_up_app()
    shop.sign_out()

    shop.sign_in_with_password(visitor, PASSWORD)
    shop.give_code("aaaa-bbbb-cccc-dddd")
    expect(shop.page.get_by_text("wrong, too old, or was used before")).to_be_visible()
    shop.give_code(recovery_codes[0])
    shop.see_signed_in(visitor)

    shop.remove_app(PASSWORD)
    shop.sign_out()
    shop.sign_in_with_password(visitor, PASSWORD)
    shop.see_signed_in(visitor)


# }
