"""What the database itself refuses, whatever our code believes; and whoever moves an order is alone with it."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import db
from app.models import Attempt, Item, Order, Payment
from app.payments.ledger import Ledger
from app.runtime.db import utcnow, writing
from tests.integration.factories import make_item, make_order, make_user, saved


@pytest.fixture
def order(app):
    """Its only attempt is open."""
    return make_order(make_user(), make_item())


def payment(order, number, **more):
    return Payment(
        payment_intent=f"pi_{number}", order_id=order.id, amount=100, currency="EUR", disposition="settles", **more
    )


@pytest.mark.parametrize("status", ["new", "unknown", "open", "processing"])
def test_one_attempt_at_a_time_may_bring_an_order_money(order, status):
    second = {
        "order_id": order.id,
        "seq": 2,
        "idem_key": "second",
        "body": "",
        "api_version": "",
        "expires_at": utcnow(),
    }

    with pytest.raises(IntegrityError):
        saved(Attempt(**second, status=status))
    db.session.rollback()

    saved(Attempt(**second, status="rejected"))


def test_one_payment_settles_an_order(order):
    saved(payment(order, 1))

    with pytest.raises(IntegrityError):
        saved(payment(order, 2))


def test_money_comes_in_once(order):
    saved(payment(order, 1))

    with pytest.raises(IntegrityError):
        saved(payment(make_order(make_user(), make_item()), 1))


def test_no_more_goes_back_than_came_in(order):
    with pytest.raises(IntegrityError):
        saved(payment(order, 1, refund_reserved=101))


@pytest.mark.parametrize("held", [-1, 11])
def test_no_more_is_set_aside_than_there_is(app, held):
    item = make_item(on_hand=10)

    with pytest.raises(IntegrityError):
        db.session.execute(sa.update(Item).where(Item.id == item.id).values(held=held))


def test_whoever_moves_an_order_has_it_to_themselves(own_app):
    with own_app.app_context():
        order_id = make_order(make_user(), make_item()).id
    got_it = threading.Event()

    def move():
        with own_app.app_context(), writing():
            Ledger.lock(db.session(), Order.id == order_id)
            got_it.set()
            db.session.rollback()

    other = threading.Thread(target=move)
    with own_app.app_context(), writing():
        Ledger.lock(db.session(), Order.id == order_id)
        other.start()

        assert not got_it.wait(0.5)
        db.session.rollback()

    assert got_it.wait(10)
    other.join()
