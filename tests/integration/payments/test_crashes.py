"""`kill -9` in the middle of something. Started again, and reconciled, it is as if nothing had happened."""

import pytest
import sqlalchemy as sa

from app import db
from app.models import Attempt, Event, Order
from app.runtime.db import utcnow
from simulators.payments.control import SESSIONS
from tests.processes import wait_for

POST = {"method": "POST", "path": SESSIONS}


@pytest.mark.fault("open a session", "kill", "before")
def test_killed_between_the_orders_commit_and_the_post(live_shop):
    shop = live_shop()
    shop.control.hang(when="before", **POST)
    pending = shop.meanwhile(shop.place)
    shop.await_call(**POST)
    assert (shop.rows(Order)[0].status, shop.tried, shop.sessions) == ("pending", ["new"], [])

    shop.crash(pending)
    shop.mend()

    again = shop.place()
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json()["checkout_url"]
    assert (shop.sessions, shop.tried, shop.stock) == (["open"], ["open"], (3, 2))
    assert_payable(shop)


@pytest.mark.fault("open a session", "kill", "after")
def test_killed_between_the_post_and_the_commit_of_its_answer(live_shop):
    shop = live_shop()
    shop.control.hang(when="after", **POST)
    pending = shop.meanwhile(shop.place)
    wait_for(lambda: shop.sessions, "the session to be made")

    shop.crash(pending)
    shop.mend()

    assert (shop.sessions, shop.tried, shop.stock) == (["open"], ["open"], (3, 2))
    assert [call["replayed"] for call in shop.posts] == [False, True]
    assert len({call["key"] for call in shop.posts}) == 1
    assert_payable(shop)


@pytest.mark.fault("read a session", "kill")
def test_killed_while_the_provider_is_asked_how_the_payment_stands(live_shop):
    shop = live_shop()
    shop.place()
    shop.pay()
    where = f"{SESSIONS}/{shop.attempt.session_id}"
    shop.control.hang(method="GET", path=where)
    pending = shop.meanwhile(shop.come_back)
    shop.await_call("GET", where)

    shop.crash(pending)
    shop.mend()

    assert_paid_once(shop)


def test_killed_in_the_middle_of_the_transaction_that_settles(live_shop):
    shop = live_shop()
    shop.place()
    shop.pay()
    where = f"{SESSIONS}/{shop.attempt.session_id}"
    shop.control.delay(30, method="GET", path=where)
    pending = shop.meanwhile(shop.come_back)
    shop.await_call("GET", where)
    with shop.app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql(LOCKS[connection.dialect.name])
        shop.control.mend()
        shop.await_call("GET", where, status=200)
        if connection.dialect.name == "postgresql":
            wait_for(lambda: somebody_waits(connection), "the settling transaction to meet the lock")
        assert not pending.done()

        shop.kiosk.kill()
        connection.rollback()
    shop.crash(pending)
    shop.mend()

    assert_paid_once(shop)


# Where there are locks by the row, the payment is written by then, and the stock is not.
LOCKS = {"sqlite": "UPDATE orders SET id = id", "postgresql": "SELECT * FROM items FOR UPDATE"}


def somebody_waits(connection):
    return connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def test_killed_while_a_message_is_worked_on(live_shop):
    shop = live_shop()
    shop.place()
    where = f"{SESSIONS}/{shop.attempt.session_id}"
    shop.control.hang(method="GET", path=where)
    shop.control.send_webhooks_to(f"{shop.kiosk.url}/api/payments/webhook")
    shop.control.treat_webhooks("send")
    shop.pay()
    shop.await_call("GET", where)

    shop.crash()
    shop.mend()

    assert_paid_once(shop)
    assert {event.state for event in shop.rows(Event)} == {"done"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.fault("end a session", "kill", "{when}")
def test_killed_while_an_order_is_cancelled(live_shop, when):
    shop = live_shop()
    shop.place()
    end = f"{SESSIONS}/{shop.attempt.session_id}/expire"
    shop.control.hang(when=when, method="POST", path=end)
    pending = shop.meanwhile(shop.cancel)
    shop.await_call("POST", end)
    assert (shop.rows(Order)[0].status, shop.in_line()) == ("cancelling", True)

    shop.crash(pending)
    shop.mend()

    assert (shop.status, shop.sessions, shop.stock) == ("cancelled", ["expired"], (3, 3))


def test_a_second_instance_takes_over_once_the_firsts_lease_is_over(live_shop, live_kiosk):
    shop = live_shop()
    shop.control.hang(when="after", **POST)
    pending = shop.meanwhile(shop.place)
    wait_for(lambda: shop.sessions, "the session to be made")
    shop.kiosk.kill()
    pending.exception()
    other = live_kiosk(payments=shop.control.url)
    other.http.headers, other.http.cookies = shop.http.headers, shop.http.cookies
    shop.kiosk, shop.http = other, other.http

    assert (shop.check_out().status_code, shop.attempt.status) == (202, "new")

    shop.let_pass(seconds=31)
    assert shop.check_out().status_code == 200
    assert (shop.sessions, shop.tried, len({call["key"] for call in shop.posts})) == (["open"], ["open"], 1)
    assert_payable(shop)


def test_reconcile_waits_for_the_lease_of_one_who_was_killed(live_shop):
    shop = live_shop()
    shop.control.hang(when="after", **POST)
    pending = shop.meanwhile(shop.place)
    wait_for(lambda: shop.sessions, "the session to be made")
    shop.kiosk.kill()
    pending.exception()
    shop.control.mend()
    shop.let_pass(seconds=27)
    assert shop.attempt.lease_until > utcnow()

    report = shop.mend()

    [mended] = report["mended"]
    assert (mended["kind"], mended["before"], mended["after"]) == ("attempt", "new", "open")
    assert (shop.sessions, shop.tried) == (["open"], ["open"])


def assert_payable(shop):
    """It goes on from here as if nothing had happened."""
    shop.pay()
    assert shop.come_back().status_code == 303
    assert_paid_once(shop)


def assert_paid_once(shop):
    assert (shop.status, shop.stock) == ("paid", (2, 2))
    assert (shop.money, shop.given_back, shop.effects) == ([("settles", 8900)], [], 1)
    assert len(shop.control.listed("charges", status="succeeded")) == 1
    assert shop.in_line()
    assert_silent(shop)


def assert_silent(shop):
    """A second reconcile has nothing to say."""
    shop.mend()
    report = shop.mend()
    assert (report["mended"], report["fetched"], report["needs_person"], report["unfinished"]) == ([], 0, [], 0)
    assert shop.rows(Attempt)[-1].lease_until is None
