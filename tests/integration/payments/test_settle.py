"""Settling against the payment simulator, over real HTTP: what was paid is paid, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app import db
from app.models import (
    Attempt,
    Hold,
    Item,
    Order,
    Outgoing,
    Payment,
    Refund,
    Todo,  # feature: todos
)
from app.orders import service as orders
from app.payments.settle import settle
from app.runtime.async_bridge import bridge
from app.runtime.config import PaymentsAccount
from app.runtime.db import utcnow, writing
from app.runtime.lease import LEASE
from app.stripe.gateway import Gateway
from tests.integration.checkout.buying import available, order
from tests.integration.conftest import browser, sign_in
from tests.integration.factories import make_item, make_user
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET


class Purchase:
    """An order of two lamps out of three, seen by its buyer."""

    def __init__(self, client, control):
        self.client, self.control = client, control
        self.lamp = make_item("Lamp", price=8900, on_hand=3)
        self.id = order(client, self.lamp, Lamp=2).get_json()["id"]

    @property
    def attempt(self):
        return Attempt.query.filter_by(order_id=self.id).populate_existing().one()

    @property
    def session(self):
        return self.attempt.session_id

    def come_back(self):
        return self.client.get(f"/checkout/return/{self.attempt.idem_key}")

    def found(self):
        return self.client.get(f"/api/orders/{self.id}").get_json()

    @property
    def stock(self):
        """(on hand, available)"""
        item = self.client.get(f"/api/items/{self.lamp.id}").get_json()
        return item["on_hand"], item["available"]


@pytest.fixture
def purchase(simulated, signed_in):
    return Purchase(signed_in(make_user("alice")), simulated)


def test_coming_back_from_the_payment_page_shows_a_paid_order(purchase):
    purchase.control.pay(purchase.session)

    response = purchase.come_back()

    assert (response.status_code, response.location) == (303, f"/orders/{purchase.id}")
    found = purchase.found()
    assert (found["status"], found["checkout_url"], found["refunded"]) == ("paid", None, 0)
    assert found["paid_at"] is not None
    assert purchase.stock == (1, 1)


def test_a_paid_order_is_one_payment_and_one_receipt(purchase):
    purchase.control.pay(purchase.session)

    for _ in range(3):
        purchase.come_back()

    payment = Payment.query.one()
    assert (payment.amount, payment.currency, payment.disposition) == (17800, "EUR", "settles")
    assert [hold.state for hold in Hold.query] == ["consumed"]
    assert Outgoing.query.one().kind == "receipt"


# feature: todos {
def test_a_paid_order_is_one_to_do(purchase, signed_in):
    purchase.control.pay(purchase.session)

    for _ in range(3):
        purchase.come_back()

    staff = signed_in(make_user("grace", role="staff"))
    [todo] = staff.get("/api/todos").get_json()["items"]
    assert (todo["order_id"], todo["done"]) == (purchase.id, False)
    assert todo["title"] == f"Hand over order {purchase.found()['number']}"


# }


# feature: todos {
def test_handing_over_and_ticking_the_todo_are_the_same_act(purchase, signed_in):
    purchase.control.pay(purchase.session)
    purchase.come_back()
    staff = signed_in(make_user("grace", role="staff"))
    [todo] = staff.get("/api/todos").get_json()["items"]

    ticked = staff.patch(f"/api/todos/{todo['id']}", json={"done": True})

    assert ticked.get_json()["done"] is True
    assert purchase.found()["status"] == "fulfilled"
    assert staff.post(f"/api/orders/{purchase.id}/fulfil").get_json()["status"] == "fulfilled"
    assert staff.patch(f"/api/todos/{todo['id']}", json={"done": False}).get_json()["error"] == "todo_belongs_to_order"
    assert staff.delete(f"/api/todos/{todo['id']}").get_json()["error"] == "todo_belongs_to_order"


def test_handing_over_ticks_the_todo(purchase, signed_in):
    purchase.control.pay(purchase.session)
    purchase.come_back()
    staff = signed_in(make_user("grace", role="staff"))

    handed_over = staff.post(f"/api/orders/{purchase.id}/fulfil").get_json()

    assert handed_over["status"] == "fulfilled"
    [todo] = staff.get("/api/todos").get_json()["items"]
    assert todo["done"] is True


# }


def test_coming_back_unpaid_changes_nothing(purchase):
    before = purchase.found()

    purchase.come_back()

    assert purchase.found() == before
    assert purchase.stock == (3, 1)


def test_a_declined_card_leaves_the_order_payable(purchase):
    purchase.control.decline(purchase.session)

    purchase.come_back()

    assert (purchase.found()["status"], bool(purchase.found()["checkout_url"])) == ("pending", True)
    assert purchase.stock == (3, 1)


def test_a_return_address_that_was_made_up_leads_nowhere(purchase):
    assert purchase.client.get("/checkout/return/made-up").status_code == 404


def test_a_delayed_method_is_processing_until_the_money_is_there(purchase):
    purchase.control.pay_later(purchase.session)
    purchase.come_back()

    assert (purchase.found()["status"], purchase.stock) == ("processing", (3, 1))

    purchase.control.settle(purchase.session)
    purchase.come_back()

    assert (purchase.found()["status"], purchase.stock) == ("paid", (1, 1))


def test_a_provider_that_does_not_answer_leaves_the_order_for_later(purchase):
    purchase.control.pay(purchase.session)
    purchase.control.refuse(500, path=f"/v1/checkout/sessions/{purchase.session}", times=None)

    assert purchase.come_back().status_code == 303
    assert purchase.found()["status"] == "pending"

    purchase.control.mend()
    purchase.come_back()
    assert purchase.found()["status"] == "paid"


def test_a_session_that_expired_after_the_hold_ends_the_order_and_frees_the_stock(purchase):
    db.session.get(Order, purchase.id).hold_until = utcnow() - timedelta(minutes=1)
    db.session.commit()
    purchase.control.advance(24 * 3600)

    purchase.come_back()

    assert (purchase.found()["status"], purchase.stock) == ("cancelled", (3, 3))


def test_money_of_another_amount_does_not_pay_the_order_and_goes_back(purchase):
    purchase.control.pay(purchase.session)
    purchase.control.alter(purchase.session, amount_total=1)

    purchase.come_back()

    assert purchase.found()["status"] == "pending"
    assert Payment.query.one().disposition == "surplus"
    assert (Refund.query.one().amount, Refund.query.one().status) == (1, "new")
    assert Outgoing.query.count() == 0


@pytest.mark.parametrize("change", [{"client_reference_id": "999"}, {"livemode": True}], ids=str)
def test_a_session_that_is_not_what_was_asked_for_pays_nothing_and_is_noted(purchase, change):
    purchase.control.pay(purchase.session)
    purchase.control.alter(purchase.session, **change)

    purchase.come_back()

    assert purchase.found()["status"] == "pending"
    assert Payment.query.count() == 0
    assert "not what was asked for" in purchase.attempt.problem


@pytest.fixture
def given_up(purchase):
    """A purchase whose order is over for us, while the buyer pays at the provider."""
    found = db.session.get(Order, purchase.id)
    purchase.attempt.status = "expired"
    found.move("cancelling")
    orders.cancel(db.session, found)
    db.session.commit()
    purchase.control.pay(purchase.session)
    return purchase


def test_money_that_comes_late_is_honoured_while_the_stock_is_there(given_up):
    given_up.come_back()

    assert (given_up.found()["status"], given_up.stock) == ("paid", (1, 1))
    assert Payment.query.one().disposition == "settles"


def test_money_that_comes_late_goes_back_when_the_stock_is_gone(given_up):
    given_up.lamp.on_hand = 1
    db.session.commit()

    given_up.come_back()

    assert (given_up.found()["status"], given_up.stock) == ("cancelled", (1, 1))
    assert (Payment.query.one().disposition, Refund.query.one().amount) == ("late", 17800)


def test_somebody_elses_lease_is_respected_until_it_runs_out(purchase):
    purchase.control.pay(purchase.session)
    purchase.attempt.lease_until = utcnow() + LEASE
    db.session.commit()

    purchase.come_back()
    assert purchase.found()["status"] == "pending"

    purchase.attempt.lease_until = utcnow() - timedelta(seconds=1)
    db.session.commit()
    purchase.come_back()
    assert purchase.found()["status"] == "paid"


@pytest.fixture
def own_purchase(own_app, payments_simulator, monkeypatch):
    account = PaymentsAccount(payments_simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
    monkeypatch.setitem(own_app.extensions, "gateway", Gateway(account))
    with own_app.app_context():
        yield Purchase(sign_in(own_app, make_user("alice")), payments_simulator)


def test_thirty_two_who_settle_at_once_settle_once(own_app, own_purchase):
    own_purchase.control.pay(own_purchase.session)
    where = f"/checkout/return/{own_purchase.attempt.idem_key}"
    db.session.commit()

    with ThreadPoolExecutor(32) as threads:
        statuses = set(threads.map(lambda _: browser(own_app).get(where).status_code, range(32)))

    assert statuses == {303}
    assert (Payment.query.count(), Outgoing.query.count()) == (1, 1)
    assert Todo.query.count() == 1  # feature: todos
    assert own_purchase.stock == (1, 1)
    assert own_purchase.found()["status"] == "paid"


def test_settling_works_outside_a_request_too(own_app, own_purchase):
    own_purchase.control.pay(own_purchase.session)
    number = own_purchase.attempt.id
    db.session.commit()

    with writing():
        done = bridge.run(settle(db.session(), own_app.extensions["gateway"], number))

    assert done is True
    db.session.expire_all()
    assert db.session.get(Item, own_purchase.lamp.id).on_hand == 1
    assert available(own_purchase.client, own_purchase.lamp) == 1
