"""Stories of people who read the shop in German."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.german import GermanShop

STAFF = "Grace Hopper"
PASSWORD = "lantern-tide-77-orchard"


@pytest.fixture
def laden(page_in: Callable[[str], Page]) -> GermanShop:
    """Kiosk in a German browser that is not signed in."""
    return GermanShop(page_in("de-DE"))


@pytest.fixture
def kontor(page_in: Callable[[str], Page]) -> GermanShop:
    """Kiosk in a second German browser, for staff."""
    return GermanShop(page_in("de-DE"))


# feature: shop {
def test_a_buyer_buys_and_staff_hand_over_in_german(laden: GermanShop, kontor: GermanShop) -> None:
    laden.come_as_somebody_new(PASSWORD)  # whose basket no other story fills
    laden.add_to_basket("Postcard from the kiosk", quantity=2)
    laden.see_it_is_german()
    laden.open_basket()
    laden.check_out()
    laden.pay()
    laden.see_order("Bezahlt")
    laden.see_sum("7,00 €")

    kontor.come_signed_in_as(STAFF)
    kontor.open_order(laden.order)
    kontor.see_order("Bezahlt")
    kontor.hand_over()
    kontor.see_order("Übergeben")


# }
@pytest.mark.projects("desktop")
def test_an_account_is_made_named_and_signed_in_to_in_german(laden: GermanShop) -> None:
    username = f"besuch-{secrets.token_hex(4)}"

    laden.register(username, PASSWORD)
    laden.call_oneself("Käthe Müller")
    laden.sign_out()
    laden.sign_in_with_password(username, PASSWORD)

    laden.see_signed_in_as("Käthe Müller")


@pytest.mark.projects("desktop")
def test_the_switch_stays_where_it_was_set_after_a_reload(laden: GermanShop) -> None:
    laden.go_to("/sign-in")
    laden.see_it_is_german()

    laden.choose("English")
    laden.go_to("/register")
    laden.see_heading("Make an account")

    laden.choose("Deutsch")
    laden.go_to("/register")
    laden.see_heading("Konto anlegen")


@pytest.mark.projects("phone")
@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/",  # feature: shop
    ],
)
def test_pages_in_german_are_for_everybody(laden: GermanShop, path: str) -> None:
    laden.go_to(path)
    laden.see_it_is_german()
    laden.see_accessible()
    laden.see_it_fits()
