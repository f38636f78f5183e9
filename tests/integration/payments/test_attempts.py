"""An attempt whose answer is never heard: whatever happened on the way, one order is one session."""

import pytest

from app.models import Attempt
from simulators.payments.control import SESSIONS

pytestmark = pytest.mark.any_database

POST = {"method": "POST", "path": SESSIONS}


def one_session_is_open(shop):
    return (shop.sessions, shop.tried, shop.attempt.session_id) == (
        ["open"],
        ["open"],
        shop.control.listed("sessions")[0]["id"],
    )


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["hang", "drop"])
@pytest.mark.fault("open a session", "{fault}", "{when}")
def test_what_was_not_heard_is_asked_again_and_is_one_session(shop, fault, when):
    getattr(shop.control, fault)(when=when, times=None, **POST)

    placed = shop.place()

    assert (placed.status_code, placed.json()["checkout_url"]) == (202, None)
    assert (shop.tried, shop.stock) == (["unknown"], (3, 2))
    shop.control.mend()
    shop.sweep()
    assert one_session_is_open(shop)
    assert len({call["key"] for call in shop.posts}) == 1
    assert shop.found["checkout_url"]
    assert shop.place().status_code == 200


def test_a_torn_connection_is_mended_under_the_same_key_while_the_buyer_waits(shop):
    shop.control.drop(when="after", **POST)

    placed = shop.place()

    assert placed.status_code == 201
    assert one_session_is_open(shop)
    assert [(call["key"], call["replayed"]) for call in shop.posts] == [
        (shop.attempt.idem_key, False),
        (shop.attempt.idem_key, True),
    ]


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_a_provider_that_is_busy_for_a_moment_is_asked_again(shop, status):
    shop.control.refuse(status, times=2, **POST)

    assert shop.place().status_code == 201
    assert one_session_is_open(shop)


@pytest.mark.parametrize("status", [409, 429, 500, 503])
@pytest.mark.fault("open a session", "refuse", "before")
def test_a_provider_that_stays_busy_leaves_the_order_to_the_sweep(shop, status):
    shop.control.refuse(status, times=None, **POST)

    assert shop.place().status_code == 202
    shop.sweep()
    assert (shop.tried, shop.stock) == (["unknown"], (3, 2))
    shop.control.mend()
    shop.sweep()
    assert one_session_is_open(shop)


def test_the_providers_word_not_to_ask_again_is_obeyed(shop):
    shop.control.refuse(500, retry=False, times=None, **POST)

    shop.place()

    assert len(shop.posts) == 1


@pytest.mark.fault("open a session", "delay", "before")
def test_a_replay_that_meets_the_first_one_in_flight_comes_back_later(shop):
    shop.control.delay(30, when="before", **POST)

    assert shop.place().status_code == 202
    shop.sweep()
    assert shop.tried == ["unknown"]
    assert {call["status"] for call in shop.posts[1:]} == {409}

    shop.control.mend()
    shop.sweep()
    assert one_session_is_open(shop)


@pytest.mark.fault("open a session", "break_down", "after")
def test_a_saved_500_is_not_asked_again_but_looked_up_and_the_session_found(shop):
    shop.control.break_down(executed=True, **POST)

    assert shop.place().status_code == 202
    asked = len(shop.posts)
    shop.sweep()

    assert one_session_is_open(shop)
    assert [call["replayed"] for call in shop.posts[1:]] == [True] * asked


@pytest.mark.fault("open a session", "break_down", "before")
def test_a_saved_500_that_made_nothing_is_a_dead_attempt_and_the_buyer_tries_anew(shop):
    shop.control.break_down(**POST)
    shop.place()

    shop.sweep()

    assert (shop.status, shop.tried, shop.stock) == ("pending", ["rejected"], (3, 3))
    again = shop.check_out()
    assert (again.status_code, bool(again.json()["checkout_url"])) == (200, True)
    assert (shop.tried, shop.sessions, shop.stock) == (["rejected", "open"], ["open"], (3, 2))
    assert len({call["key"] for call in shop.posts}) == 2


@pytest.fixture
def unheard(shop):
    """An order whose session was made, and nobody heard."""
    shop.control.drop(when="after", times=None, **POST)
    shop.place()
    shop.control.mend()
    return shop


def test_a_session_is_found_although_a_deploy_changed_the_body(unheard):
    unheard.change(Attempt, body=unheard.attempt.body + "&locale=de")

    unheard.sweep()

    assert unheard.posts[-1]["error"] == "idempotency_error"
    assert one_session_is_open(unheard)


def test_a_session_is_found_among_more_than_one_page_of_others(unheard):
    for _ in range(110):
        unheard.control.open_session()
    unheard.change(Attempt, body=unheard.attempt.body + "&locale=de")

    unheard.sweep()

    assert unheard.attempt.session_id == unheard.control.listed("sessions")[0]["id"]


@pytest.mark.parametrize(("hours", "state"), [(22, "open"), (22.75, "open"), (25, "expired")])
def test_a_retry_after_a_day_makes_no_second_session(unheard, hours, state):
    unheard.let_pass(hours=hours)

    unheard.sweep()

    assert unheard.sessions[0] in (state, "expired")
    assert len(unheard.sessions) == 1
    assert unheard.attempt.session_id is not None
    assert unheard.tried == ["expired"]  # the time to pay is over
    assert (unheard.status, unheard.stock) == ("cancelled", (3, 3))


@pytest.mark.every_database
def test_after_a_day_the_key_is_not_used_again_since_it_may_be_forgotten(unheard):
    posted = len(unheard.posts)
    unheard.let_pass(hours=24)

    unheard.sweep()

    assert len(unheard.posts) == posted


def test_what_was_never_made_is_dead_after_a_day(shop):
    shop.control.drop(when="before", times=None, **POST)
    shop.place()
    shop.control.mend()
    shop.let_pass(hours=24)

    shop.sweep()

    assert (shop.status, shop.tried, shop.stock, shop.sessions) == ("cancelled", ["rejected"], (3, 3), [])


def test_a_wrong_key_says_nothing_of_what_became_of_an_attempt_that_was_sent(unheard):
    unheard.control.refuse(401, times=None)

    unheard.sweep()

    assert (unheard.tried, unheard.stock) == (["unknown"], (3, 2))
    unheard.control.mend()
    unheard.sweep()
    assert one_session_is_open(unheard)


@pytest.mark.every_database
def test_a_provider_that_cannot_list_declares_nothing_dead(unheard):
    unheard.change(Attempt, body=unheard.attempt.body + "&locale=de")
    unheard.control.refuse(500, method="GET", times=None)

    unheard.sweep()

    assert (unheard.tried, unheard.stock) == (["unknown"], (3, 2))


def test_an_attempt_that_is_not_due_is_left_alone_until_it_is(unheard):
    assert unheard.sweep(whole=False) == []

    unheard.let_pass(seconds=20)
    unheard.sweep(whole=False)

    assert one_session_is_open(unheard)
