"""What becomes of an order once it is placed: left, cancelled, refunded."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.shop import REFUND_FAILS, Shop

CUSTOMER, STAFF = "Ada Lovelace", "Grace Hopper"
ITEM, PRICE = "Postcard from the kiosk", "3.50"  # there are always some


def test_a_buyer_cancels_an_order_and_it_cannot_be_paid_any_more(shop: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.cancel_payment()
    shop.see_order("Not paid yet")

    shop.cancel_order()

    shop.see_order("Cancelled")
    shop.see_nothing_to_pay()
    shop.see_in_orders(shop.order, "Cancelled")


@pytest.mark.projects("desktop")
def test_whoever_left_the_payment_page_pays_from_the_list_of_orders(shop: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.cancel_payment()
    shop.see_order("Not paid yet")

    shop.open_order(shop.order)
    shop.go_on_to_payment()
    shop.pay()

    shop.see_order("Paid")


def test_staff_refund_a_part_and_then_the_rest_and_the_buyer_sees_it(shop: Shop, back_office: Shop) -> None:
    with shop.nothing_goes_wrong(), back_office.nothing_goes_wrong():
        shop.come_signed_in_as(CUSTOMER)
        shop.buy(ITEM, quantity=2)
        shop.pay()
        shop.see_order("Paid")
        back_office.come_signed_in_as(STAFF)
        back_office.open_order(shop.order)

        back_office.refund("1.20")
        back_office.see_sent_back("1.20")
        back_office.see_in_history("Refund of 1.20 EUR")
        shop.open_order(shop.order)
        shop.see_order("Paid")
        shop.see_refunded("1.20")

        back_office.refund()
        back_office.see_sent_back("5.80")
        back_office.see_order("Refunded")
        shop.open_order(shop.order)
        shop.see_order("Refunded")
        shop.see_refunded("7.00")


@pytest.mark.projects("phone")
def test_more_than_was_paid_is_not_sent_back(shop: Shop, back_office: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.pay()
    shop.see_order("Paid")
    back_office.come_signed_in_as(STAFF)
    back_office.open_order(shop.order)

    back_office.refund("3.51")

    expect(back_office.page.get_by_label("Amount in")).to_be_focused()
    expect(back_office.page.get_by_text("more than is left")).to_be_visible()


@pytest.mark.projects("desktop")
def test_a_refund_that_failed_waits_for_staff_until_it_is_sent_again(shop: Shop, back_office: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.pay(REFUND_FAILS)
    shop.see_order("Paid")
    back_office.come_signed_in_as(STAFF)
    back_office.open_order(shop.order)
    where = urlsplit(back_office.page.url).path

    back_office.refund(PRICE)
    back_office.see_sent_back(PRICE)

    finding = back_office.see_finding(f"Refund of {PRICE} EUR", order=where)
    finding.get_by_role("link", name="To the order:").click()
    back_office.see_in_history("Needs attention")


@pytest.mark.projects("phone")
def test_a_refund_that_failed_and_was_paid_back_otherwise_is_closed_with_a_reason(
    shop: Shop, back_office: Shop
) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.pay(REFUND_FAILS)
    shop.see_order("Paid")
    back_office.come_signed_in_as(STAFF)
    back_office.open_order(shop.order)
    where = urlsplit(back_office.page.url).path
    back_office.refund(PRICE)
    back_office.see_sent_back(PRICE)

    finding = back_office.see_finding(f"Refund of {PRICE} EUR", order=where)
    finding.get_by_role("button", name="Close:").click()
    question = back_office.page.get_by_role("dialog", name="Close this?")
    question.get_by_label("What was done about it").fill("Paid back in cash.")
    question.get_by_role("button", name="Close it").click()

    expect(finding).to_have_count(0)
    back_office.go_to(where)
    back_office.see_in_history("closed what needed attention")
    back_office.see_in_history("Reason: Paid back in cash.")
