"""Lists of more than LONG rows: what a process caches of them, so that not every page has all of their rows counted.

For each list these are its number of rows, and its landmarks: the sort values of every STEP-th row. A page far down is
read from the landmark before it, so that the database skips fewer than STEP rows instead of all rows before the page.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.web import at_once
from app.web.minute_cache import MinuteCache

T = TypeVar("T")

LONG = 10_000
"""A list of up to this many rows is not long: its rows are counted for each page."""

STEP = 1_000
"""Rows from one landmark to the next."""


class SortOrder(NamedTuple):
    """What the rows of a list are sorted by."""

    columns: tuple[Any, ...]
    is_descending: bool = False
    is_unique: bool = False
    """No two rows are equal in these columns, so that the id is not needed to sort them."""

    def clauses(self) -> list[sa.ColumnElement[Any]]:
        """For ORDER BY."""
        return [sa.desc(each) if self.is_descending else sa.asc(each) for each in self.columns]

    def of(self, columns: Iterable[Any], id_: Any) -> "SortOrder":
        """The same order by these columns, which are those of another query, and by its id where that is needed."""
        return self._replace(columns=tuple(columns) if self.is_unique else (*columns, id_), is_unique=True)

    def is_after(self, landmark: tuple[Any, ...]) -> sa.ColumnElement[bool]:
        row = sa.tuple_(*self.columns)
        return row < landmark if self.is_descending else row > landmark

    def is_up_to(self, landmark: tuple[Any, ...]) -> sa.ColumnElement[bool]:
        row = sa.tuple_(*self.columns)
        return row >= landmark if self.is_descending else row <= landmark


class WholeList:
    """All rows of a list of which a page is to be shown. Its query should select little of each row."""

    def __init__(self, query: sa.Select[Any]) -> None:
        self.query = query
        # SQLAlchemy has no public name for it. To compile the query instead takes ten times as long.
        key = query._generate_cache_key()  # noqa: SLF001
        assert key is not None
        self.cache_key: Hashable = (key.key, *(repr(each.effective_value) for each in key.bindparams))
        """Differs between any two lists: SQLAlchemy's own key of the statement, and the values of its parameters."""

    @property
    def bounded_count(self) -> sa.Select[int]:
        """A query for the number of rows that looks at no more than LONG + 1 of them."""
        return sa.select(sa.func.count()).select_from(self.query.limit(LONG + 1).subquery())

    def count(self, session: Session) -> int:
        """How many rows there are: exact up to LONG, beyond that up to a minute old."""
        if (cached := self.cached_count()) is not None:
            return cached
        number = session.scalar(self.bounded_count) or 0
        return number if number <= LONG else max(self.long_count(session), LONG + 1)

    def cached_count(self) -> int | None:
        """None unless it is a long list whose rows were counted within the last minute."""
        cached = _caches().counts.peek(self.cache_key)
        return cached if cached is not None and cached > LONG else None

    def long_count(self, session: Session) -> int:
        """All rows, counted within the last minute or now."""
        count = sa.select(sa.func.count()).select_from(self.query.subquery())
        return _caches().counts.get(self.cache_key, lambda: session.scalar(count) or 0)

    def landmarks(self, session: Session, order: SortOrder) -> Sequence[tuple[Any, ...]]:
        """The values of the columns of `order` in each STEP-th row. Raises TooManyRequests."""
        row_number = sa.func.row_number().over(order_by=order.clauses()).label("row_number")
        *columns, number = sa.select(*order.columns, row_number).subquery().c
        query = sa.select(*columns).where(number % STEP == 0).order_by(number)

        def make() -> list[tuple[Any, ...]]:
            with at_once.SEARCHES.turn():
                return [tuple(row) for row in session.execute(query)]

        return _caches().landmarks.get((self.cache_key, order.is_descending), make)


def from_landmark(
    session: Session, whole: WholeList, order: SortOrder, rows: sa.Select[Any], skipped: int
) -> tuple[sa.Select[Any], int]:
    """`rows` of the list from the last landmark before the page on, and how many of them are still to be skipped.

    `skipped` is how many rows are before the page. Raises TooManyRequests where landmarks have to be made and no turn
    for that is free.
    """
    landmarks = whole.landmarks(session, order)
    if not landmarks:
        return rows, skipped
    # Rows that came at the top since the landmarks were made, such as new orders, moved all of these down.
    up_to_first = rows.where(order.is_up_to(landmarks[0])).limit(STEP + LONG).subquery()
    moved = (session.scalar(sa.select(sa.func.count()).select_from(up_to_first)) or 0) - STEP
    passed = min((skipped - moved) // STEP, len(landmarks))
    if passed <= 0:
        return rows, skipped
    return rows.where(order.is_after(landmarks[passed - 1])), skipped - moved - passed * STEP


def count_of(session: Session, query: sa.Select[Any]) -> int:
    """How many rows there are: of more than LONG, how many there were up to a minute ago."""
    return WholeList(query).count(session)


def cached(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` returned up to a minute ago: for other figures that are too much to be added up for each request."""
    value: T = _caches().others.get(key, make)
    return value


class _Caches:
    """Those of one application."""

    def __init__(self) -> None:
        self.counts = MinuteCache[int]()
        self.landmarks = MinuteCache[list[tuple[Any, ...]]]()
        self.others = MinuteCache[Any]()


def _caches() -> _Caches:
    caches: _Caches = current_app.extensions["long_lists"]
    return caches


def init_app(app: Flask) -> None:
    app.extensions["long_lists"] = _Caches()
