"""Giving an order up, in time or by the clock: its stock is free once nobody can pay it any more, and not before."""

import pytest

from simulators.payments.control import SESSIONS

ONE = f"{SESSIONS}/*"
EXPIRE = {"method": "POST", "path": f"{SESSIONS}/*/expire"}


def test_a_cancelled_order_can_be_paid_nowhere_and_its_stock_is_free(shop):
    shop.place()

    cancelled = shop.cancel()

    assert (cancelled.status_code, cancelled.json()["status"], cancelled.json()["checkout_url"]) == (
        200,
        "cancelled",
        None,
    )
    assert (shop.sessions, shop.tried, shop.stock) == (["expired"], ["expired"], (3, 3))


def test_cancelling_twice_is_cancelling_once(shop):
    shop.place()

    assert [shop.cancel().status_code for _ in range(2)] == [200, 200]
    assert shop.stock == (3, 3)


def test_a_paid_order_is_not_cancelled(shop):
    shop.place()
    shop.pay()
    shop.come_back()

    answer = shop.cancel()

    assert (answer.status_code, answer.json()["error"]) == (409, "order_not_cancellable")
    assert (shop.status, shop.stock) == ("paid", (2, 2))


def test_an_order_whose_money_is_on_its_way_is_not_cancelled(shop):
    shop.place()
    shop.control.pay_later(shop.attempt.session_id)
    shop.come_back()

    assert shop.cancel().status_code == 409
    assert (shop.status, shop.stock) == ("processing", (3, 2))


@pytest.mark.parametrize("fault", ["hang", "drop"])
@pytest.mark.parametrize(
    "where",
    [
        pytest.param(EXPIRE, marks=pytest.mark.fault("end a session", "{fault}", "{when}"), id="expire"),
        pytest.param({"path": ONE}, id="all"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_while_the_provider_is_away_an_order_is_being_cancelled_and_keeps_its_stock(shop, fault, where, when):
    shop.place()
    getattr(shop.control, fault)(when=when, times=None, **where)

    cancelled = shop.cancel()

    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelling")
    assert shop.stock == (3, 2)
    shop.control.mend()
    shop.sweep()
    assert (shop.status, shop.sessions, shop.stock) == ("cancelled", ["expired"], (3, 3))


@pytest.mark.fault("end a session", "refuse", "before")
def test_while_the_provider_is_busy_an_order_is_being_cancelled_and_keeps_its_stock(shop):
    shop.place()
    shop.control.refuse(503, times=None, **EXPIRE)

    assert shop.cancel().json()["status"] == "cancelling"

    assert shop.stock == (3, 2)
    shop.control.mend()
    shop.sweep()
    assert (shop.status, shop.sessions, shop.stock) == ("cancelled", ["expired"], (3, 3))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.fault("end a session", "break_down", "{when}")
def test_an_end_that_breaks_down_is_asked_for_again_until_it_is_known(shop, when):
    shop.place()
    shop.control.break_down(executed=when == "after", times=None, **EXPIRE)

    shop.cancel()

    shop.control.mend()
    shop.sweep()
    assert (shop.status, shop.sessions, shop.stock) == ("cancelled", ["expired"], (3, 3))


def test_an_order_that_is_being_cancelled_is_looked_after_within_a_minute(shop):
    shop.place()
    shop.control.drop(times=None, path=ONE)
    shop.cancel()
    shop.control.mend()

    shop.let_pass(minutes=1)
    shop.sweep(whole=False)

    assert shop.status == "cancelled"


def test_an_order_that_is_paid_while_it_is_being_cancelled_is_paid(shop):
    shop.place()
    shop.control.drop(times=None, path=ONE)
    shop.cancel()
    shop.control.mend()
    shop.pay()

    shop.sweep()

    assert (shop.status, shop.stock, shop.money, shop.effects) == ("paid", (2, 2), [("settles", 8900)], 1)


def test_an_order_that_is_paid_when_its_buyer_cancels_it_is_paid_and_a_409(shop):
    shop.place()
    shop.pay()

    answer = shop.cancel()

    assert (answer.status_code, answer.json()["error"]) == (409, "order_not_cancellable")
    assert (shop.status, shop.stock, shop.money, shop.effects) == ("paid", (2, 2), [("settles", 8900)], 1)


@pytest.mark.fault("end a session", "delay", "before")
def test_an_order_that_is_paid_at_the_very_instant_is_paid(own_shop):
    own_shop.place()
    session = own_shop.attempt.session_id
    end = f"{SESSIONS}/{session}/expire"
    own_shop.control.delay(30, method="POST", path=end)

    answer = own_shop.meanwhile(own_shop.cancel)
    own_shop.await_call("POST", end)
    own_shop.pay(session)
    own_shop.control.mend()

    assert answer.result().status_code == 409
    assert [call["status"] for call in own_shop.control.calls("POST", end)] == [400]
    assert (own_shop.status, own_shop.stock, own_shop.money) == ("paid", (2, 2), [("settles", 8900)])


def test_a_debit_that_was_begun_while_the_order_was_being_cancelled_is_waited_for(shop):
    shop.place()
    session = shop.attempt.session_id
    shop.control.pay_later(session)

    assert (shop.cancel().status_code, shop.stock) == (202, (3, 2))

    shop.control.settle(session, succeed=False)
    shop.sweep()
    assert (shop.status, shop.stock, shop.in_line()) == ("cancelled", (3, 3), True)


def test_an_attempt_that_nobody_heard_of_is_ended_when_its_order_is_given_up(shop):
    shop.control.drop(when="after", times=None, method="POST", path=SESSIONS)
    shop.place()
    shop.control.mend()

    cancelled = shop.cancel()

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (shop.sessions, shop.stock) == (["expired"], (3, 3))


# ---------------------------------------------------------------- the clock


def test_an_order_that_is_not_paid_in_time_is_over(shop):
    shop.place()
    shop.let_pass(minutes=31)

    shop.sweep(whole=False)

    assert (shop.status, shop.sessions, shop.stock) == ("cancelled", ["expired"], (3, 3))


def test_an_order_whose_time_is_not_over_is_left_alone(shop):
    shop.place()
    shop.let_pass(minutes=20)

    shop.sweep()

    assert (shop.status, shop.sessions, shop.stock) == ("pending", ["open"], (3, 2))


def test_the_clock_does_not_win_against_a_buyer_who_has_paid(shop):
    shop.place()
    shop.pay()
    shop.let_pass(minutes=31)

    shop.sweep(whole=False)

    assert (shop.status, shop.stock, shop.money) == ("paid", (2, 2), [("settles", 8900)])
    assert shop.in_line()


def test_the_clock_waits_for_a_debit(shop):
    shop.place()
    shop.control.pay_later(shop.attempt.session_id)
    shop.come_back()
    shop.let_pass(hours=30)

    shop.sweep()
    assert (shop.status, shop.stock) == ("processing", (3, 2))

    shop.control.settle(shop.attempt.session_id)
    shop.sweep()
    assert (shop.status, shop.stock) == ("paid", (2, 2))


def test_an_outage_prolongs_holds_and_sells_nothing_twice(shop):
    shop.place(quantity=3)
    shop.control.hang(times=None)
    shop.let_pass(hours=2)

    shop.sweep()

    assert (shop.status, shop.stock) == ("cancelling", (3, 0))
    shop.signed_in("bob")
    assert shop.place().status_code == 409
    shop.control.mend()
    shop.sweep()
    assert (shop.stock, shop.place().status_code) == ((3, 3), 201)


@pytest.fixture
def given_up(shop):
    """An order that is over for us, and whose session is open all the same."""
    shop.place(quantity=2)
    session = shop.attempt.session_id
    shop.cancel()
    shop.control.alter(session, status="open")
    return shop


@pytest.mark.parametrize(("left", "status", "stock"), [(3, "paid", (1, 1)), (1, "cancelled", (1, 1))])
def test_money_that_comes_late_is_honoured_or_goes_back(given_up, left, status, stock):
    given_up.change_stock(left)
    given_up.pay()

    given_up.come_back()
    given_up.sweep()

    assert (given_up.status, given_up.stock) == (status, stock)
    assert given_up.money == [("settles" if status == "paid" else "late", 17800)]
    assert given_up.given_back == ([] if status == "paid" else [("succeeded", 17800)])
    assert given_up.in_line()
