"""The cache of long lists: a value is made by one, given to all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest

from app.web import minute_cache
from app.web.limits import TooManyRequests
from app.web.minute_cache import MOST, REST, MinuteCache

DEADLINE = 10


@pytest.fixture
def cache():
    return MinuteCache[int]()


def grow_old(monkeypatch):
    later = minute_cache.time.monotonic() + minute_cache.SECONDS
    monkeypatch.setattr(minute_cache, "time", SimpleNamespace(monotonic=lambda: later))


def test_what_was_made_is_given_again_for_a_minute(cache, monkeypatch):
    assert cache.get("list", lambda: 1) == 1
    assert cache.get("list", lambda: 2) == 1

    grow_old(monkeypatch)

    assert cache.get("list", lambda: 3) == 3


def test_all_who_come_while_it_is_made_wait_for_the_one(cache):
    begun, go_on, made = Event(), Event(), []

    def make():
        begun.set()
        go_on.wait(DEADLINE)
        made.append(True)
        return 1

    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(cache.get, "list", make) for _ in range(4)]
        begun.wait(DEADLINE)
        go_on.set()

        assert [answer.result(DEADLINE) for answer in answers] == [1] * 4
    assert made == [True]


def test_who_comes_while_it_is_made_anew_gets_the_one_before(cache, monkeypatch):
    cache.get("list", lambda: 1)
    grow_old(monkeypatch)
    begun, go_on = Event(), Event()

    def make():
        begun.set()
        go_on.wait(DEADLINE)
        return 2

    with ThreadPoolExecutor(1) as threads:
        anew = threads.submit(cache.get, "list", make)
        begun.wait(DEADLINE)
        assert cache.get("list", lambda: 3) == 1
        go_on.set()
        assert anew.result(DEADLINE) == 2


def test_where_the_one_who_makes_it_is_slow_another_one_makes_it_too(cache, monkeypatch):
    monkeypatch.setattr(minute_cache, "WAIT_SECONDS", 0.05)
    begun, go_on = Event(), Event()

    def make():
        begun.set()
        go_on.wait(DEADLINE)
        return 1

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(cache.get, "list", make)
        begun.wait(DEADLINE)
        assert cache.get("list", lambda: 2) == 2
        go_on.set()
        slow.result(DEADLINE)


def test_what_cannot_be_made_anew_for_lack_of_a_turn_stays_as_it_was(cache, monkeypatch):
    def refuse():
        raise TooManyRequests

    with pytest.raises(TooManyRequests):
        cache.get("list", refuse)
    cache.get("list", lambda: 1)
    grow_old(monkeypatch)

    assert cache.get("list", refuse) == 1


def test_what_took_long_to_make_is_kept_for_longer(cache, monkeypatch):
    clock = iter((0, 10, 10 + REST * 10 - 1, 10 + REST * 10, 10 + REST * 10, 10 + REST * 10, 10 + REST * 10))
    monkeypatch.setattr(minute_cache, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    cache.get("list", lambda: 1)

    assert cache.get("list", lambda: 2) == 1
    assert cache.get("list", lambda: 3) == 3


def test_an_error_is_not_kept(cache):
    with pytest.raises(ZeroDivisionError):
        cache.get("list", lambda: 1 // 0)

    assert cache.get("list", lambda: 1) == 1


def test_lists_that_were_not_asked_for_the_longest_are_forgotten(cache):
    for number in range(MOST + 1):
        cache.get(number, lambda: 1)

    assert cache.get(MOST, lambda: 2) == 1
    assert cache.get(0, lambda: 2) == 2
