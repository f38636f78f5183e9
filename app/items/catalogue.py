"""The catalogue's answers, built once and given again while all that they show is as it was.

Whether it is, is asked each time, by one query: for the catalogue's stamp, which every edit changes, and for the stock
of the items that an answer shows, which orders change. So no server has to hear of a change. A page of a long list,
whose total is of a minute ago, is given again for another minute.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items import service
from app.items.models import Catalogue, Item
from app.items.schemas import ItemOut, ItemSearch
from app.runtime.config import settings
from app.runtime.db import read, table
from app.runtime.statements import Statement, in_list, list_values
from app.web import at_once
from app.web.api import Encoded
from app.web.long_lists import LONG
from app.web.minute_cache import SECONDS
from app.web.paging import Page

MOST_BYTES = 16 * 1024 * 1024
"""Of all answers that a process keeps. Those that were not asked for the longest go first."""

_catalogue, _items = table(Catalogue), table(Item)
_stamp = Statement(sa.select(_catalogue.c.stamp))


@lru_cache(128)
def _state(number: int) -> Statement:
    """One row for each of so many items, or one without."""
    state = sa.select(_catalogue.c.stamp, _items.c.id, _items.c.on_hand, _items.c.held)
    return Statement(state.select_from(_catalogue).outerjoin(_items, in_list(_items.c.id, number)))


Stock = dict[int, tuple[int, int]]
"""`on_hand` and `held` of items that have a stock number, by id."""


class Shown(msgspec.Struct, frozen=True):
    """An answer, and all that it shows."""

    stamp: str
    stock: Stock
    page: Page[ItemOut]
    answer: Encoded[Any]
    until: float
    """By the monotonic clock."""


class Shelf:
    """The answers of this process, by what was asked for."""

    def __init__(self) -> None:
        self._shown: OrderedDict[Hashable, Shown] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Shown | None:
        with self._lock:
            shown = self._shown.get(key)
            if shown is None or time.monotonic() >= shown.until:
                return None
            self._shown.move_to_end(key)
            return shown

    def put(self, key: Hashable, shown: Shown) -> None:
        with self._lock:
            if (before := self._shown.pop(key, None)) is not None:
                self._bytes -= len(before.answer.json)
            self._shown[key] = shown
            self._bytes += len(shown.answer.json)
            while self._bytes > MOST_BYTES:
                self._bytes -= len(self._shown.popitem(last=False)[1].answer.json)


_shelf = Shelf()


def listed(session: Session, search: ItemSearch) -> Encoded[Page[ItemOut]]:
    """The items that `search` finds, by name. Raises TooManyRequests."""

    def rows() -> Page[Any]:
        with at_once.search_turn(is_needed=service.takes_long(search)):
            return service.listed(session, search)

    if search.only:  # what of an item on no page has changed may bring it onto this one
        return Encoded.of(rows().map(ItemOut.of))
    return _answer(search, rows, Encoded.of).answer


def shown(session: Session, item_id: int) -> tuple[ItemOut, Encoded[ItemOut]]:
    """One item, and the answer that tells of it. Raises NotFound."""
    about = _answer(item_id, lambda: service.shown(session, item_id), lambda page: encoded(page.items[0]))
    return about.page.items[0], about.answer


def encoded(item: ItemOut) -> Encoded[ItemOut]:
    """The ETag holds version and stock: a sale in between makes an edit of the stock stale, and no other edit."""
    return Encoded.of(item, f"{item.version}-{item.on_hand}-{item.available}")


def _answer(asked: Hashable, build: Callable[[], Page[Any]], encode: Callable[[Any], Encoded[Any]]) -> Shown:
    """What was answered before, where it still holds. `build` reads rows of items, each with the catalogue's stamp."""
    key = asked, settings().currency
    known = _shelf.get(key)
    if known is not None:
        now = _now(known.stock)
        if now and now[0].stamp == known.stamp:
            stock = _stock(now) if known.stock else {}
            return known if stock == known.stock else _restocked(key, known, stock, encode)
    rows = build()
    page = rows.map(ItemOut.of)
    until = time.monotonic() + SECONDS if page.total > LONG else math.inf
    made = Shown(rows.items[0].stamp if rows.items else "", _stock(rows.items), page, encode(page), until)
    if made.stamp:
        _shelf.put(key, made)
    return made


def _now(stock: Stock) -> Sequence[Any]:
    """The catalogue's stamp, with the stock of the items of `stock`."""
    if not stock:
        return read(_stamp)
    return read(_state(len(stock)), list_values(_items.c.id, stock))


def _restocked(key: Hashable, known: Shown, stock: Stock, encode: Callable[[Any], Encoded[Any]]) -> Shown:
    page = known.page.map(lambda item: item.with_stock(*stock[item.id]) if item.id in stock else item)
    made = Shown(known.stamp, stock, page, encode(page), known.until)
    _shelf.put(key, made)
    return made


def _stock(rows: Iterable[Any]) -> Stock:
    return {row.id: (row.on_hand, row.held) for row in rows if row.on_hand is not None}
