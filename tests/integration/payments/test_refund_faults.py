"""Refunds under faults: whatever happens on the way, one wish is paid once, and what was not paid is free again."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.models import Payment, Refund
from app.runtime import outbound
from tests.integration.payments.refunding import ALL, POST, REFUNDS, Till, paid_twice
from tests.processes import wait_for

pytestmark = pytest.mark.any_database


@pytest.fixture
def till(shop):
    return Till(shop)


def paid_once(till, amount=100):
    return (till.went_back, till.row.status, till.shop.found["refunded"], till.left) == (
        [("succeeded", amount)],
        "succeeded",
        amount,
        ALL - amount,
    )


def freed(till):
    return (till.row.status, till.shop.found["refunded"], till.left, till.to_hand_over) == ("failed", 0, ALL, True)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["hang", "drop"])
@pytest.mark.fault("refund", "{fault}", "{when}")
def test_a_refund_whose_answer_was_not_heard_is_sent_again_and_paid_once(till, fault, when):
    getattr(till.control, fault)(when=when, times=None, **POST)

    answer = till.refund(100)

    assert (answer.status_code, answer.json()["status"], till.left) == (201, "unknown", ALL - 100)
    till.control.mend()
    assert till.refund(100).json()["status"] == "unknown"  # a replay asks nobody
    till.shop.sweep()
    assert paid_once(till)
    assert len({call["key"] for call in till.sent}) == 1


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_a_provider_that_is_busy_for_a_moment_is_asked_again(till, status):
    till.control.refuse(status, times=2, **POST)

    assert till.refund(100).json()["status"] == "succeeded"
    assert paid_once(till)


@pytest.mark.parametrize("status", [409, 429, 500, 503])
@pytest.mark.fault("refund", "refuse", "before")
def test_a_provider_that_stays_busy_leaves_the_refund_to_the_sweep(till, status):
    till.control.refuse(status, times=None, **POST)

    assert till.refund(100).json()["status"] == "unknown"
    till.shop.sweep()
    assert (till.row.status, till.left) == ("unknown", ALL - 100)

    till.control.mend()
    till.shop.sweep()
    assert paid_once(till)


@pytest.mark.fault("refund", "break_down", "after")
def test_a_saved_500_whose_refund_was_made_is_found_in_the_list(till):
    till.control.break_down(executed=True, **POST)

    assert till.refund(100).json()["status"] == "succeeded"

    assert paid_once(till)
    assert till.findings == []


@pytest.mark.every_database
@pytest.mark.fault("refund", "break_down", "before")
def test_a_saved_500_that_made_nothing_goes_out_under_another_key(till):
    till.control.break_down(**POST)
    assert till.refund(100).json()["status"] == "unknown"

    for _ in range(3):
        till.shop.sweep()

    assert paid_once(till)
    assert till.refund(100).headers["Idempotency-Replayed"] == "true"
    assert till.findings == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_of_ours_keeps_the_refund_until_the_key_is_right(till, status):
    till.control.refuse(status, times=None)

    assert till.refund(100).json()["status"] == "unknown"
    till.shop.sweep()
    assert (till.row.status, till.left) == ("unknown", ALL - 100)

    till.control.mend()
    till.shop.sweep()
    assert paid_once(till)


def unheard(till):
    till.control.drop(when="after", times=None, **POST)
    till.refund(100)
    till.control.mend()
    return till


def test_after_a_day_the_key_may_be_forgotten_and_the_refund_is_looked_up_instead(till):
    posted = len(unheard(till).sent)
    till.shop.let_pass(hours=25)

    till.shop.sweep()

    assert paid_once(till)
    assert len(till.sent) == posted


def test_a_refund_is_found_among_more_than_one_page_of_others(till):
    unheard(till)
    for _ in range(105):
        till.refund_at_the_provider(1)
    till.shop.let_pass(hours=25)

    till.shop.sweep()

    assert (till.row.status, till.row.amount) == ("succeeded", 100)


@pytest.mark.every_database
def test_what_was_never_made_within_a_day_goes_out_under_another_key(till):
    till.control.drop(when="before", times=None, **POST)
    till.refund(100)
    till.control.mend()
    till.shop.let_pass(hours=25)

    for _ in range(3):
        till.shop.sweep()

    assert paid_once(till)
    assert len({call["key"] for call in till.sent}) == 2


@pytest.mark.every_database
def test_a_refund_that_was_given_up_too_early_is_taken_up_again(till):
    unheard(till)
    till.shop.change(Refund, status="failed", problem="never made")
    till.shop.change(Payment, refund_reserved=0)

    till.hear("refund.created")

    assert paid_once(till)
    assert till.findings == []


@pytest.mark.every_database
def test_a_refund_that_nobody_ever_sent_is_sent_however_old_it_is(till):
    till.control.refuse(500, times=None, **POST)
    till.refund(100)
    till.control.mend()
    till.shop.let_pass(hours=25)
    till.shop.change(Refund, status="new", first_sent_at=None)

    till.shop.sweep()

    assert paid_once(till)


@pytest.mark.fault("refund", "delay", "after")
def test_a_message_that_is_faster_than_the_answer_changes_nothing_twice(own_shop, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", httpx.Timeout(20))
    till = Till(own_shop)
    till.control.delay(20, when="after", **POST)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(till.refund, 100)
        wait_for(lambda: till.went_back, "the provider to make the refund")

        till.hear("refund.created", "charge.refunded")

        assert paid_once(till)
        till.control.mend()
        assert answer.result().json()["status"] == "succeeded"
    assert paid_once(till)


def test_a_message_tells_what_became_of_a_refund_whose_answer_was_lost(till):
    unheard(till)

    till.hear("refund.created")

    assert paid_once(till)


def test_a_refund_that_was_refused_is_not_taken_for_one_that_was_made(till):
    till.dispute()

    answer = till.refund(restock=True)

    assert (answer.status_code, answer.json()["error"]) == (409, "refund_refused")
    assert "the payer has asked their bank for this money" in answer.json()["detail"]
    assert freed(till)
    assert till.shop.stock == (1, 1)


def test_a_refund_that_was_refused_is_refused_again_under_its_key(till):
    till.control.empty_balance()
    first = till.refund(100)

    again = till.refund(100)

    assert [each.json().get("error") for each in (first, again)] == ["refund_refused", "refund_refused"]
    assert till.refund(100, key="another").json()["status"] == "succeeded"


def test_what_goes_back_on_the_shelf_does_so_once_the_refund_is_sure(till):
    till.control.drop(when="before", times=None, **POST)
    till.refund(restock=True)
    assert till.shop.stock == (1, 1)

    till.control.mend()
    till.shop.sweep()
    till.shop.sweep()

    assert till.shop.stock == (3, 3)


def test_a_surplus_goes_back_once_although_the_provider_is_away(shop):
    till = paid_twice(shop)
    till.control.drop(when="after", times=None, **POST)
    till.shop.fetch_events()

    for _ in range(2):
        till.shop.sweep()
    till.control.mend()
    for _ in range(2):
        till.shop.sweep()

    assert till.went_back == [("succeeded", ALL)]
    assert till.shop.given_back == [("succeeded", ALL)]


@pytest.mark.every_database
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.fault("refund", "kill", "{when}")
def test_a_crash_while_the_provider_works_pays_once(live_shop, when):
    live = live_shop()
    till = Till(live)
    till.control.hang(when=when, **POST)
    asked = live.meanwhile(lambda: till.refund(100))
    live.await_call("POST", REFUNDS)

    live.crash(asked)

    live.mend()
    assert paid_once(till)
    assert till.refund(100).headers["Idempotency-Replayed"] == "true"
