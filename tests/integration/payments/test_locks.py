"""Many who write at once, and some who hold on to what others need: nobody hangs, and nobody loses anything."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app import db
from app.models import Item, Order
from app.runtime import sqlite_files
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_user
from tests.integration.payments.refunding import Till, send
from tests.processes import wait_for


@pytest.fixture
def kind(request):
    return request.config.getoption("--database")


def completed(shop):
    return next(each for each in shop.control.listed("events") if each["type"] == "checkout.session.completed")


def test_thirty_two_buyers_at_once_are_all_served(own_shop, own_app):
    with own_app.app_context():
        tea = make_item("Tea", on_hand=100).id
        clients = [sign_in(own_app, make_user()) for _ in range(32)]
    body = {"lines": [{"item_id": tea, "quantity": 1}]}

    def buy(client):
        return client.post("/api/orders", json=body, headers={"Idempotency-Key": "once"}).status_code

    with ThreadPoolExecutor(32) as threads:
        statuses = set(threads.map(buy, clients))

    # The provider may be too busy for some of them, and then answers later; the database is not.
    assert statuses <= {201, 202}
    with own_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 32
        assert db.session.get(Item, tea).held == 32


def test_messages_refunds_returns_and_sweeps_at_once_do_everything_once(own_shop, own_app):
    till = Till(own_shop)
    event = completed(own_shop)
    acts = [
        lambda: send(own_shop.http, event).status_code,
        lambda: till.refund(100).status_code,
        lambda: own_shop.come_back().status_code,
        lambda: till.fulfil().status_code,
        own_shop.sweep,
    ]

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda act: act(), acts * 4))

    assert {each for each in answers if isinstance(each, int)} <= {200, 201, 303}
    assert till.went_back == [("succeeded", 100)]
    assert (own_shop.status, own_shop.effects, len(own_shop.money)) == ("fulfilled", 1, 1)
    assert own_shop.in_line()


def test_checkout_cancel_and_messages_at_once_hang_nobody(own_shop):
    for number in range(3):
        own_shop.place(f"key-{number}")
        own_shop.pay()
    where = [f"/api/orders/{order.id}" for order in own_shop.rows(Order)]
    events = [each for each in own_shop.control.listed("events") if each["type"] == "checkout.session.completed"]
    acts = [lambda path=path: own_shop.http.post(f"{path}/checkout").status_code for path in where]
    acts += [lambda path=path: own_shop.http.post(f"{path}/cancel").status_code for path in where]
    acts += [lambda event=event: send(own_shop.http, event).status_code for event in events]

    with ThreadPoolExecutor(9) as threads:
        statuses = set(threads.map(lambda act: act(), acts))

    assert statuses <= {200, 202, 409}
    own_shop.let_pass(minutes=2)
    own_shop.sweep()
    assert {order.status for order in own_shop.rows(Order)} == {"paid"}
    assert own_shop.in_line()


# ---------------------------------------------------------------- SQLite


class Writer:
    """Another process that has SQLite's write lock."""

    def __init__(self, address):
        self.connection = sqlite3.connect(make_url(address).database, isolation_level=None, check_same_thread=False)
        self.connection.execute("BEGIN IMMEDIATE")

    def let_go(self):
        self.connection.execute("ROLLBACK")
        self.connection.close()


@pytest.fixture
def writer(own_database, kind):
    """`writer()` holds the lock until it lets go."""
    if kind != "sqlite":
        pytest.skip("PostgreSQL locks rows, not everything")
    return lambda: Writer(own_database)


def test_an_order_waits_for_whoever_writes(own_shop, writer):
    other = writer()
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(own_shop.place)
        timer = threading.Timer(1, other.let_go)
        timer.start()

        assert answer.result().status_code == 201


def test_a_lock_that_lasts_is_a_503_and_nothing_is_lost(own_shop, writer, monkeypatch):
    own_shop.place("first")
    own_shop.pay()
    event = completed(own_shop)
    with own_shop.app.app_context():
        db.engine.dispose()  # the next connections are made with less patience
    monkeypatch.setattr(sqlite_files, "BUSY_SECONDS", 1)
    other = writer()

    answers = [own_shop.place(), send(own_shop.http, event)]

    assert [(each.status_code, each.json()["error"]) for each in answers] == [(503, "database_unavailable")] * 2
    other.let_go()
    assert own_shop.place().status_code == 201
    assert send(own_shop.http, event).status_code == 200
    assert (own_shop.status, own_shop.in_line()) == ("paid", True)


# ---------------------------------------------------------------- PostgreSQL


@pytest.fixture
def other(own_database, kind):
    """A connection that holds on to rows."""
    if kind != "postgresql":
        pytest.skip("SQLite has one lock, and so no deadlock")
    with psycopg.connect(own_database) as connection:
        yield connection


def test_an_order_that_waits_while_its_account_is_closed_is_not_placed(own_shop, other):
    other.execute("UPDATE users SET active = false")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(own_shop.place)
        wait_for(lambda: waiting(other), "Kiosk to wait for a lock")
        other.commit()
        assert answer.result().status_code == 401

    assert own_shop.rows(Order) == []


LOCKS = {"order": "SELECT 1 FROM orders FOR UPDATE", "item": "SELECT 1 FROM items FOR UPDATE"}


@pytest.mark.parametrize("first", ["order", "item"])
def test_whoever_takes_order_and_item_in_either_order_costs_no_message(own_shop, other, first):
    second = {"order": "item", "item": "order"}[first]
    own_shop.place()
    own_shop.pay()
    event = completed(own_shop)
    other.execute(LOCKS[first])
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(send, own_shop.http, event)
        wait_for(lambda: waiting(other), "Kiosk to wait for a lock")
        with suppress(psycopg.errors.DeadlockDetected):  # PostgreSQL chooses one of the two
            other.execute(LOCKS[second])
        other.rollback()
        assert answer.result().status_code == 200

    own_shop.let_pass(minutes=2)
    own_shop.sweep()
    assert (own_shop.status, own_shop.effects, own_shop.in_line()) == ("paid", 1, True)


@pytest.mark.parametrize("first", ["order", "item"])
def test_a_checkout_in_a_deadlock_is_done_or_told_to_come_back(own_shop, other, first):
    second = {"order": "item", "item": "order"}[first]
    own_shop.control.refuse(402, method="POST")
    assert own_shop.place().status_code == 402
    other.execute(LOCKS[first])
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(own_shop.check_out)
        wait_for(lambda: waiting(other), "Kiosk to wait for a lock")
        with suppress(psycopg.errors.DeadlockDetected):
            other.execute(LOCKS[second])
        other.rollback()
        assert answer.result().status_code in (200, 503)

    assert own_shop.check_out().status_code == 200
    assert (own_shop.stock, own_shop.sessions, own_shop.in_line()) == ((3, 2), ["open"], True)


def waiting(connection):
    """Whether anybody waits for a lock in this database."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    [count] = connection.execute(query).fetchone()
    return count > 0
