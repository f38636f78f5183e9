"""The payment simulator's limit on requests."""

import pytest

from simulators.payments.limit import Limit
from simulators.payments.protocol import Refusal


def test_a_request_too_many_in_a_second_is_refused_and_the_next_second_begins_anew():
    now = 0.0
    limit = Limit(2, lambda: now)
    limit.check()
    now = 0.5
    limit.check()

    with pytest.raises(Refusal) as refused:
        limit.check()

    assert (refused.value.status, refused.value.code) == (429, "rate_limit")
    assert refused.value.headers == {"Stripe-Rate-Limited-Reason": "global-rate"}
    now = 1.0
    limit.check()
    with pytest.raises(Refusal):
        limit.check()


def test_there_is_no_limit_unless_one_is_asked_for():
    limit = Limit(None, lambda: 0)

    for _ in range(1000):
        limit.check()
