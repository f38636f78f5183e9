"""The provider's events: stored first, worked on then, and never lost in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from app import db
from app.models import Attempt, Event, Payment
from app.payments import reconcile
from app.payments.events import TRIES
from app.runtime import outbound
from app.runtime.db import utcnow, writing
from app.runtime.schedule import claim
from simulators.payments.events import thin
from tests.attacks import came_of
from tests.integration.payments.refunding import ALL, Till, reconciled, send
from tests.processes import wait_for

pytestmark = pytest.mark.any_database

SESSION = "/v1/checkout/sessions/*"


@pytest.fixture
def paid(shop):
    """A shop whose order is paid at the provider; nobody has told the shop yet."""
    shop.place()
    shop.pay()
    return shop


def message(shop, kind="checkout.session.completed"):
    return next(event for event in shop.control.listed("events") if event["type"] == kind)


def stored(shop):
    with shop.app.app_context():
        found = db.session.scalars(db.select(Event).execution_options(populate_existing=True))
        return [(event.kind, event.state) for event in found]


def test_a_message_that_cannot_be_worked_on_now_is_taken_and_finished_by_the_sweep(paid):
    paid.control.refuse(500, path=SESSION, times=None)
    assert send(paid.http, message(paid)).status_code == 200
    assert (paid.status, stored(paid)) == ("pending", [("checkout.session.completed", "new")])

    paid.control.mend()
    paid.let_pass(minutes=2)
    paid.sweep(whole=False)

    assert (paid.status, stored(paid)) == ("paid", [("checkout.session.completed", "done")])


def test_a_message_that_our_own_code_breaks_on_is_tried_again(shop):
    till = Till(shop)
    till.refund_at_the_provider(100)
    shop.change(Payment, refund_reserved=ALL)  # so that there is no room for it in our books
    till.hear("refund.created")
    assert till.events == ["new"]
    with shop.app.app_context():
        [event] = db.session.scalars(db.select(Event))
        assert (event.tries, "TooMuch" in event.problem) == (1, True)

    shop.change(Payment, refund_reserved=0)
    shop.let_pass(minutes=2)
    shop.sweep(whole=False)

    assert (till.events, till.shop.given_back) == (["done"], [("succeeded", 100)])


@pytest.fixture
def broken(shop):
    """A till with two refunds on their way; our own code breaks on the first."""
    till = Till(shop)
    till.control.next_refunds("pending", times=2)
    till.refund(100, key="one")
    till.refund(200, key="two")
    first, second = (each["id"] for each in till.control.listed("refunds"))
    till.control.fail_refund(first)
    till.control.succeed_refund(second)
    shop.change(Payment, refund_reserved=0)  # so that there is nothing to free
    return till


def test_one_that_breaks_does_not_keep_the_sweep_from_the_others(broken):
    broken.shop.sweep()

    assert broken.shop.given_back == [("pending", 100), ("succeeded", 200)]


@pytest.mark.every_database
def test_one_that_breaks_needs_a_person(broken, monkeypatch):
    monkeypatch.setattr(reconcile, "PATIENCE", 2)

    needed = [each for each in reconciled(broken.shop).needs_person if each.kind == "refund"]

    assert ["It broke: IntegrityError" in each.words for each in needed] == [True]


@pytest.mark.every_database
def test_of_many_deliveries_at_once_one_is_worked_on(own_shop, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", httpx.Timeout(20))
    till = Till(own_shop)
    asked = f"/v1/disputes/{till.dispute()}"
    till.control.delay(20, path=asked)
    event = message(own_shop, "charge.dispute.created")

    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(send, own_shop.http, event) for _ in range(8)]
        wait_for(lambda: till.control.calls("GET", asked), "one of them to ask the provider")
        own_shop.sweep()
        till.control.mend()

    assert [each.result().status_code for each in answers] == [200] * 8
    wait_for(lambda: till.events == ["done"], "the message to be done")
    assert len(till.control.calls("GET", asked)) == 1


@pytest.mark.every_database
def test_a_message_that_somebody_works_on_is_left_to_them_until_their_lease_is_over(paid):
    paid.control.refuse(500, path=SESSION, times=None)
    send(paid.http, message(paid))
    paid.control.mend()
    paid.change(Event, lease_until=utcnow() + timedelta(seconds=30))

    paid.sweep()
    assert stored(paid) == [("checkout.session.completed", "new")]

    paid.let_pass(seconds=31)
    paid.sweep()
    assert stored(paid) == [("checkout.session.completed", "done")]


@pytest.fixture
def given_up(shop):
    """A till with a message that came to nothing however often it was tried."""
    till = Till(shop)
    till.dispute()
    till.control.refuse(500, path="/v1/disputes/*", times=None)
    till.hear("charge.dispute.created")
    for _ in range(TRIES):
        shop.let_pass(minutes=11)
        shop.sweep(whole=False)
    till.control.mend()
    return till


@pytest.mark.every_database
def test_what_comes_to_nothing_however_often_it_is_tried_needs_a_person(given_up):
    assert given_up.events == ["failed"]
    [(kind, words)] = given_up.findings
    assert kind == "event"
    assert words.startswith("Event charge.dispute.created cannot be worked on: GET /v1/disputes/")
    asked = len(given_up.control.calls())
    given_up.shop.let_pass(hours=1)
    given_up.shop.sweep(whole=False)
    assert len(given_up.control.calls()) == asked


def test_what_was_given_up_is_finished_by_reconcile_once_its_cause_is_mended(given_up):
    reconciled(given_up.shop)

    assert set(given_up.events) == {"done"}
    assert [kind for kind, _ in given_up.findings] == ["dispute"]


def test_what_was_given_up_is_finished_where_the_provider_sends_it_again(given_up):
    given_up.hear("charge.dispute.created")

    assert given_up.events == ["done"]


@pytest.mark.parametrize("kind", ["customer.created", "payment_intent.succeeded", "charge.succeeded", "checkout"])
def test_what_nobody_wants_is_taken_and_not_kept(paid, kind):
    event = {**message(paid), "id": "evt_unwanted", "type": kind}
    asked = len(paid.control.calls())

    assert send(paid.http, event).status_code == 200

    assert stored(paid) == []
    assert len(paid.control.calls()) == asked


def test_a_thin_message_is_worked_on_like_any_other(paid):
    event = thin(message(paid))

    assert send(paid.http, event).status_code == 200

    assert (paid.status, stored(paid)) == ("paid", [("v1.checkout.session.completed", "done")])


@pytest.mark.every_database
def test_a_thin_message_faster_than_the_answer_to_our_own_post_finds_its_attempt(paid):
    paid.change(Attempt, status="unknown", session_id=None, url=None)

    send(paid.http, thin(message(paid)))

    assert paid.status == "paid"


@pytest.mark.parametrize("kind", ["refund.created", "charge.refunded"])
def test_a_thin_message_about_money_that_went_back_is_looked_up(shop, kind):
    till = Till(shop)
    till.refund_at_the_provider(100)

    assert send(shop.http, thin(message(shop, kind))).status_code == 200

    assert (shop.found["refunded"], till.events) == (100, ["done"])


def test_a_thin_message_about_a_dispute_is_looked_up(shop):
    till = Till(shop)
    till.dispute()

    assert send(shop.http, thin(message(shop, "charge.dispute.created"))).status_code == 200

    assert [kind for kind, _ in till.findings] == ["dispute"]


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        ({"type": "v2.core.account.updated", "data": {"updated": ["name"]}}, []),
        ({"type": "v1.billing.meter.error_report_triggered", "related_object": None}, []),
        ({"type": "v1.checkout.session.completed", "related_object": None}, ["done"]),
        (
            {"type": "checkout.session.completed", "related_object": None, "data": {"object": {"id": "cs_forged"}}},
            ["done"],
        ),
    ],
)
def test_a_thin_message_that_nobody_wants_is_taken_and_done(paid, changes, states):
    asked = len(paid.control.calls())

    assert send(paid.http, {**thin(message(paid)), **changes}).status_code == 200

    assert stored(paid) == [(changes["type"], state) for state in states]
    assert len(paid.control.calls()) == asked


@pytest.mark.attack
def test_no_message_says_which_address_is_asked(paid, httpx_mock):
    event = thin(message(paid))
    event["related_object"]["url"] = "https://evil.example/v1/checkout/sessions/cs_test_evil"

    assert send(paid.http, event).status_code == 200

    came_of(f"{len(httpx_mock.get_requests())} calls, {paid.status}", "0 calls, paid")


def test_a_message_that_never_came_is_fetched_once(paid):
    assert paid.fetch_events() >= 1
    assert paid.fetch_events() == 0

    paid.sweep()

    assert paid.status == "paid"
    assert paid.fetch_events() == 0


def test_a_message_that_came_is_not_fetched_again(paid):
    send(paid.http, message(paid))

    assert (paid.fetch_events(), len(stored(paid))) == (0, 1)


def test_what_comes_after_a_fetch_is_fetched_by_the_next(paid):
    paid.fetch_events()
    paid.sweep()
    paid.place("another")
    paid.pay()

    assert paid.fetch_events() >= 1


def test_a_message_behind_a_page_of_others_is_fetched(paid):
    for _ in range(51):
        paid.control.pay(paid.control.open_session()["id"])
    assert len(paid.control.listed("events")) > 100

    assert paid.fetch_events() == 1


def test_a_fetch_that_breaks_off_begins_anew(paid):
    paid.control.refuse(500, path="/v1/events", times=None)
    with pytest.raises(Exception, match="500"):
        paid.fetch_events()
    paid.control.mend()

    assert paid.fetch_events() >= 1


@pytest.mark.every_database
def test_of_two_workers_one_does_the_chore_and_when_it_is_due_again_one_does_it_again(own_shop):
    def take(later=0):
        with own_shop.app.app_context(), writing():
            return claim(db.session(), "backfill", timedelta(hours=1), utcnow() + timedelta(minutes=later))

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(lambda _: take(), range(8))) == [False] * 7 + [True]
    assert [take(59), take(61), take(61)] == [False, True, False]
