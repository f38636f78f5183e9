"""Lists in pages: what a caller asks for, what it is answered, and the one query behind it."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar, overload

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")
U = TypeVar("U")


DEEP = 10_000
"""From so many rows before it on, a page takes a turn: the database counts them."""

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
        """Whether the database has to count many rows to come to the page."""
        return self.skipped >= DEEP


class Page(msgspec.Struct, Generic[T], frozen=True):
    """`total` counts the items of all pages. Pages are numbered from 1."""

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
    counted = query.with_only_columns(sa.func.count(), maintain_column_froms=True).order_by(None)
    return _read(session, query.limit(paging.per_page).offset(paging.skipped), counted, paging)


def paged_by_id(
    session: Session,
    query: sa.Select[Any],
    part: sa.Select[*tuple[Any, ...]] | sa.CTE,
    paging: Paging,
    sorted_by: Sequence[Any],
    *,
    is_descending: bool = False,
) -> Page[Any]:
    """One page of the rows of `query`, whose first column is an id, sorted by columns of it and then by the id.

    `part` has the ids and, after them, those columns, so that nothing else is read of the rows before the page.
    """
    ids = part.subquery() if isinstance(part, sa.Select) else part
    way: Callable[[Any], sa.ColumnElement[Any]] = sa.desc if is_descending else sa.asc
    key, *others = ids.c
    wanted = sa.select(key).order_by(*map(way, (*others, key))).limit(paging.per_page).offset(paging.skipped)
    first, *_ = query.selected_columns
    query = query.where(first.in_(wanted)).order_by(*map(way, (*sorted_by, first)))
    return _read(session, query, sa.select(sa.func.count()).select_from(ids), paging)


def _read(session: Session, part: sa.Select[Any], counted: sa.Select[int], paging: Paging) -> Page[Any]:
    rows = session.execute(part.add_columns(counted.scalar_subquery().label("total_of_all"))).all()
    total = rows[0].total_of_all if rows else 0
    if not rows and paging.page > 1:
        total = session.scalar(counted) or 0
    is_single = len(part.column_descriptions) == 1
    return Page([row[0] for row in rows] if is_single else list(rows), total, paging.page, paging.per_page)
