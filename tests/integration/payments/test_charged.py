"""What the provider adds to an order and takes off it: shipping, tax, discount. Recorded as it was charged."""

import pytest

from app.models import Event, Order, ShopProfile
from simulators.payments.control import SESSIONS
from tests.integration.checkout.buying import send_event
from tests.integration.conftest import sign_in
from tests.integration.factories import make_user, saved
from tests.integration.payments.charging import ALL, amounts, charged, code, rate

PRICE = 8900  # of the lamp


@pytest.fixture
def rates(simulated):
    return [rate(simulated, 500), rate(simulated, 1200)]


@pytest.fixture
def open_shop(shop, reconfigured, rates):
    """With all of it."""
    reconfigured(shipping_rates=", ".join(rates), **ALL)
    code(shop.control, "TEN", percent_off=10)
    code(shop.control, "FREE", percent_off=100)
    return shop


@pytest.fixture
def staff(app):
    with app.app_context():
        return sign_in(app, make_user("grace", role="staff"))


def buy(shop, *, card=None, **choices):
    """A paid order; the session as it then is."""
    assert shop.place().status_code == 201
    if choices:
        shop.control.choose(shop.attempt.session_id, **choices)
    shop.pay(card=card)
    shop.come_back()
    return shop.control.listed("sessions", id=shop.attempt.session_id)[0]


def refund(shop, staff, key, **wish):
    return staff.post(f"{shop.where}/refunds", json=wish, headers={"Idempotency-Key": key})


def test_a_shop_that_asks_for_nothing_sends_what_it_always_sent(shop):
    shop.place()

    known = {"mode", "client_reference_id", "success_url", "cancel_url", "expires_at", "line_items", "metadata"}
    assert shop.posts[0]["params"].keys() == known | {"payment_intent_data"}
    assert amounts(shop.found) == (PRICE, 0, 0, 0, PRICE)


def test_an_order_records_what_the_provider_charged(open_shop, rates):
    open_shop.place()
    before = amounts(open_shop.found)

    open_shop.control.choose(open_shop.attempt.session_id, shipping_rate=rates[1], code="ten", country="DE")
    open_shop.pay()
    open_shop.come_back()

    session = open_shop.control.listed("sessions")[0]
    after = amounts(open_shop.found)
    assert before == (PRICE, 0, 0, 0, PRICE)
    assert after == charged(session) == (PRICE, 890, 1200, 1750, 10960)
    assert (open_shop.status, open_shop.found["refundable"], open_shop.effects) == ("paid", 10960, 1)
    assert open_shop.money == [("settles", 10960)]


def test_tax_that_is_part_of_the_prices_is_told_and_not_added(open_shop):
    open_shop.control.tax({"AT": 20}, "inclusive")

    session = buy(open_shop, country="AT")

    assert amounts(open_shop.found) == charged(session) == (PRICE, 0, 500, 1483 + 83, PRICE + 500)


def test_money_on_its_way_counts_with_all_that_was_added(open_shop):
    open_shop.place()
    session = open_shop.attempt.session_id
    open_shop.control.pay_later(session)
    open_shop.come_back()
    waiting = open_shop.status, amounts(open_shop.found)

    open_shop.control.settle(session)
    open_shop.sweep()

    assert waiting == ("processing", (PRICE, 0, 0, 0, PRICE))
    assert (open_shop.status, amounts(open_shop.found)) == ("paid", (PRICE, 0, 500, 1880, 11280))


def test_late_money_is_welcome_with_all_that_was_added(open_shop):
    open_shop.place()
    open_shop.pay()
    open_shop.change(Order, status="cancelled")

    open_shop.come_back()

    assert (open_shop.status, amounts(open_shop.found)) == ("paid", (PRICE, 0, 500, 1880, 11280))


def test_all_that_was_paid_can_go_back_and_no_more(open_shop, staff):
    buy(open_shop, code="TEN")
    total = open_shop.found["total"]

    part = refund(open_shop, staff, "part", amount=PRICE)
    too_much = refund(open_shop, staff, "too much", amount=total - PRICE + 1)
    rest = refund(open_shop, staff, "rest")

    assert total > PRICE
    assert (part.status_code, part.get_json()["amount"]) == (201, PRICE)
    assert (too_much.status_code, too_much.get_json()["error"]) == (409, "refund_too_large")
    assert (rest.status_code, rest.get_json()["amount"]) == (201, total - PRICE)
    assert (open_shop.found["refunded"], open_shop.found["refundable"]) == (total, 0)
    assert sum(each["amount"] for each in open_shop.control.listed("refunds", status="succeeded")) == total


def test_a_code_that_takes_all_off_pays_the_order_and_nothing_can_go_back(open_shop, reconfigured, staff):
    reconfigured(shipping_rates="")
    session = buy(open_shop, code="FREE")

    answer = refund(open_shop, staff, "all")

    assert (session["payment_status"], session["payment_intent"]) == ("no_payment_required", None)
    assert (open_shop.status, amounts(open_shop.found)) == ("paid", (PRICE, PRICE, 0, 0, 0))
    assert (open_shop.effects, open_shop.stock, open_shop.found["refundable"]) == (1, (2, 2), 0)
    assert (answer.status_code, answer.get_json()["error"]) == (409, "order_not_paid")
    assert staff.get("/api/dashboard").get_json()["needs"]["hand_over"] == 1
    assert "Nothing was left to pay" in staff.get(f"{open_shop.where}/history").text
    assert staff.post(f"{open_shop.where}/fulfil").status_code == 200
    assert open_shop.app.test_cli_runner().invoke(args=["reconcile"]).exit_code == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_subtotal": PRICE - 100},
        {"amount_total": PRICE + 499},
        {"amount_total": PRICE + 500 + 1880 + 1},
        {"amount_total": PRICE + 500 + 1780, "amount_subtotal": PRICE - 100},
        {"total_details": {"amount_discount": 0, "amount_shipping": -500, "amount_tax": 1880}},
        {"total_details": {"amount_discount": 0, "amount_shipping": None, "amount_tax": 0}},
    ],
)
def test_a_session_that_is_not_about_the_lines_or_does_not_add_up_pays_nothing(open_shop, wrong):
    open_shop.place()
    session = open_shop.attempt.session_id
    open_shop.pay()
    open_shop.control.alter(session, **wrong)

    open_shop.come_back()

    assert open_shop.status == "pending"
    assert [disposition for disposition, _ in open_shop.money] == ["surplus"]
    assert amounts(open_shop.found) == (PRICE, 0, 0, 0, PRICE)


def test_an_attempt_is_repeated_as_it_was_sent_though_the_settings_are_others_now(open_shop, reconfigured, rates):
    open_shop.control.drop(when="after", method="POST", path=SESSIONS, times=3)
    assert open_shop.place().status_code == 202
    reconfigured(shipping_rates=rates[1], automatic_tax=False, promotion_codes=False, invoices=False)
    saved(ShopProfile(id=1, name="Another name"))

    open_shop.sweep()

    assert len(open_shop.sessions) == 1
    assert all(post["params"] == open_shop.posts[0]["params"] for post in open_shop.posts)
    open_shop.pay()
    open_shop.come_back()
    assert (open_shop.status, open_shop.found["shipping"]) == ("paid", 500)


@pytest.mark.parametrize("wrong", ["missing", "not active", "in dollars"])
def test_a_rate_that_the_provider_does_not_offer_is_no_fault_of_the_buyer(shop, reconfigured, rates, wrong):
    names = {"missing": "shr_nowhere", "not active": rates[0], "in dollars": rate(shop.control, 500, "usd")}
    if wrong == "not active":
        shop.control.api.post(f"/v1/shipping_rates/{rates[0]}", data={"active": "false"}).raise_for_status()
    reconfigured(shipping_rates=names[wrong])

    answer = shop.place()

    assert (answer.status_code, answer.json()["error"]) == (503, "payments_unavailable")
    assert shop.stock == (3, 3)
    reconfigured(shipping_rates=rates[1])
    assert shop.check_out().status_code == 200
    shop.pay()
    shop.come_back()
    assert (shop.status, shop.found["shipping"]) == ("paid", 1200)


def test_an_invoice_is_made_and_its_events_are_no_concern_of_ours(open_shop, client):
    session = buy(open_shop)

    [invoice] = open_shop.control.listed("invoices")
    told = [each for each in open_shop.control.listed("events") if each["type"].startswith("invoice.")]

    assert (session["invoice"], invoice["total"], invoice["status"]) == (invoice["id"], 11280, "paid")
    assert {each["type"] for each in told} >= {"invoice.created", "invoice.finalized", "invoice.paid"}
    assert {send_event(client, each).status_code for each in told} == {200}
    assert open_shop.rows(Event) == []
    assert open_shop.status == "paid"


def test_staff_get_the_amounts_in_the_table_and_the_money_of_the_day(open_shop, staff):
    buy(open_shop, code="TEN", country="DE")

    header, row = staff.get("/api/orders.csv").text.splitlines()
    known = dict(zip(header.split(","), row.split(","), strict=True))

    assert [known[name] for name in ("subtotal", "discount", "shipping", "tax", "total")] == [
        *("89.00", "8.90", "5.00", "16.17", "101.27")
    ]
    assert staff.get("/api/dashboard").get_json()["days"][-1]["amount"] == 10127
