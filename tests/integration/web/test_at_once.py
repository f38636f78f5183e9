"""How much of a process's time slow operations may take, such as searches, beside all other requests."""

import pytest

from app.web.at_once import LONGEST_REST, AtOnce

pytestmark = pytest.mark.any_database


class Clock:
    now = 100.0

    def read(self):
        return self.now

    def pass_by(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(app):
    with app.test_request_context():
        yield Clock()


@pytest.fixture
def searches(clock):
    return AtOnce(running=1, waiting=0, each=1, rest=2, clock=clock.read, sleep=clock.pass_by)


@pytest.mark.parametrize(("took", "later"), [(0.02, 0.04), (5, LONGEST_REST)])
def test_after_a_search_the_next_one_waits_so_that_others_are_served(clock, searches, took, later):
    with searches.turn():
        clock.pass_by(took)
    ended = clock.now

    with searches.turn():
        assert clock.now == pytest.approx(ended + later)


def test_a_search_that_comes_later_does_not_wait(clock, searches):
    with searches.turn():
        clock.pass_by(0.02)
    clock.pass_by(1)
    came = clock.now

    with searches.turn():
        assert clock.now == came
