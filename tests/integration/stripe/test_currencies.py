"""Shops in other currencies than the euro: the amounts that people see are the amounts that are charged."""

import pytest

from app import db
from app.models import Attempt, Hold, Order
from simulators.payments.control import SESSIONS
from tests.integration.accounts import assert_problem
from tests.integration.checkout.buying import available, order
from tests.integration.factories import make_item, make_user

pytestmark = pytest.mark.any_database


@pytest.fixture
def shop_in(app, reconfigured, signed_in):
    """`shop_in("HUF")` gives (staff, a buyer) of a shop that sells in it."""

    def change(currency):
        reconfigured(currency=currency)
        return signed_in(make_user("grace", role="staff")), signed_in(make_user("alice"))

    return change


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("HUF", 2), ("ISK", 2), ("UGX", 2), ("MGA", 0), ("TWD", 2)],
)
def test_the_shop_says_how_many_digits_its_amounts_have_by_the_providers_table(client, shop_in, currency, digits):
    shop_in(currency)
    item = make_item(price=50_000)

    assert client.get("/api/shop").get_json()["currency_digits"] == digits
    assert client.get(f"/api/items/{item.id}").get_json()["currency_digits"] == digits


@pytest.mark.parametrize(
    ("currency", "price", "shown"),
    [
        ("HUF", 499_000, "HUF\xa04,990.00"),
        ("ISK", 50_000, "ISK\xa0500.00"),
        ("UGX", 50_000, "UGX\xa0500.00"),
        ("MGA", 500, "MGA\xa0500"),
        ("KWD", 5_120, "KWD\xa05.120"),
    ],
)
def test_a_price_is_the_amount_that_the_provider_charges(shop_in, simulated, currency, price, shown):
    staff, buyer = shop_in(currency)
    item = staff.post("/api/items", json={"name": "Tea", "price": price}).get_json()

    placed = buyer.post(
        "/api/orders", json={"lines": [{"item_id": item["id"], "quantity": 1}]}, headers={"Idempotency-Key": "once"}
    ).get_json()

    assert (placed["total"], placed["currency"], placed["currency_digits"]) == (
        price,
        currency,
        item["currency_digits"],
    )
    assert shown in simulated.api.get(placed["checkout_url"]).text


@pytest.mark.parametrize(
    ("currency", "price", "words"),
    [
        ("ISK", 550, "has no decimals"),
        ("UGX", 550, "has no decimals"),
        ("KWD", 5_124, "5.120 KWD or 5.130 KWD"),
        ("EUR", 100_000_000, "at most 999999.99 EUR"),
    ],
)
def test_a_price_that_cannot_be_charged_is_refused_where_it_is_entered(shop_in, currency, price, words):
    staff, _ = shop_in(currency)
    path = f"/api/items/{make_item('Tea', price=50_000).id}"

    for answer in (
        staff.post("/api/items", json={"name": "Tea", "price": price}),
        staff.put(path, json={"name": "Tea", "price": price}),
        staff.patch(path, json={"price": price}),
    ):
        [wrong] = assert_problem(answer, 422, "invalid_input")["errors"]
        assert (wrong["field"], words in wrong["message"]) == ("price", True)
    assert staff.get(path).get_json()["price"] == 50_000


def test_where_the_provider_takes_more_a_price_may_be_higher(shop_in):
    staff, _ = shop_in("HUF")

    assert staff.post("/api/items", json={"name": "Car", "price": 900_000_000}).status_code == 201


def test_a_price_of_another_currency_is_not_ordered_and_nothing_is_set_aside(shop_in, httpx_mock):
    item = make_item("Tea", price=1250, on_hand=5)
    _, buyer = shop_in("ISK")

    [wrong] = assert_problem(order(buyer, item), 422, "invalid_input")["errors"]

    assert (wrong["field"], "Tea cannot be sold at its price" in wrong["message"]) == ("lines", True)
    assert (Order.query.count(), Hold.query.count(), available(buyer, item)) == (0, 0, 5)


@pytest.mark.parametrize(
    ("currency", "price", "words"),
    [
        ("EUR", 49, "0.50 EUR"),
        ("GBP", 29, "0.30 GBP"),
        ("HUF", 17_499, "175.00 HUF"),
        ("JPY", 49, "50 JPY"),
        ("CZK", 1499, "15.00 CZK"),
    ],
)
def test_an_order_below_the_providers_minimum_is_refused_before_anything_is_set_aside(
    shop_in, httpx_mock, currency, price, words
):
    _, buyer = shop_in(currency)
    item = make_item("Tea", price=price, on_hand=5)

    problem = assert_problem(order(buyer, item), 422, "amount_too_small")

    assert words in problem["detail"]
    assert [each["field"] for each in problem["errors"]] == ["lines"]
    assert (Order.query.count(), Hold.query.count(), available(buyer, item)) == (0, 0, 5)


def test_several_of_a_thing_that_is_too_cheap_alone_can_be_ordered(shop_in, simulated):
    _, buyer = shop_in("EUR")

    assert order(buyer, make_item("Pin", price=25), Pin=2).status_code == 201


def test_a_minimum_that_only_the_provider_knows_is_said_too(shop_in, httpx_mock, caplog):
    """The shop is paid out in another currency, whose minimum is higher."""
    _, buyer = shop_in("EUR")
    item = make_item("Tea", price=60, on_hand=5)
    words = "The Checkout Session's total amount due must add up to at least $4.00 hkd, sk_test_0123456789abcdef"
    error = {"type": "invalid_request_error", "code": "amount_too_small", "param": "line_items", "message": words}
    httpx_mock.add_response(400, json={"error": error}, method="POST", url=f"https://pay.example{SESSIONS}")

    answer = order(buyer, item)

    assert_problem(answer, 422, "amount_too_small")
    assert "sk_test" not in answer.text + caplog.text
    assert "400 type=invalid_request_error code=amount_too_small param=line_items" in caplog.text
    assert (available(buyer, item), Attempt.query.one().status) == (5, "rejected")


def test_a_session_that_is_refused_for_its_time_is_no_fault_of_the_order(shop_in, httpx_mock, caplog):
    """Our clock is wrong: no order can be paid, so that it is not for the buyer to change theirs."""
    _, buyer = shop_in("EUR")
    error = {"type": "invalid_request_error", "param": "expires_at", "message": "must be less than 24 hours"}
    httpx_mock.add_response(400, json={"error": error}, method="POST", url=f"https://pay.example{SESSIONS}")

    assert_problem(order(buyer, make_item()), 503, "payments_unavailable")
    assert "param=expires_at" in caplog.text


@pytest.mark.attack
def test_no_answer_of_the_provider_writes_lines_into_the_log(shop_in, httpx_mock, caplog):
    _, buyer = shop_in("EUR")
    error = {"type": "invalid\nERROR forged", "code": ["odd"], "param": "line_items\r\nforged: sk_test_0123"}
    httpx_mock.add_response(400, json={"error": error}, method="POST", url=f"https://pay.example{SESSIONS}")

    assert_problem(order(buyer, make_item()), 409, "payment_refused")

    assert ("forged" in caplog.text, "sk_test" in caplog.text) == (False, False)


@pytest.fixture
def paid_in(shop_in, simulated):
    """`paid_in("ISK", 50_000)` gives (staff, the path of an order that was paid so)."""

    def buy(currency, price):
        staff, buyer = shop_in(currency)
        number = order(buyer, make_item("Tea", price=price)).get_json()["id"]
        attempt = db.session.scalars(db.select(Attempt)).one()
        simulated.pay(attempt.session_id)
        buyer.get(f"/checkout/return/{attempt.idem_key}")
        return staff, f"/api/orders/{number}"

    return buy


@pytest.mark.parametrize(
    ("currency", "price", "wrong", "right", "words"),
    [
        ("ISK", 50_000, 12_550, 12_500, "Refund of 125.00 ISK."),
        ("UGX", 50_000, 12_550, 12_500, "Refund of 125.00 UGX."),
        ("KWD", 50_000, 12_345, 12_340, "Refund of 12.340 KWD."),
    ],
)
def test_a_refund_has_to_be_an_amount_of_its_currency(paid_in, currency, price, wrong, right, words):
    staff, path = paid_in(currency, price)

    refused = staff.post(f"{path}/refunds", json={"amount": wrong}, headers={"Idempotency-Key": "first"})
    given = staff.post(f"{path}/refunds", json={"amount": right}, headers={"Idempotency-Key": "second"})

    assert [each["field"] for each in assert_problem(refused, 422, "invalid_input")["errors"]] == ["amount"]
    assert (given.status_code, given.get_json()["status"]) == (201, "succeeded")
    assert staff.get(path).get_json()["refunded"] == right
    assert any(words in entry["words"] for entry in staff.get(f"{path}/history").get_json())
