"""The catalogue's answers in the memory of a process (app/items/catalogue.py)."""

import math
import tracemalloc

import pytest

from app.items import catalogue
from app.items.catalogue import AnswerCache, CachedAnswer, encoded
from app.items.schemas import ItemOut
from app.web.paging import Page

MEGABYTE = 1024 * 1024


@pytest.fixture
def cache(monkeypatch):
    monkeypatch.setattr(catalogue, "MOST_BYTES", MEGABYTE)
    return AnswerCache()


def answer(number):
    item = ItemOut(number, f"Item {number}", "", 100, "EUR", 2, 5, 5, None, None, True, 1)
    return CachedAnswer("stamp", {number: (5, 0)}, Page([item], 1, 1, 1), encoded(item), math.inf)


def test_a_crawler_of_many_small_items_fills_no_more_memory_than_the_cache_may_take(cache):
    tracemalloc.start()

    for number in range(5_000):
        cache.put(number, answer(number))

    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1.2 * MEGABYTE


def test_the_answer_that_has_not_been_asked_for_the_longest_goes_first(cache):
    cache.put("asked", answer(0))
    cache.put("not asked", answer(0))

    for number in range(5_000):
        cache.put(number, answer(number))
        cache.get("asked")

    assert cache.get("asked")
    assert cache.get("not asked") is None


def test_an_answer_that_takes_the_place_of_another_takes_no_more_room(cache):
    cache.put("first", answer(0))

    for number in range(5_000):
        cache.put("second", answer(number))

    assert cache.get("first")
