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


@pytest.mark.mishaps("409 POST /api/orders/")
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


@pytest.mark.projects("desktop")
def test_staff_find_an_order_by_its_buyer_read_the_note_and_take_a_hand_over_back(
    shop: Shop, back_office: Shop
) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.add_to_basket(ITEM)
    shop.open_basket()
    shop.page.get_by_label("A note for the shop").fill("Ring twice")
    shop.check_out()
    shop.pay()
    shop.see_order("Paid")
    back_office.come_signed_in_as(STAFF)
    page = back_office.page

    back_office.go_to("/orders")
    page.get_by_label("Number, buyer or item").fill(CUSTOMER)
    page.get_by_label("State").select_option(label="Paid")
    page.get_by_role("button", name="Search").click()
    row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=f"Order {shop.order}", exact=True))
    expect(row).to_contain_text("ada@example.com")
    expect(row).to_contain_text("Ring twice")

    back_office.hand_over(shop.order)
    back_office.see_order("Handed over")
    page.get_by_role("button", name="Take the hand-over back").click()
    page.get_by_role("button", name="It is not handed over").click()
    back_office.see_order("Paid")
    back_office.see_one_todo_for(shop.order, "To do")


@pytest.mark.projects("desktop")
def test_staff_find_an_item_in_the_stock_and_see_who_changed_it(back_office: Shop) -> None:
    back_office.come_signed_in_as(STAFF)
    page = back_office.page
    back_office.go_to("/staff")
    expect(page.get_by_role("heading", name="Money by day")).to_be_visible()

    back_office.go_to("/staff/items")
    page.get_by_label("Name or description").fill("Reading lamp")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Reading lamp").click()
    page.get_by_label("Description", exact=True).fill("A lamp for the evening.")
    with page.expect_response(lambda answer: answer.request.method in ("PATCH", "PUT")):
        page.get_by_role("button", name="Save").click()

    back_office.go_to("/staff/items?q=Reading+lamp")
    page.get_by_role("link", name="Reading lamp").click()
    expect(back_office.section("What was changed")).to_contain_text("by grace")
