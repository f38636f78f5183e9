"""Lists in pages: what a caller asks for, what it is answered, and the one query behind it."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar, overload

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.web import long_lists
from app.web.long_lists import SortOrder, WholeList

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
        return self.skipped >= long_lists.LONG


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
    all_rows = query.with_only_columns(one.label("one"), maintain_column_froms=True).order_by(None)
    return _read(session, query.limit(paging.per_page).offset(paging.skipped), WholeList(all_rows), paging)


def paged_by_id(
    session: Session,
    query: sa.Select[Any],
    ids: sa.Select[*tuple[Any, ...]] | sa.CTE,
    paging: Paging,
    order: SortOrder,
    *,
    has_landmarks: bool = False,
) -> Page[Any]:
    """One page of the rows of `query`, whose first column is an id, sorted as `order` says and then by the id.

    `ids` selects the ids of the list and, after them, the columns of `order`: nothing else is read of the rows before
    the page. `has_landmarks`: a page far down is read from a landmark (`long_lists.py`); none of these columns may be
    null then. Raises TooManyRequests where landmarks have to be made and no turn for that is free.
    """
    id_, *sorted_by = (ids.subquery() if isinstance(ids, sa.Select) else ids).c
    whole = WholeList(sa.select(id_))
    order_of_ids = order.of(sorted_by, id_)
    page, skipped = sa.select(id_).order_by(*order_of_ids.clauses()).limit(paging.per_page), paging.skipped
    if has_landmarks and paging.is_deep and whole.count(session) > long_lists.LONG:
        page, skipped = long_lists.from_landmark(session, whole, order_of_ids, page, skipped)
    row_id = query.selected_columns[0]
    rows = query.where(row_id.in_(page.offset(skipped))).order_by(*order.of(order.columns, row_id).clauses())
    return _read(session, rows, whole, paging)


def _read(session: Session, query: sa.Select[Any], whole: WholeList, paging: Paging) -> Page[Any]:
    """The page whose rows `query` selects. Unless the number of all rows is cached, the same query counts them too."""
    is_single = len(query.column_descriptions) == 1
    total = whole.cached_count()
    if total is None:
        rows = session.execute(query.add_columns(whole.bounded_count.scalar_subquery().label("total_of_all"))).all()
        total = rows[0].total_of_all if rows else 0
        if not rows and paging.page > 1:  # there was no row for the total to come with
            total = session.scalar(whole.bounded_count) or 0
    else:
        rows = session.execute(query).all()
    if total > long_lists.LONG:
        total = whole.long_count(session)
        if rows:  # that count may be a minute old: never fewer than are shown up to here
            total = max(total, paging.skipped + len(rows))
    return Page([row[0] for row in rows] if is_single else list(rows), total, paging.page, paging.per_page)
