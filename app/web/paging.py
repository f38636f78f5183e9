"""Lists in pages: what a caller asks for, what it is answered, and the one query behind it."""

from collections.abc import Callable, Hashable, Sequence
from typing import Annotated, Any, Generic, TypeVar, overload

import msgspec
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.web import at_once
from app.web.long_lists import LONG, STEP, Cached

T = TypeVar("T")
U = TypeVar("U")


DEEP = LONG
"""From so many rows before it on, a page is far down a list."""

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
        return self.skipped >= DEEP


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
    return _read(session, query.limit(paging.per_page).offset(paging.skipped), _All(every), paging)


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
    way: Callable[[Any], sa.ColumnElement[Any]] = sa.desc if is_descending else sa.asc
    key, *others = ids.c
    order = tuple(others) if is_unique else (*others, key)
    every, skipped = _All(sa.select(key)), paging.skipped
    wanted = sa.select(key).order_by(*map(way, order)).limit(paging.per_page)
    if has_landmarks and paging.is_deep and every.number(session) > LONG:
        landmarks = every.landmarks(session, sa.select(*order), [*map(way, order)], is_descending)
        here, came = sa.tuple_(*order), 0
        if landmarks:  # what came since at the top, as new orders do, has moved all of them down
            before = here >= landmarks[0] if is_descending else here <= landmarks[0]
            first_ones = sa.select(key).where(before).order_by(*map(way, order)).limit(STEP + LONG)
            came = (session.scalar(sa.select(sa.func.count()).select_from(first_ones.subquery())) or 0) - STEP
        if (passed := min((skipped - came) // STEP, len(landmarks))) > 0:
            landmark = landmarks[passed - 1]
            wanted = wanted.where(here < landmark if is_descending else here > landmark)
            skipped -= passed * STEP + came
    first, *_ = query.selected_columns
    sorted_by = sorted_by if is_unique else (*sorted_by, first)
    query = query.where(first.in_(wanted.offset(skipped))).order_by(*map(way, sorted_by))
    return _read(session, query, every, paging)


def _read(session: Session, part: sa.Select[Any], every: "_All", paging: Paging) -> Page[Any]:
    """`part` is the page, and `every` has a row for each of all pages."""
    total, is_single = every.known_number(), len(part.column_descriptions) == 1
    if total is None:
        part = part.add_columns(every.counted.scalar_subquery().label("total_of_all"))
    rows = session.execute(part).all()
    if total is None:
        total = rows[0].total_of_all if rows else 0
        if not rows and paging.page > 1:
            total = session.scalar(every.counted) or 0
    if total > LONG:
        total = max(every.long_number(session), paging.skipped + len(rows) if rows else 0)
    return Page([row[0] for row in rows] if is_single else list(rows), total, paging.page, paging.per_page)


class CachedLists:
    """Of one application's lists."""

    def __init__(self) -> None:
        self.totals, self.landmarks, self.others = Cached[int](), Cached[list[tuple[Any, ...]]](), Cached[Any]()


def _cached() -> CachedLists:
    cached: CachedLists = current_app.extensions["long_lists"]
    return cached


def init_app(app: Flask) -> None:
    app.extensions["long_lists"] = CachedLists()


def number_of(session: Session, every: sa.Select[Any]) -> int:
    """How many rows there are: of more than LONG, how many there were up to a minute ago."""
    return _All(every).number(session)


def kept(name: Hashable, make: Callable[[], T]) -> T:
    """What `make` returned up to a minute ago, of what is too much to be added up for each request."""
    value: T = _cached().others.get(name, make)
    return value


class _All:
    """All rows of a list, of which a page is to be shown."""

    def __init__(self, query: sa.Select[Any]) -> None:
        self.query = query
        # There is no public name for it, and to compile the query takes ten times as long. To execute it changes it.
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
        known = _cached().totals.known(self.name)
        return known if known is not None and known > LONG else None

    def long_number(self, session: Session) -> int:
        counted = sa.select(sa.func.count()).select_from(self.query.subquery())
        return _cached().totals.get(self.name, lambda: session.scalar(counted) or 0)

    def landmarks(
        self, session: Session, rows: sa.Select[Any], order: Sequence[sa.ColumnElement[Any]], way: bool
    ) -> Sequence[tuple[Any, ...]]:
        """What each STEP-th of `rows`, which are those of the list, holds in this order, of which there are two."""
        numbered = rows.add_columns(sa.func.row_number().over(order_by=order).label("number")).subquery()
        *columns, number = numbered.c
        query = sa.select(*columns).where(number % STEP == 0).order_by(number)

        def make() -> list[tuple[Any, ...]]:
            with at_once.SEARCHES.turn():
                return [tuple(row) for row in session.execute(query)]

        return _cached().landmarks.get((self.name, way), make)
