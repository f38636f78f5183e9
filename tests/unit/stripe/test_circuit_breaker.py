"""The bulkhead and the circuit breaker in front of the payment provider, by a clock of our own."""

from contextlib import ExitStack

import httpx
import pytest

from app.stripe.circuit_breaker import AT_ONCE, FAILURES, REST_SECONDS, CircuitBreaker
from app.stripe.errors import Unavailable


class Clock:
    time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return CircuitBreaker(clock)


def fail(breaker, error=httpx.ReadTimeout, times=1):
    for _ in range(times):
        with pytest.raises(error), breaker.call():
            raise error("")


def test_so_many_calls_at_once_and_no_more(breaker):
    with ExitStack() as calls:
        for _ in range(AT_ONCE):
            calls.enter_context(breaker.call())

        with pytest.raises(Unavailable), breaker.call():
            pass


def test_a_call_that_ends_makes_room_for_another_however_it_ends(breaker):
    for _ in range(AT_ONCE + 1):
        fail(breaker, httpx.ConnectError)

    with breaker.call():
        pass


def test_a_provider_that_hangs_is_left_alone_for_a_while(breaker, clock):
    fail(breaker, times=FAILURES)

    clock.time += REST_SECONDS - 0.1
    with pytest.raises(Unavailable), breaker.call():
        pass


def test_fewer_than_that_do_not_open_the_circuit(breaker):
    fail(breaker, times=FAILURES - 1)

    with breaker.call():
        pass


def test_time_outs_count_in_a_row(breaker):
    for _ in range(3):
        fail(breaker, times=FAILURES - 1)
        with breaker.call():
            pass


def test_what_fails_at_once_does_not_open_the_circuit(breaker):
    fail(breaker, httpx.ConnectError, times=FAILURES * 3)

    with breaker.call():
        pass


def test_after_the_rest_one_call_tries_and_the_others_wait(breaker, clock):
    fail(breaker, times=FAILURES)
    clock.time += REST_SECONDS

    with breaker.call(), pytest.raises(Unavailable), breaker.call():
        pass


def test_one_answer_closes_the_circuit(breaker, clock):
    fail(breaker, times=FAILURES)
    clock.time += REST_SECONDS

    with breaker.call():
        pass

    fail(breaker, times=FAILURES - 1)
    with breaker.call():
        pass


def test_one_more_time_out_opens_it_again(breaker, clock):
    fail(breaker, times=FAILURES)
    clock.time += REST_SECONDS
    fail(breaker)

    clock.time += REST_SECONDS - 0.1
    with pytest.raises(Unavailable), breaker.call():
        pass


def test_a_try_that_comes_to_nothing_is_followed_by_another(breaker, clock):
    fail(breaker, times=FAILURES)
    clock.time += REST_SECONDS
    fail(breaker, httpx.ConnectError)
    clock.time += REST_SECONDS

    with breaker.call():
        pass


def test_nothing_is_counted_for_a_call_that_was_not_let_through(breaker, clock):
    fail(breaker, times=FAILURES)
    for _ in range(AT_ONCE * 2):
        with pytest.raises(Unavailable), breaker.call():
            pass
    clock.time += REST_SECONDS

    with breaker.call():
        pass
