"""Mails, read as a person would: an address is verified, a forgotten password replaced."""

import re  # feature: shop

import pytest

from tests.e2e.mailbox import Mailbox
from tests.e2e.shop import Shop

CUSTOMER, STAFF, ITEM = "Ada Lovelace", "Grace Hopper", "Postcard from the kiosk"  # feature: shop
OLD, NEW = "seven lanterns at dusk", "nine lanterns at dawn"


@pytest.fixture
def mailbox(back_office: Shop, base_url: str) -> Mailbox:
    """In a second browser."""
    return Mailbox(back_office.page, base_url)


@pytest.mark.projects("phone")
def test_an_address_is_verified_and_a_forgotten_password_replaced(shop: Shop, mailbox: Mailbox, project: str) -> None:
    name = f"mary-{project}"
    shop.register(name, OLD)
    shop.see_signed_in(name)

    shop.go_to(mailbox.link_in("Confirm your email address", name))
    shop.verify_address()
    shop.sign_out()

    shop.forget_password(f"{name}@example.com")
    shop.go_to(mailbox.link_in("Set a new password", name))
    shop.set_password(NEW)
    shop.sign_in_with_password(name, NEW)
    shop.see_signed_in(name)
    mailbox.open_mail("Your password was changed", name)


# feature: shop {
@pytest.mark.projects("desktop")
def test_a_paid_order_is_told_to_its_buyer_and_to_staff_as_their_clocks_show_it(
    shop: Shop, back_office: Shop, mailbox: Mailbox
) -> None:
    for browser, name in ((back_office, STAFF), (shop, CUSTOMER)):
        browser.come_signed_in_as(name)
        browser.go_to("/")
        browser.see_time_zone_kept("Europe/Berlin")

    shop.buy(ITEM)
    shop.pay()
    shop.see_order("Paid")

    mailbox.open_mail(f"Your order {shop.order}", "ada")
    mailbox.see(ITEM, re.compile(r"Paid: .* CES?T"))
    mailbox.open_mail(f"Order {shop.order} is paid", "grace")
    mailbox.see("Ada Lovelace", ITEM, re.compile(r"Paid: .* CES?T"))


# }
