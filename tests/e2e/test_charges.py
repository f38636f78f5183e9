"""What the payment page adds and takes off, as buyers and staff see it: `kiosk up --shipping-and-tax`."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.german import GermanShop
from tests.e2e.mailbox import Mailbox
from tests.e2e.shop import Shop

STAFF, ITEM = "Grace Hopper", "Postcard from the kiosk"
PASSWORD = "lantern-tide-77-orchard"
pytestmark = pytest.mark.own_kiosk("--shipping-and-tax")


@pytest.fixture
def mailbox(back_office: Shop, own_url: str) -> Mailbox:
    return Mailbox(back_office.page.context.new_page(), own_url)


def test_shipping_tax_and_a_code_reach_the_receipt_the_refund_and_the_table(
    shop: Shop, back_office: Shop, mailbox: Mailbox
) -> None:
    buyer = shop.come_as_somebody_new(PASSWORD)
    shop.buy(ITEM, quantity=2)
    shop.choose_on_payment_page(shipping="Express", country="DE", code="welcome10")
    shop.see_to_pay("19.28")
    shop.pay()

    shop.see_order("Paid")
    shop.see_receipt(Subtotal="7.00", Discount="0.70", Shipping="9.90", Tax="3.08", Total="19.28")
    mailbox.open_mail(f"Your order {shop.order}", buyer)
    mailbox.see("Discount: -0.70 EUR", "Shipping: 9.90 EUR", "Tax: 3.08 EUR", "Total: 19.28 EUR")

    back_office.come_signed_in_as(STAFF)
    back_office.open_order(shop.order)
    back_office.see_bought_by("Berlin", "+43 1 5550123")
    back_office.refund("12.00")
    back_office.see_sent_back("12.00")
    back_office.refund()
    back_office.see_sent_back("7.28")
    back_office.see_order("Refunded")
    row = back_office.row_of_table(shop.order)
    amounts = [row[name] for name in ("subtotal", "discount", "shipping", "tax", "total", "refunded")]
    assert amounts == ["7.00", "0.70", "9.90", "3.08", "19.28", "19.28"]


@pytest.mark.projects("desktop")
def test_shipping_tax_and_a_code_are_told_in_german_and_go_back(
    page_in: Callable[[str], Page], mailbox: Mailbox
) -> None:
    laden, kontor = GermanShop(page_in("de-DE")), GermanShop(page_in("de-DE"))
    buyer = f"besuch-{secrets.token_hex(4)}"
    laden.register(buyer, PASSWORD)  # in the page, which tells the language for mails
    laden.add_to_basket(ITEM, quantity=2)
    laden.open_basket()
    laden.check_out()
    laden.choose_on_payment_page(shipping="Express", country="DE", code="welcome10")
    laden.pay()

    laden.see_order("Bezahlt")
    laden.see_receipt(Zwischensumme="7,00", Rabatt="0,70", Versand="9,90", Steuer="3,08", Summe="19,28")
    mailbox.open_mail(f"Ihre Bestellung {laden.order}", buyer)
    mailbox.see("Rabatt: -0,70 EUR", "Versand: 9,90 EUR", "Steuer: 3,08 EUR", "Summe: 19,28 EUR")

    kontor.come_signed_in_as(STAFF)
    kontor.open_order(laden.order)
    kontor.refund()
    kontor.see_order("Erstattet")
    laden.open_order(laden.order)
    laden.see_order("Erstattet")


@pytest.mark.mishaps("402 POST /pay/")
@pytest.mark.projects("phone")
def test_a_code_that_does_not_exist_is_said_and_the_total_stays(shop: Shop) -> None:
    shop.come_as_somebody_new(PASSWORD)
    shop.buy(ITEM, quantity=2)

    shop.choose_on_payment_page(shipping="Standard", country="US", code="NOSUCHCODE")

    shop.see_payment_error("This code is invalid")
    shop.choose_on_payment_page(shipping="Standard", country="US", code="FREE100")
    shop.see_to_pay("4.90")
    shop.pay()
    shop.see_receipt(Subtotal="7.00", Discount="7.00", Shipping="4.90", Total="4.90")
