"""Messages that come too early, in the wrong order, several times, or never; and money that takes days."""

import pytest

from app.models import Attempt, Event
from simulators.payments.control import SESSIONS
from tests.integration.checkout.buying import send_event
from tests.integration.conftest import browser
from tests.processes import wait_for

pytestmark = pytest.mark.any_database

PAID = "checkout.session.completed"


@pytest.fixture
def listening(live_shop):
    """A running Kiosk that the simulator's webhooks reach, once they are released."""
    shop = live_shop()
    shop.control.send_webhooks_to(f"{shop.kiosk.url}/api/payments/webhook")
    shop.control.treat_webhooks("hold")
    return shop


def deliver(shop, kind=PAID, copies=1):
    """The newest message of a kind; the statuses it was answered with."""
    event = [each for each in shop.control.listed("events") if each["type"] == kind][-1]
    return shop.control.deliver(event["id"], copies=copies)


def assert_paid_once(shop):
    assert (shop.status, shop.stock, shop.effects) == ("paid", (2, 2), 1)
    assert (shop.money, shop.given_back) == ([("settles", 8900)], [])


@pytest.mark.every_database
def test_the_message_and_the_return_page_race_and_the_order_is_paid_once(listening):
    listening.place()
    listening.pay()

    pages = [listening.meanwhile(listening.come_back) for _ in range(4)]
    messages = deliver(listening, copies=4)

    assert {page.result().status_code for page in pages} == {303}
    assert set(messages) == {200}
    listening.mend()
    assert_paid_once(listening)


@pytest.mark.fault("open a session", "delay", "after")
def test_a_message_before_the_answer_to_our_post_is_recorded_finds_its_order_in_the_end(listening):
    listening.control.delay(30, when="after", method="POST", path=SESSIONS)
    placed = listening.meanwhile(listening.place)
    [session] = wait_for(lambda: listening.control.listed("sessions"), "the session to be made")
    assert listening.attempt.session_id is None
    listening.control.pay(session["id"])

    assert deliver(listening) == [200]
    listening.control.mend()

    assert placed.result().status_code == 201
    listening.mend()
    assert_paid_once(listening)


def test_messages_in_the_wrong_order_lead_to_the_same_end(listening):
    listening.place()
    listening.control.pay_later(listening.attempt.session_id)
    listening.control.settle(listening.attempt.session_id)

    listening.control.release_webhooks("last")

    wait_for(lambda: listening.status == "paid", "the order to be paid")
    listening.mend()
    assert_paid_once(listening)


def test_a_message_that_is_too_old_is_refused_and_the_order_is_paid_all_the_same(listening):
    listening.place()
    listening.pay()
    [event] = [each for each in listening.control.listed("events") if each["type"] == PAID]

    assert listening.control.deliver(event["id"], skew=-400) == [400]
    assert listening.control.deliver(event["id"], skew=400) == [400]
    assert listening.rows(Event) == []

    listening.mend()
    assert_paid_once(listening)


@pytest.mark.parametrize("forge", ["secret", "body", "header", "scheme", "reserialised"])
def test_a_forged_message_is_refused(listening, forge):
    listening.place()
    listening.pay()
    [event] = [each for each in listening.control.listed("events") if each["type"] == PAID]

    assert listening.control.deliver(event["id"], forge=forge) == [400]

    assert (listening.rows(Event), listening.rows(Attempt)[0].status) == ([], "open")


# ---------------------------------------------------------------- never delivered


def test_what_nobody_told_us_the_sweep_finds(shop):
    shop.place()
    shop.pay()
    shop.let_pass(minutes=2)

    shop.sweep(whole=False)

    assert_paid_once(shop)


def test_what_nobody_told_us_the_backfill_fetches_as_messages(shop):
    shop.place()
    shop.pay()

    assert shop.fetch_events() > 0
    shop.sweep(whole=False)

    assert_paid_once(shop)
    assert {event.state for event in shop.rows(Event)} == {"done"}
    assert shop.fetch_events() == 0


def test_a_message_that_comes_after_it_was_fetched_changes_nothing(shop):
    shop.place()
    shop.pay()
    shop.fetch_events()
    shop.sweep()
    seen = len(shop.rows(Event))

    [told] = [each for each in shop.control.listed("events") if each["type"] == PAID]
    assert send_event(browser(shop.app), told).status_code == 200

    assert len(shop.rows(Event)) == seen
    assert_paid_once(shop)


def test_reconcile_finds_what_nobody_told_us_and_a_second_one_is_silent(live_shop):
    shop = live_shop()
    shop.place()
    shop.pay()

    report = shop.mend()

    assert {"attempt"} <= {each["kind"] for each in report["mended"]}
    assert_paid_once(shop)
    again = shop.mend()
    assert (again["mended"], again["fetched"]) == ([], 0)
    assert shop.reconcile().stdout == "all is in line\n"


# ---------------------------------------------------------------- money that takes days


def test_a_debit_keeps_its_stock_for_days_and_is_paid_when_it_arrives(shop):
    shop.place()
    shop.control.pay_later(shop.attempt.session_id)
    shop.come_back()
    assert (shop.status, shop.stock, shop.money) == ("processing", (3, 2), [])

    shop.let_pass(days=4)
    shop.sweep()
    assert (shop.status, shop.stock) == ("processing", (3, 2))

    shop.control.settle(shop.attempt.session_id)
    shop.let_pass(minutes=10)
    shop.sweep(whole=False)
    assert_paid_once(shop)


@pytest.mark.parametrize("seen", [True, False], ids=["processing", "pending"])
def test_a_debit_that_fails_frees_the_stock(shop, seen):
    shop.place()
    shop.control.pay_later(shop.attempt.session_id)
    if seen:
        shop.come_back()
    shop.control.settle(shop.attempt.session_id, succeed=False)

    shop.come_back()

    assert (shop.status, shop.stock) == ("cancelled" if seen else "pending", (3, 3))
    assert (shop.money, shop.effects, shop.tried) == ([], 0, ["expired"])


def test_three_d_secure_that_is_not_finished_leaves_the_order_payable(shop):
    shop.place()
    shop.pay(card="4000002760003184")

    shop.come_back()

    assert (shop.status, bool(shop.found["checkout_url"])) == ("pending", True)
    shop.control.authenticate(shop.attempt.session_id)
    shop.come_back()
    assert_paid_once(shop)
