"""What the payment page collects beside money: asked for by settings, kept with the paid order, shown to staff."""

from urllib.parse import parse_qsl

import httpx
import msgspec
import pytest

from app import db
from app.models import Attempt, Order
from simulators.payments.control import SESSIONS as PATH
from tests.integration.checkout.buying import ONE_SESSION, SESSIONS, opened, order, session
from tests.integration.conftest import browser
from tests.integration.factories import make_item, make_user

HOME = {"line1": "1 Ockham Park", "line2": None, "postal_code": "GU23"}
HOME |= {"city": "Ockham", "state": None, "country": "GB"}


@pytest.fixture
def ada(app, signed_in):
    return signed_in(make_user("ada"))


@pytest.fixture
def staff(app, signed_in):
    return signed_in(make_user("grace", role="staff"))


@pytest.fixture
def paid(app, httpx_mock, monkeypatch, ada):
    """`paid(said, collect_…=…)` is an order of whose payer the provider has `said` this, and what it was asked.

    `before` it is paid the buyer does something else.
    """

    def buy(said, before=lambda: None, **changes):
        settings = msgspec.structs.replace(app.extensions["settings"], **changes)
        monkeypatch.setitem(app.extensions, "settings", settings)
        httpx_mock.add_callback(opened, method="POST", url=SESSIONS)
        placed = order(ada, make_item()).get_json()
        attempt = Attempt.query.one()
        asked = dict(parse_qsl(attempt.body))
        before()
        money = {"status": "complete", "payment_status": "paid", "payment_intent": "pi_1", "url": None}
        answer = session(asked, id=attempt.session_id, **money, **said)
        httpx_mock.add_callback(lambda _: httpx.Response(200, json=answer), method="GET", url=ONE_SESSION)
        assert ada.get(f"/checkout/return/{attempt.idem_key}").status_code == 303
        return placed["id"], asked

    return buy


SAID = {
    "customer_details": {"phone": "+44 12345", "email": "ada@example.com"},
    "collected_information": {"shipping_details": {"name": "Ada Lovelace", "address": HOME}},
}


def test_the_page_asks_for_phone_and_address_where_the_shop_wants_them(paid, staff, ada):
    number, asked = paid(SAID, collect_address="GB, DE", collect_phone=True)

    assert asked["shipping_address_collection[allowed_countries][0]"] == "GB"
    assert asked["shipping_address_collection[allowed_countries][1]"] == "DE"
    assert asked["phone_number_collection[enabled]"] == "true"
    seen = staff.get(f"/api/orders/{number}").get_json()
    assert seen["phone"] == "+44 12345"
    assert seen["shipping_address"] == {"name": "Ada Lovelace", **HOME}
    own = ada.get(f"/api/orders/{number}").get_json()
    assert {"phone", "shipping_address", "buyer", "note"} & set(own) == set()


def test_what_nobody_asked_for_is_not_kept(paid, staff):
    number, asked = paid(SAID)

    assert not any("collection" in name for name in asked)
    seen = staff.get(f"/api/orders/{number}").get_json()
    assert (seen["status"], seen["phone"], seen["shipping_address"]) == ("paid", None, None)


ODD = (None, "text", {"phone": 7, "shipping_details": {"address": [1]}}, {"phone": "9" * 400})


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_keeps_no_money_from_its_order(paid, staff, odd):
    said = {"customer_details": odd, "collected_information": odd}
    number, _ = paid(said, collect_address="GB", collect_phone=True)

    assert staff.get(f"/api/orders/{number}").get_json()["status"] == "paid"
    assert db.session.get(Order, number).shipping_address is None


def test_of_an_account_that_was_closed_before_its_order_was_paid_nothing_is_kept(paid, ada):
    def close():
        assert ada.delete("/api/profile").status_code == 200

    number, _ = paid(SAID, collect_address="GB", collect_phone=True, before=close)

    order = db.session.get(Order, number)
    assert (order.status, order.phone, order.shipping_address) == ("paid", None, None)


def test_of_an_account_that_is_closed_while_staff_have_the_provider_asked_nothing_is_kept(own_shop, monkeypatch):
    settings = own_shop.app.extensions["settings"]
    collecting = msgspec.structs.replace(settings, collect_address="GB", collect_phone=True)
    monkeypatch.setitem(own_shop.app.extensions, "settings", collecting)
    own_shop.place()
    own_shop.pay()
    session, buyer = f"{PATH}/{own_shop.attempt.session_id}", own_shop.http.cookies["kiosk"]
    own_shop.signed_in("grace", role="staff")
    own_shop.control.delay(30, method="GET", path=session)

    answer = own_shop.meanwhile(own_shop.check_out)
    own_shop.await_call("GET", session)
    leaving = browser(own_shop.app)
    leaving.set_cookie("kiosk", buyer)
    assert leaving.delete("/api/profile").status_code == 200
    own_shop.control.mend()

    assert answer.result().status_code in (200, 409)
    [order] = own_shop.rows(Order)
    assert (order.status, order.phone, order.shipping_address) == ("paid", None, None)
