"""The rules that live on an attempt: when it is looked at again, and how long it may be sent anew."""

from datetime import UTC, datetime, timedelta

import pytest

from app.models import Attempt
from app.payments.attempts import KEY_LASTS, SESSION_LASTS, SHORTEST, replayable
from app.payments.models import LIVE

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PROVIDERS_MEMORY = timedelta(hours=24)
SHORTEST_SESSION, LONGEST_SESSION = timedelta(minutes=30), timedelta(hours=24)


def attempt(status: str = "unknown", age: timedelta = timedelta(0), **more) -> Attempt:
    made = NOW - age
    return Attempt(status=status, created_at=made, first_sent_at=made, expires_at=made + SESSION_LASTS, **more)


@pytest.mark.parametrize(
    ("age", "soon", "pause"),
    [
        (timedelta(0), False, timedelta(minutes=1)),
        (timedelta(0), True, timedelta(seconds=15)),
        (timedelta(minutes=2), False, timedelta(minutes=1)),
        (timedelta(minutes=10), False, timedelta(minutes=5)),
        (timedelta(hours=1), False, timedelta(minutes=10)),
        (timedelta(days=20), False, timedelta(minutes=10)),
    ],
    ids=str,
)
def test_an_attempt_is_looked_at_again_ever_more_seldom(age, soon, pause):
    looked_at = attempt(age=age, lease_until=NOW)

    looked_at.put_off(NOW, soon=soon)

    assert looked_at.next_try_at == NOW + pause
    assert looked_at.lease_until is None


def test_one_that_was_never_sent_counts_from_when_it_was_made():
    unsent = attempt(age=timedelta(minutes=10))
    unsent.first_sent_at = None

    unsent.put_off(NOW)

    assert unsent.next_try_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("status", [*LIVE, "paid", "expired", "rejected"])
def test_what_may_still_bring_money_is_alive(status):
    assert attempt(status).is_live is (status not in ("paid", "expired", "rejected"))


@pytest.mark.parametrize(
    ("hours", "may"), [(0, True), (22, True), (22.4, True), (22.6, False), (23, False), (48, False)]
)
def test_an_attempt_is_sent_anew_while_that_can_only_mean_the_same_session(hours, may):
    assert replayable(attempt(age=timedelta(hours=hours)), NOW) is may


def test_an_old_key_is_not_sent_even_where_the_session_would_last():
    old = attempt(age=KEY_LASTS)
    old.expires_at = NOW + timedelta(days=1)

    assert not replayable(old, NOW)


def test_our_limits_are_within_the_providers():
    assert KEY_LASTS < PROVIDERS_MEMORY
    assert SHORTEST > SHORTEST_SESSION
    assert SHORTEST_SESSION < SESSION_LASTS < LONGEST_SESSION
