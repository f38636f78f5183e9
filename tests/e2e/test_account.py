"""What people do with their own account."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.e2e.shop import Shop

NEWCOMER = "Joan Clarke"  # has no account here until one is linked, and none afterwards
CUSTOMER = "Ada Lovelace"
PASSWORD, NEW = "lantern-tide-77-orchard", "marble-otter-31-meadow"


@pytest.mark.mishaps("401 POST /api/session")
@pytest.mark.projects("phone")
def test_somebody_looks_after_their_account_from_linking_to_closing(shop: Shop, back_office: Shop) -> None:
    username = f"visitor-{secrets.token_hex(4)}"
    shop.register(username, PASSWORD)
    shop.see_signed_in(username)

    shop.link_account_of(NEWCOMER)
    shop.see_linked()
    shop.sign_out()
    shop.sign_in_as(NEWCOMER)

    back_office.sign_in_with_password(username, PASSWORD)
    back_office.see_signed_in(NEWCOMER)  # the name came along with the sign-in there
    shop.see_sessions(2)
    shop.sign_out_everywhere_else()
    back_office.go_to("/profile")
    back_office.see_signed_out()

    shop.change_password(PASSWORD, NEW)
    back_office.sign_in_with_password(username, PASSWORD)
    back_office.see_alert("do not go together")

    shop.unlink_account()
    shop.see_nothing_linked()
    shop.close_account()


@pytest.mark.projects("desktop")
def test_an_account_of_somebody_else_is_not_linked_and_the_page_says_so(shop: Shop) -> None:
    username = f"visitor-{secrets.token_hex(4)}"
    shop.register(username, PASSWORD)
    shop.see_signed_in(username)

    shop.link_account_of(CUSTOMER)

    shop.see_alert("belongs to another user")
    shop.see_signed_in(username)
    shop.see_nothing_linked()


def test_the_profile_fits_its_screen(shop: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.go_to("/profile")
    expect(shop.section("Where you are signed in").get_by_role("listitem").first).to_be_visible()
    expect(shop.section("Accounts elsewhere").get_by_role("button", name=re.compile("^Unlink"))).to_be_visible()

    shop.see_it_fits()
