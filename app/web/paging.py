"""Lists in pages: what a caller asks for, what it is answered, and the one query behind it."""

from collections.abc import Callable, Hashable, Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, overload

import msgspec
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.web import at_once
from app.web.long_lists import LONG, STEP, Cached

T = TypeVar("T")
U = TypeVar("U")

PageNumber = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
PerPage = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Paging(msgspec.Struct, frozen=True):
    """The query of a list. A search with words or filters adds its fields to it."""

    page: PageNumber = 1
    per_page: PerPage = 20

    @property
    def skipped(self) -> int:
        """How many rows are before the page."""
        return (self.page - 1) * self.per_page

    @property
    def is_deep(self) -> bool:
        """Whether the database would have to count many rows to come to the page."""
        return self.skipped >= LONG


class Page(msgspec.Struct, Generic[T], frozen=True):
    """`total` counts the items of all pages: of more than 10,000 as many as there were some minutes ago.

    Pages are numbered from 1.
    """

    items: list[T]
    total: int
    page: int
    per_page: int

    def map(self, shape: Callable[[T], U]) -> "Page[U]":
        """The same page with each item in another shape, such as `page.map(ItemOut.of)`."""
        return Page([shape(each) for each in self.items], self.total, self.page, self.per_page)


@overload
def paged(session: Session, query: sa.Select[T], paging: Paging) -> Page[T]: ...
@overload
def paged(session: Session, query: sa.Select[Any, Any, *tuple[Any, ...]], paging: Paging) -> Page[Any]: ...
def paged(session: Session, query: sa.Select[Any], paging: Paging) -> Page[Any]:
    """One page of an ordered query: entities where it selects one entity, rows where it selects columns."""
    one: sa.ColumnElement[int] = sa.literal_column("1")
    every = query.with_only_columns(one.label("one"), maintain_column_froms=True).order_by(None)
    return _read(session, query.limit(paging.per_page).offset(paging.skipped), _WholeList(every), paging)


def paged_by_id(
    session: Session,
    query: sa.Select[Any],
    part: sa.Select[*tuple[Any, ...]] | sa.CTE,
    paging: Paging,
    sorted_by: Sequence[Any],
    *,
    is_descending: bool = False,
    is_unique: bool = False,
    has_landmarks: bool = False,
) -> Page[Any]:
    """One page of the rows of `query`, whose first column is an id, sorted by columns of it and then by the id.

    `part` has the ids and, after them, those columns, so that nothing else is read of the rows before the page. Where
    no two rows have the same in them, `is_unique`, the id is not asked for. Where none of them can be null a list may
    have landmarks: far down it the page is read from one of these on. Raises TooManyRequests where they are to be made
    and no turn is free.
    """
    ids = part.subquery() if isinstance(part, sa.Select) else part
    key, *others = ids.c
    order = _Order(tuple(others) if is_unique else (*others, key), is_descending)
    whole, skipped = _WholeList(sa.select(key)), paging.skipped
    wanted = sa.select(key).order_by(*order.by()).limit(paging.per_page)
    if has_landmarks and paging.is_deep and whole.number(session) > LONG:
        wanted, skipped = _after_landmark(session, whole, order, wanted, skipped)
    first, *_ = query.selected_columns
    shown = _Order(tuple(sorted_by) if is_unique else (*sorted_by, first), is_descending)
    return _read(session, query.where(first.in_(wanted.offset(skipped))).order_by(*shown.by()), whole, paging)


class _Order(NamedTuple):
    """What the rows of a list are sorted by."""

    columns: tuple[Any, ...]
    is_descending: bool

    def by(self) -> list[sa.ColumnElement[Any]]:
        return [sa.desc(each) if self.is_descending else sa.asc(each) for each in self.columns]

    def is_after(self, landmark: tuple[Any, ...]) -> sa.ColumnElement[bool]:
        row = sa.tuple_(*self.columns)
        return row < landmark if self.is_descending else row > landmark

    def is_up_to(self, landmark: tuple[Any, ...]) -> sa.ColumnElement[bool]:
        row = sa.tuple_(*self.columns)
        return row >= landmark if self.is_descending else row <= landmark


def _after_landmark(
    session: Session, whole: "_WholeList", order: _Order, wanted: sa.Select[Any], skipped: int
) -> tuple[sa.Select[Any], int]:
    """`wanted` from the last landmark before the page on, and how many of its rows are still to be skipped."""
    landmarks = whole.landmarks(session, order)
    if not landmarks:
        return wanted, skipped
    # Rows that came at the top since the landmarks were made, such as new orders, moved all of these down.
    first_rows = wanted.where(order.is_up_to(landmarks[0])).limit(STEP + LONG).subquery()
    moved = (session.scalar(sa.select(sa.func.count()).select_from(first_rows)) or 0) - STEP
    passed = min((skipped - moved) // STEP, len(landmarks))
    if passed <= 0:
        return wanted, skipped
    return wanted.where(order.is_after(landmarks[passed - 1])), skipped - moved - passed * STEP


def _read(session: Session, query: sa.Select[Any], whole: "_WholeList", paging: Paging) -> Page[Any]:
    """`query` is of the page alone. Where the rows of the whole list have to be counted, that is part of it."""
    is_single = len(query.column_descriptions) == 1
    total = whole.known_number()
    if total is None:
        rows = session.execute(query.add_columns(whole.counted.scalar_subquery().label("total_of_all"))).all()
        total = rows[0].total_of_all if rows else 0
        if not rows and paging.page > 1:
            total = session.scalar(whole.counted) or 0
    else:
        rows = session.execute(query).all()
    if total > LONG:
        total = max(whole.long_number(session), paging.skipped + len(rows) if rows else 0)
    return Page([row[0] for row in rows] if is_single else list(rows), total, paging.page, paging.per_page)


class CachedLists:
    """What the process keeps of one application's lists (`app/web/long_lists.py`)."""

    def __init__(self) -> None:
        self.totals, self.landmarks, self.others = Cached[int](), Cached[list[tuple[Any, ...]]](), Cached[Any]()


def _caches() -> CachedLists:
    caches: CachedLists = current_app.extensions["long_lists"]
    return caches


def init_app(app: Flask) -> None:
    app.extensions["long_lists"] = CachedLists()


def number_of(session: Session, query: sa.Select[Any]) -> int:
    """How many rows there are: of more than LONG, how many there were up to a minute ago."""
    return _WholeList(query).number(session)


def cached(name: Hashable, make: Callable[[], T]) -> T:
    """What `make` returned up to a minute ago: for what is too much to be added up for each request."""
    value: T = _caches().others.get(name, make)
    return value


class _WholeList:
    """All rows of a list, of which a page is to be shown. Its query selects little of each."""

    def __init__(self, query: sa.Select[Any]) -> None:
        self.query = query
        # SQLAlchemy has no public name for it. To compile the query instead takes ten times as long.
        key = query._generate_cache_key()  # noqa: SLF001
        assert key is not None
        self.name: Hashable = (key.key, *(repr(each.effective_value) for each in key.bindparams))
        """What tells the list from all others: what SQLAlchemy tells statements apart by, and their values."""

    @property
    def counted(self) -> sa.Select[int]:
        """How many rows there are, of which no more than LONG and one are looked at."""
        return sa.select(sa.func.count()).select_from(self.query.limit(LONG + 1).subquery())

    def number(self, session: Session) -> int:
        if (known := self.known_number()) is not None:
            return known
        number = session.scalar(self.counted) or 0
        return number if number <= LONG else max(self.long_number(session), LONG + 1)

    def known_number(self) -> int | None:
        """Where it is a long list whose rows were counted within the last minute."""
        known = _caches().totals.known(self.name)
        return known if known is not None and known > LONG else None

    def long_number(self, session: Session) -> int:
        counted = sa.select(sa.func.count()).select_from(self.query.subquery())
        return _caches().totals.get(self.name, lambda: session.scalar(counted) or 0)

    def landmarks(self, session: Session, order: _Order) -> Sequence[tuple[Any, ...]]:
        """What each STEP-th row is sorted by: the values of the columns of `order`."""
        rows = sa.select(*order.columns, sa.func.row_number().over(order_by=order.by()).label("number")).subquery()
        *columns, number = rows.c
        query = sa.select(*columns).where(number % STEP == 0).order_by(number)

        def make() -> list[tuple[Any, ...]]:
            with at_once.SEARCHES.turn():
                return [tuple(row) for row in session.execute(query)]

        return _caches().landmarks.get((self.name, order.is_descending), make)
