"""Buying something, as people do."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.e2e.shop import DECLINED, Shop
from tests.processes import wait_for

CUSTOMER, STAFF = "Ada Lovelace", "Grace Hopper"
ITEM = "Postcard from the kiosk"  # there are always some
PASSWORD = "lantern-tide-77-orchard"


def test_a_customer_pays_and_staff_finds_one_todo_and_hands_over(shop: Shop, back_office: Shop) -> None:
    shop.sign_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.pay()
    shop.see_order("Paid")

    back_office.sign_in_as(STAFF)
    back_office.see_one_todo_for(shop.order, "To do")
    back_office.hand_over(shop.order)
    back_office.see_order("Handed over")
    back_office.see_one_todo_for(shop.order, "Done")

    shop.see_in_orders(shop.order, "Handed over")


def test_whoever_buys_before_signing_in_pays_right_after_it(shop: Shop) -> None:
    shop.buy(ITEM, quantity=2)
    shop.sign_in_at_the_provider(CUSTOMER)
    shop.pay()

    shop.see_order("Paid")
    shop.see_total("7.00")


@pytest.mark.projects("phone")
def test_a_purchase_goes_on_after_making_an_account(shop: Shop) -> None:
    shop.buy(ITEM, quantity=2)
    shop.page.get_by_role("link", name="Make an account").click()
    shop.fill_in_account(f"visitor-{secrets.token_hex(4)}", PASSWORD)
    shop.pay()

    shop.see_order("Paid")
    shop.see_total("7.00")


@pytest.mark.projects("desktop")
def test_back_from_the_payment_page_the_order_waits_and_nothing_is_lost(shop: Shop) -> None:
    shop.come_as_somebody_new(PASSWORD)
    shop.add_to_basket(ITEM, quantity=2)
    shop.open_basket()
    shop.check_out()
    expect(shop.page.get_by_label("Card number")).to_be_visible()

    shop.page.go_back()
    shop.see_waiting_order(f"2 × {ITEM}")
    expect(shop.page.get_by_text("Sold out")).to_have_count(0)
    shop.page.get_by_role("link", name=re.compile("^Pay or cancel")).first.click()
    shop.see_order("Not paid yet")
    shop.cancel_order()
    shop.see_order("Cancelled")

    shop.open_basket()
    expect(shop.page.get_by_label(f"Quantity of {ITEM}")).to_have_value("2")


@pytest.mark.projects("desktop")
def test_a_basket_is_there_at_the_next_browser_too(shop: Shop, back_office: Shop) -> None:
    name = shop.make_account(PASSWORD)
    shop.sign_in_with_password(name, PASSWORD)
    shop.see_signed_in(name)
    shop.add_to_basket(ITEM, quantity=3)
    wait_for(lambda: shop.page.request.get("/api/basket").json()["lines"], "the shop to keep the basket")

    back_office.sign_in_with_password(name, PASSWORD)
    back_office.see_signed_in(name)
    back_office.open_basket()

    expect(back_office.page.get_by_label(f"Quantity of {ITEM}")).to_have_value("3")


@pytest.mark.mishaps("409 PUT /api/basket")
@pytest.mark.projects("desktop")
def test_a_basket_that_is_paid_does_not_come_back_from_a_page_that_was_open(shop: Shop, back_office: Shop) -> None:
    name = shop.come_as_somebody_new(PASSWORD)
    shop.add_to_basket(ITEM, quantity=2)
    wait_for(lambda: shop.page.request.get("/api/basket").json()["lines"], "the shop to keep the basket")
    back_office.sign_in_with_password(name, PASSWORD)
    back_office.see_signed_in(name)
    back_office.open_basket()
    expect(back_office.page.get_by_label(f"Quantity of {ITEM}")).to_have_value("2")
    back_office.page.get_by_role("link", name="More items").click()

    shop.open_basket()
    shop.check_out()
    shop.pay()
    shop.see_order("Paid")
    back_office.put_into_basket("Dotted notebook")

    back_office.see_basket_count(1)
    back_office.open_basket()
    expect(back_office.page.get_by_label(f"Quantity of {ITEM}")).to_have_count(0)
    expect(back_office.page.get_by_label("Quantity of Dotted notebook")).to_have_value("1")


@pytest.mark.mishaps("401 PATCH /api/profile")
@pytest.mark.projects("desktop")
def test_a_session_that_ended_gives_back_what_was_typed(shop: Shop) -> None:
    name = shop.make_account(PASSWORD)
    shop.sign_in_with_password(name, PASSWORD)
    shop.see_signed_in(name)
    shop.go_to("/profile")
    shop.page.get_by_label("Name", exact=True).fill("Alice Liddell")

    shop.page.context.clear_cookies()
    shop.page.get_by_role("form", name="Name and email").get_by_role("button", name="Save").click()
    expect(shop.page.get_by_text("Your session has ended")).to_be_visible()
    shop.fill_in_password(name, PASSWORD)

    expect(shop.page.get_by_label("Name", exact=True)).to_have_value("Alice Liddell")


@pytest.mark.mishaps("net::ERR_INTERNET_DISCONNECTED", "Problem")
@pytest.mark.projects("phone")
def test_without_a_network_the_page_says_so_and_goes_on_when_it_is_back(shop: Shop) -> None:
    shop.go_to("/")
    shop.see_loaded()

    shop.page.context.set_offline(True)
    expect(shop.page.get_by_text("You are offline")).to_be_visible()
    shop.page.get_by_role("banner").get_by_role("link", name="Basket").click()
    shop.see_alert("cannot be reached")

    shop.page.context.set_offline(False)
    expect(shop.page.get_by_text("You are offline")).to_have_count(0)
    shop.page.get_by_role("button", name="Try again").click()
    expect(shop.page.get_by_role("heading", name="Your basket")).to_be_visible()


@pytest.mark.projects("desktop")
def test_the_total_is_price_times_quantity(shop: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM, quantity=3)
    shop.pay()

    shop.see_order("Paid")
    shop.see_total("10.50")


@pytest.mark.mishaps("402 POST /pay/")
@pytest.mark.projects("phone")
def test_a_declined_card_is_no_dead_end(shop: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.pay(DECLINED)
    shop.see_payment_declined()

    shop.pay()

    shop.see_order("Paid")


@pytest.mark.projects("phone")
def test_a_cancelled_payment_can_be_taken_up_again(shop: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.cancel_payment()
    shop.see_order("Not paid yet")

    shop.go_on_to_payment()
    shop.pay()

    shop.see_order("Paid")


def test_a_basket_is_filled_before_signing_in_and_ordered_in_one_go(shop: Shop) -> None:
    shop.add_to_basket(ITEM, quantity=2)
    shop.add_to_basket("Dotted notebook")
    shop.open_basket()
    shop.see_basket_total("16.50")
    shop.page.get_by_label(f"Quantity of {ITEM}").fill("3")
    shop.see_basket_total("20.00")

    name = shop.make_account(PASSWORD)
    shop.check_out()
    shop.fill_in_password(name, PASSWORD)
    shop.pay()

    shop.see_order("Paid")
    shop.see_total("20.00")
    shop.open_basket()
    expect(shop.page.get_by_text("Nothing in it yet")).to_be_visible()


@pytest.mark.projects("desktop")
def test_an_account_with_a_password_buys_as_well(shop: Shop) -> None:
    name = f"visitor-{secrets.token_hex(4)}"
    shop.register(name, PASSWORD)
    shop.see_signed_in(name)
    shop.sign_out()

    shop.sign_in_with_password(name, PASSWORD)
    shop.see_signed_in(name)
    shop.buy(ITEM)
    shop.pay()

    shop.see_order("Paid")


@pytest.mark.projects("desktop")
def test_a_purchase_needs_no_mouse(shop: Shop) -> None:
    page, head = shop.page, shop.page.get_by_role("banner")
    name = shop.make_account(PASSWORD)
    shop.go_to("/")
    shop.press(head.get_by_role("link", name="Sign in"))
    shop.type_into("Username or email", name)
    shop.type_into("Password", PASSWORD)
    shop.press(page.get_by_role("button", name="Sign in"))
    shop.see_signed_in(name)
    shop.press(page.get_by_role("button", name=f"Add to basket {ITEM}"), "Space")
    shop.press(head.get_by_role("link", name="Basket with 1"))
    shop.type_into(f"Quantity of {ITEM}", "2")
    shop.type_into("A note for the shop", "Ring twice")
    shop.press(page.get_by_role("button", name="Check out"), "Space")

    shop.type_into("Card number", "4242424242424242")
    shop.type_into("Expires", "12/40")
    shop.type_into("CVC", "123")
    shop.press(page.get_by_role("button", name=re.compile(r"^Pay \W")))

    shop.see_order("Paid")
    shop.see_total("7.00")
    shop.press(head.get_by_role("link", name="Orders"))
    shop.press(page.get_by_role("link", name=re.compile(shop.order)))
    shop.see_order("Paid")


@pytest.mark.projects("desktop")
def test_a_provider_is_signed_in_at_and_an_item_bought_at_once_without_a_mouse(shop: Shop) -> None:
    page = shop.page
    shop.go_to("/sign-in")
    shop.press(page.get_by_role("link", name=re.compile("^Continue with")).first)
    shop.press(page.get_by_role("button", name=f"Continue as {CUSTOMER}"))
    shop.press(page.get_by_role("button", name=f"Buy {ITEM}"))
    expect(page.get_by_label("Card number")).to_be_visible()
