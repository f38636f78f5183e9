"""The payment simulator's own pages, in a simulator that no other test uses."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from simulators.payments.control import SESSIONS, Control, started
from tests.e2e.shop import ACCEPTED, Shop

CUSTOMER = "Ada Lovelace"
SECURE = "4000 0027 6000 3184"
LINE = "line_items[0]"
ORDER = {
    "mode": "payment",
    "client_reference_id": "1042",
    "success_url": "http://127.0.0.1:9/paid",
    "cancel_url": "http://127.0.0.1:9/cancelled",
    f"{LINE}[quantity]": "1",
    f"{LINE}[price_data][currency]": "eur",
    f"{LINE}[price_data][unit_amount]": "1200",
    f"{LINE}[price_data][product_data][name]": "Tea",
}


@pytest.fixture(scope="module")
def _payments() -> Iterator[Control]:
    with started() as control:
        yield control


@pytest.fixture
def payments(_payments: Control) -> Control:
    _payments.reset()
    return _payments


def buy_with_a_lost_answer(payments: Control) -> dict[str, Any]:
    """As a shop does: the answer does not come, and it asks again under the same key. The session."""
    headers = {"Idempotency-Key": "order 1042"}
    with pytest.raises(httpx.TransportError):
        payments.api.post(SESSIONS, data=ORDER, headers=headers)
    session: dict[str, Any] = payments.api.post(SESSIONS, data=ORDER, headers=headers).json()
    return session


def timeline(page: Page, order: str) -> Locator:
    return page.get_by_role("group").filter(has=page.get_by_role("heading", name=re.compile(rf"^Order {order}\b")))


def test_a_purchase_with_a_fault_is_one_timeline(shop: Shop, payments: Control) -> None:
    page = shop.page
    shop.go_to(f"{payments.url}/_control/")
    payments.drop(when="after", method="POST", path=SESSIONS)
    session = buy_with_a_lost_answer(payments)
    payments.pay(session["id"])

    lines = timeline(page, "1042").get_by_role("list", name="Timeline").get_by_role("listitem")
    expect(lines.filter(has_text="checkout.session.completed").first).to_be_visible()
    calls = lines.filter(has_text=f"POST {SESSIONS}")
    expect(calls).to_have_count(2)
    expect(calls.first).to_contain_text("no answer: drop")
    expect(calls.last).to_contain_text("200")
    expect(calls.last).to_contain_text("answered from the saved answer")
    expect(timeline(page, "1042")).to_contain_text("complete, paid")
    shop.see_nothing_cut_off()


def test_a_fault_that_is_set_by_keyboard_befalls_the_next_call(shop: Shop, payments: Control) -> None:
    page = shop.page
    shop.go_to(f"{payments.url}/_control/")
    page.get_by_label("What goes wrong").select_option(label="It refuses, and does nothing")
    page.get_by_label("Status").select_option("503")
    shop.press(page.get_by_role("button", name="Set the fault"))
    expect(page.get_by_role("status")).to_contain_text("Set: 503")

    assert payments.api.get("/v1/events").status_code == 503
    assert payments.api.get("/v1/events").status_code == 200

    expect(page.get_by_role("listitem").filter(has_text="503 api_error, fault: error")).to_be_visible()


def test_buttons_mend_pause_continue_send_again_and_move_the_clock(shop: Shop, payments: Control) -> None:
    page = shop.page
    payments.drop(times=None)
    before = payments.state()["now"]
    shop.go_to(f"{payments.url}/_control/")

    press(page, "Mend all", "Nothing goes wrong any more")
    assert payments.state()["faults"] == []

    press(page, "Pause deliveries", "Webhooks are held")
    assert payments.state()["webhooks"]["mode"] == "hold"
    payments.pay(payments.open_session(client_reference_id="7")["id"])

    press(page, "Continue deliveries", "Deliveries continue")
    assert payments.state()["webhooks"]["mode"] == "send"

    press(page, "Move the clock", "moved by 1 h")
    assert payments.state()["now"] >= before + 3600

    payments.send_webhooks_to("http://127.0.0.1:9/nobody")
    event = timeline(page, "7").get_by_role("button", name=re.compile("^Send again checkout.session.completed"))
    event.click()
    expect(page.get_by_role("status")).to_contain_text("checkout.session.completed was sent again")
    expect(timeline(page, "7")).to_contain_text("sent out of turn")


def press(page: Page, button: str, said: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_contain_text(said)


@pytest.mark.mishaps("400 POST /_control/play")
def test_a_scenario_file_is_played_and_a_step_that_is_wrong_is_named(shop: Shop, payments: Control) -> None:
    page = shop.page
    story = b'[[step]]\nact = "open_session"\nclient_reference_id = "of-a-file"\n[[step]]\nact = "pay"\nsession = 1\n'
    shop.go_to(f"{payments.url}/_control/")
    page.get_by_label("File").set_input_files({"name": "story.toml", "mimeType": "text/plain", "buffer": story})
    expect(page.get_by_role("status")).to_contain_text("story.toml was read")
    shop.press(page.get_by_role("button", name="Play the scenario"))

    expect(page.get_by_role("status")).to_contain_text("The scenario was played: 2 steps")
    expect(page.get_by_role("list", name="Steps that were played").get_by_role("listitem")).to_have_count(2)
    expect(timeline(page, "of-a-file")).to_contain_text("complete, paid")
    shop.see_accessible()

    page.get_by_label("Steps, as TOML").fill('[[step]]\nact = "pays"\n')
    press(page, "Play the scenario", "That failed: scenario: step 1: pays(): there is no such act. Did you mean pay?")


def test_a_payment_is_found_by_its_order_number(shop: Shop, payments: Control) -> None:
    # No other id has a hyphen in it: a number could be part of one.
    for order in ("tea-for-ada", "tea-for-bob"):
        payments.open_session(client_reference_id=order)
    shop.go_to(f"{payments.url}/_control/")
    expect(timeline(shop.page, "tea-for-ada")).to_be_visible()

    shop.page.get_by_label("Order number, or any id").fill("tea-for-bob")

    expect(timeline(shop.page, "tea-for-ada")).to_have_count(0)
    expect(timeline(shop.page, "tea-for-bob")).to_be_visible()


@pytest.mark.projects("desktop")
def test_the_inspector_of_the_demo_shop_shows_an_order(shop: Shop, base_url: str) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.add_to_basket("Postcard from the kiosk")
    shop.open_basket()
    shop.check_out()
    shop.pay(ACCEPTED)
    shop.see_order("Paid")
    order = shop.page.url.rpartition("/")[2]

    shop.go_to(f"http://127.0.0.1:{(urlsplit(base_url).port or 0) + 2}/_control/")
    shop.page.get_by_label("Order number, or any id").fill(order)

    expect(timeline(shop.page, order)).to_contain_text("complete, paid")


def test_the_inspector_is_for_everybody(shop: Shop, payments: Control) -> None:
    payments.drop(when="after", method="POST", path=SESSIONS)
    session = buy_with_a_lost_answer(payments)
    payments.pay(session["id"])
    payments.refuse(times=None)
    shop.go_to(f"{payments.url}/_control/")
    expect(timeline(shop.page, "1042")).to_be_visible()

    for fault in ("drop", "delay", "error", "broken"):
        shop.page.get_by_label("What goes wrong").select_option(fault)
        shop.see_accessible()
    shop.see_it_fits()


@pytest.mark.mishaps("402 POST /pay/")
def test_the_payment_page_is_for_everybody(shop: Shop, payments: Control) -> None:
    page = shop.page
    session = payments.open_session()
    shop.go_to(session["url"])
    page.get_by_text("Other outcomes to try").click()
    shop.see_accessible()

    page.get_by_label("Card number").fill(SECURE)
    page.get_by_role("button", name=re.compile(r"^Pay\b.*\d")).click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    shop.see_accessible()

    page.get_by_role("button", name="Fail authentication").click()
    expect(page.get_by_role("alert")).to_be_visible()
    shop.see_accessible()

    payments.pay(session["id"])
    shop.go_to(session["url"])
    shop.see_accessible()
