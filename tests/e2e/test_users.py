"""Staff look after accounts."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.e2e.shop import Shop

STAFF = "Grace Hopper"
PASSWORD = "lantern-tide-77-orchard"


@pytest.mark.projects("phone")
def test_staff_deactivate_somebody_who_is_then_signed_in_nowhere(shop: Shop, back_office: Shop) -> None:
    name = f"user-{secrets.token_hex(4)}"
    shop.register(name, PASSWORD)
    shop.see_signed_in(name)
    back_office.come_signed_in_as(STAFF)
    page = back_office.page

    back_office.go_to("/")
    page.get_by_role("link", name="Users").click()
    page.get_by_label("Username, name or email").fill(name)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()

    expect(page.get_by_text("They are deactivated now.")).to_be_visible()
    expect(page.get_by_role("region", name="What happened")).to_contain_text("by grace")
    shop.go_to("/profile")
    expect(shop.page).to_have_url(re.compile(r"/sign-in\?next="))
