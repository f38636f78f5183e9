"""The catalogue's answers, cached in this process and used again while what they show has not changed.

Each request asks the database by one query whether it has: for the catalogue's stamp, which every edit of an item
changes, and for the stock of the items in the answer, which orders change. So no process has to be told of a change.
A page of a long list is used for a minute at most, since its total is that old already.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from app.items import service
from app.items.models import Catalogue, Item
from app.items.schemas import ItemOut, ItemSearch
from app.runtime.config import settings
from app.runtime.db import db, read, table
from app.runtime.statements import Statement, in_list, list_values
from app.web import at_once
from app.web.api import Encoded
from app.web.long_lists import LONG
from app.web.minute_cache import SECONDS as CACHED_SECONDS
from app.web.paging import Page

MOST_BYTES = 16 * 1024 * 1024
"""Of all cached answers of a process. Those that have not been asked for the longest go first."""

BYTES_OF_ITEM = 1_500
"""What an item in a cached answer takes besides its JSON: `tests/unit/shop/test_answer_cache.py` measures it."""

_catalogue, _items = table(Catalogue), table(Item)
_stamp = Statement(sa.select(_catalogue.c.stamp))


@lru_cache(128)
def _stamp_and_stock(number: int) -> Statement:
    """The stamp, with the stock of this number of items: a row for each, or one row if none of them exists."""
    state = sa.select(_catalogue.c.stamp, _items.c.id, _items.c.on_hand, _items.c.held)
    return Statement(state.select_from(_catalogue).outerjoin(_items, in_list(_items.c.id, number)))


Stock = dict[int, tuple[int, int]]
"""`on_hand` and `held` of items that have a stock number, by id."""


class CachedAnswer(msgspec.Struct, frozen=True):
    """An answer, and what it was made of."""

    stamp: str
    stock: Stock
    page: Page[ItemOut]
    answer: Encoded[Any]
    until: float
    """By the monotonic clock."""

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return len(self.answer.json) + BYTES_OF_ITEM * len(self.page.items)


class AnswerCache:
    """The cached answers of this process, by what was asked for."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, CachedAnswer] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> CachedAnswer | None:
        with self._lock:
            cached = self._answers.get(key)
            if cached is None or time.monotonic() >= cached.until:
                return None
            self._answers.move_to_end(key)
            return cached

    def put(self, key: Hashable, made: CachedAnswer) -> None:
        with self._lock:
            if (before := self._answers.pop(key, None)) is not None:
                self._bytes -= before.size
            self._answers[key] = made
            self._bytes += made.size
            while self._bytes > MOST_BYTES:
                self._bytes -= self._answers.popitem(last=False)[1].size


_cache = AnswerCache()


def listed(search: ItemSearch) -> Encoded[Page[ItemOut]]:
    """The page of items that `search` asks for. Raises TooManyRequests."""

    def rows() -> Page[Any]:
        with at_once.search_turn(is_needed=service.takes_long(search)):
            return service.listed(db.session(), search)

    if search.only:  # not cached: a sale of an item on no page may bring it onto this one
        return Encoded.of(rows().map(ItemOut.of))
    return _answer(search, rows, Encoded.of).answer


def shown(item_id: int) -> tuple[ItemOut, Encoded[ItemOut]]:
    """One item, and the answer with it. Raises NotFound."""
    made = _answer(item_id, lambda: service.shown(db.session(), item_id), lambda page: encoded(page.items[0]))
    return made.page.items[0], made.answer


def encoded(item: ItemOut) -> Encoded[ItemOut]:
    """The ETag has version and stock, so that a sale makes a concurrent edit of the stock stale, and no other edit."""
    return Encoded.of(item, f"{item.version}-{item.on_hand}-{item.available}")


def _answer(what: Hashable, build: Callable[[], Page[Any]], encode: Callable[[Any], Encoded[Any]]) -> CachedAnswer:
    """The cached answer if it is still right, or a new one.

    `what` tells answers apart. `build` reads rows of items, each with the catalogue's stamp; it begins a session, which
    an answer from the cache does without. `encode` makes the answer of a page of these.
    """
    key = what, settings().currency
    cached = _cache.get(key)
    if cached is not None:
        stamp, stock = _current(cached.stock)
        if stamp == cached.stamp:
            return cached if stock == cached.stock else _restocked(key, cached, stock, encode)
    rows = build()
    page = rows.map(ItemOut.of)
    until = time.monotonic() + CACHED_SECONDS if page.total > LONG else math.inf
    made = CachedAnswer(rows.items[0].stamp if rows.items else "", _stock(rows.items), page, encode(page), until)
    if made.stamp:
        _cache.put(key, made)
    return made


def _current(stock: Stock) -> tuple[str, Stock]:
    """The catalogue's stamp as it is now, and the stock of these items."""
    if not stock:
        rows = read(_stamp)
        return rows[0].stamp if rows else "", {}
    rows = read(_stamp_and_stock(len(stock)), list_values(_items.c.id, stock))
    return rows[0].stamp if rows else "", _stock(rows)


def _restocked(
    key: Hashable, cached: CachedAnswer, stock: Stock, encode: Callable[[Any], Encoded[Any]]
) -> CachedAnswer:
    """The cached answer with another stock."""
    page = cached.page.map(lambda item: item.with_stock(*stock[item.id]) if item.id in stock else item)
    made = CachedAnswer(cached.stamp, stock, page, encode(page), cached.until)
    _cache.put(key, made)
    return made


def _stock(rows: Iterable[Any]) -> Stock:
    return {row.id: (row.on_hand, row.held) for row in rows if row.on_hand is not None}
