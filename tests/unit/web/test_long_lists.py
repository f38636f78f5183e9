"""What is kept of a list: made by one, given to all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest

from app.web import long_lists
from app.web.limits import TooManyRequests
from app.web.long_lists import MOST, REST, Cached

DEADLINE = 10


@pytest.fixture
def kept():
    return Cached[int]()


def grow_old(monkeypatch):
    later = long_lists.time.monotonic() + long_lists.SECONDS
    monkeypatch.setattr(long_lists, "time", SimpleNamespace(monotonic=lambda: later))


def test_what_was_made_is_given_again_for_a_minute(kept, monkeypatch):
    assert kept.get("list", lambda: 1) == 1
    assert kept.get("list", lambda: 2) == 1

    grow_old(monkeypatch)

    assert kept.get("list", lambda: 3) == 3


def test_all_who_come_while_it_is_made_wait_for_the_one(kept):
    begun, go_on, made = Event(), Event(), []

    def make():
        begun.set()
        go_on.wait(DEADLINE)
        made.append(True)
        return 1

    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(kept.get, "list", make) for _ in range(4)]
        begun.wait(DEADLINE)
        go_on.set()

        assert [answer.result(DEADLINE) for answer in answers] == [1] * 4
    assert made == [True]


def test_who_comes_while_it_is_made_anew_gets_the_one_before(kept, monkeypatch):
    kept.get("list", lambda: 1)
    grow_old(monkeypatch)
    begun, go_on = Event(), Event()

    def make():
        begun.set()
        go_on.wait(DEADLINE)
        return 2

    with ThreadPoolExecutor(1) as threads:
        anew = threads.submit(kept.get, "list", make)
        begun.wait(DEADLINE)
        assert kept.get("list", lambda: 3) == 1
        go_on.set()
        assert anew.result(DEADLINE) == 2


def test_where_the_one_who_makes_it_is_slow_another_one_makes_it_too(kept, monkeypatch):
    monkeypatch.setattr(long_lists, "WAIT_SECONDS", 0.05)
    begun, go_on = Event(), Event()

    def make():
        begun.set()
        go_on.wait(DEADLINE)
        return 1

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(kept.get, "list", make)
        begun.wait(DEADLINE)
        assert kept.get("list", lambda: 2) == 2
        go_on.set()
        slow.result(DEADLINE)


def test_what_cannot_be_made_anew_for_lack_of_a_turn_stays_as_it_was(kept, monkeypatch):
    def refuse():
        raise TooManyRequests

    with pytest.raises(TooManyRequests):
        kept.get("list", refuse)
    kept.get("list", lambda: 1)
    grow_old(monkeypatch)

    assert kept.get("list", refuse) == 1


def test_what_took_long_to_make_is_kept_for_longer(kept, monkeypatch):
    clock = iter((0, 10, 10 + REST * 10 - 1, 10 + REST * 10, 10 + REST * 10, 10 + REST * 10, 10 + REST * 10))
    monkeypatch.setattr(long_lists, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    kept.get("list", lambda: 1)

    assert kept.get("list", lambda: 2) == 1
    assert kept.get("list", lambda: 3) == 3


def test_an_error_is_not_kept(kept):
    with pytest.raises(ZeroDivisionError):
        kept.get("list", lambda: 1 // 0)

    assert kept.get("list", lambda: 1) == 1


def test_lists_that_were_not_asked_for_the_longest_are_forgotten(kept):
    for number in range(MOST + 1):
        kept.get(number, lambda: 1)

    assert kept.get(MOST, lambda: 2) == 1
    assert kept.get(0, lambda: 2) == 2
