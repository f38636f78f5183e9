"""Whatever is bought, added, taken off and sent back: the order has what the provider charged, to the minor unit."""

from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.books import Books
from tests.integration.factories import make_item
from tests.integration.payments.charging import amounts, charged, code, rate

COUNTRIES = {"AT": 20, "CH": 8.1, "DE": 19, "US": 0}
purchases = st.fixed_dictionaries(
    {
        "lines": st.lists(st.tuples(st.integers(1, 9_999), st.integers(1, 9)), min_size=1, max_size=3),
        "shipping": st.one_of(st.none(), st.integers(0, 5000)),
        "country": st.sampled_from(sorted(COUNTRIES)),
        "behavior": st.sampled_from(["exclusive", "inclusive"]),
        "off": st.one_of(
            st.none(), st.integers(1, 100).map(lambda percent: {"percent_off": percent}), st.integers(1, 20_000)
        ),
        "later": st.booleans(),
        "refunds": st.lists(st.one_of(st.none(), st.integers(1, 20_000)), max_size=3),
    }
)


@pytest.fixture
def buy(shop, reconfigured) -> Callable[[dict[str, Any]], None]:
    """Places, pays and refunds, and looks at the books."""
    shop.signed_in("grace", role="staff")

    def run(wanted: dict[str, Any]) -> None:
        control = shop.control
        offered = rate(control, wanted["shipping"]) if wanted["shipping"] is not None else ""
        reconfigured(shipping_rates=offered, automatic_tax=True, promotion_codes=True)
        control.tax(COUNTRIES, wanted["behavior"])
        bought = dict(wanted["lines"])
        lines = [{"item_id": make_item(price=price).id, "quantity": bought[price]} for price in bought]
        placed = shop.http.post("/api/orders", json={"lines": lines}, headers={"Idempotency-Key": token_hex(8)})
        subtotal = sum(price * quantity for price, quantity in bought.items())
        assert (placed.status_code, subtotal < 50) in ((201, False), (422, True))
        if placed.status_code == 201:
            _pay(wanted, placed.json()["checkout_url"].rpartition("/")[2])
            session = next(each for each in control.listed("sessions") if each["id"] == shop.attempt.session_id)
            assert session["amount_subtotal"] == subtotal
            _look(wanted, f"/api/orders/{placed.json()['id']}", session)
            with shop.app.app_context():
                assert Books(control.state(), {}, {}).money_differences() == []

    def _pay(wanted: dict[str, Any], session: str) -> None:
        chosen: dict[str, Any] = {"country": wanted["country"]}
        if wanted["off"] is not None:
            off = wanted["off"] if isinstance(wanted["off"], dict) else {"amount_off": wanted["off"], "currency": "eur"}
            chosen["code"] = code(shop.control, token_hex(6), **off)
        with suppress(httpx.HTTPStatusError):  # less than the provider takes: the buyer pays without the code
            shop.control.choose(session, **chosen)
        if wanted["later"]:
            shop.control.pay_later(session)
            shop.come_back()
            if shop.control.listed("sessions", id=session)[0]["payment_status"] == "unpaid":
                shop.control.settle(session)
        else:
            shop.control.pay(session)
        shop.come_back()

    def _look(wanted: dict[str, Any], where: str, session: dict[str, Any]) -> None:
        order = shop.http.get(where).json()
        subtotal, discount, shipping, tax, total = amounts(order)
        assert amounts(order) == charged(session)
        assert order["status"] == "paid"
        added = total - (subtotal - discount + shipping)
        assert added in {"exclusive": (tax,), "inclusive": (0,)}[wanted["behavior"]]
        back = 0
        for amount in wanted["refunds"]:
            wish = {"amount": amount} if amount else {}
            answer = shop.http.post(f"{where}/refunds", json=wish, headers={"Idempotency-Key": token_hex(8)})
            fits = (amount or total - back) <= total - back and back < total
            assert answer.status_code == (201 if fits else 409)
            back += (amount or total - back) if fits else 0
        seen = shop.http.get(where).json()
        assert (seen["refunded"], seen["refundable"]) == (back, total - back)

    return run


@pytest.mark.hypothesis
def test_an_order_has_what_was_charged_and_no_more_than_that_goes_back(buy):
    @settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.too_slow])
    @given(purchases)
    def check(wanted: dict[str, Any]) -> None:
        buy(wanted)

    check()
