"""The catalogue: every caller reads it, staff change it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items import changes
from app.items.models import FEW_LEFT, ON_SALE, SORTED, Catalogue, Item, ItemAction
from app.items.schemas import CategoryOut, ItemSearch, Only, Sorting
from app.runtime.db import affected, utcnow
from app.runtime.errors import Conflict, Invalid, NotFound, StaleVersion
from app.runtime.search import MOST, Searched, words
from app.stripe import currencies
from app.web.long_lists import SortOrder
from app.web.paging import Page, paged_by_id


class StockHeld(Conflict):
    error = "stock_held"
    detail = "More of these are set aside for orders than that."


_stamp = sa.select(Catalogue.stamp).scalar_subquery().label("stamp")
_all = sa.select(*Item.__table__.columns, _stamp)
_rows = _all.where(Item.withdrawn_at.is_(None))
"""Items that are not withdrawn, each with the catalogue's stamp at that moment."""

is_on_sale, _is_there = sa.text(ON_SALE), Item.withdrawn_at.is_(None)
_searched = Searched(Item.id, Item.name, Item.description)

LEFT = Item.on_hand - Item.held
"""How many of an item can be sold; null where there is no limit."""

ONLY: dict[Only, sa.ColumnElement[bool] | sa.TextClause] = {
    "on_sale": is_on_sale,
    "drafts": _is_there & Item.price.is_(None),
    "low": sa.text(FEW_LEFT),
    "sold_out": sa.and_(sa.text(FEW_LEFT), LEFT <= 0),
}


def listed(session: Session, search: ItemSearch) -> Page[Any]:
    """Rows of the items that `search` asks for, each with the catalogue's stamp.

    Where `q` fits more than MOST items, MOST of them are sorted and counted. Raises TooManyRequests.
    """
    order = _order(search.sort)
    ids = sa.select(Item.id, *order.columns).where(_shown_in(search))
    if search.category:
        ids = ids.where(sa.text(SORTED), Item.category == search.category)
    if searched_words := words(search.q):
        by_name = ids.with_only_columns(Item.id).order_by(Item.name, Item.id)
        ids = ids.where(_searched.holding(session, searched_words, by_name)).limit(MOST)
    # As a CTE all of these ids are read first, and sorted then. PostgreSQL would go through the list in its order
    # instead until the page is full: it expects a third of all items to be running out, and few are.
    is_rare = bool(searched_words) or search.only in ("low", "sold_out")
    whole = ids.cte("found") if is_rare else ids
    return paged_by_id(session, _all, whole, search, order, has_landmarks=not takes_long(search))


def _order(sort: Sorting) -> SortOrder:
    if sort == "newest":
        return SortOrder((), is_descending=True)  # by the id
    return SortOrder((getattr(Item, sort.removeprefix("-")),), is_descending=sort.startswith("-"))


def takes_long(search: ItemSearch) -> bool:
    """Whether the database reads very many rows for it: for words, and for a page far down by price with drafts."""
    has_drafts = search.drafts or search.only == "drafts"
    return bool(search.q) or (search.is_deep and has_drafts and search.sort in ("price", "-price"))


def _shown_in(search: ItemSearch) -> sa.ColumnElement[bool] | sa.TextClause:
    if search.only:
        return ONLY[search.only]
    return _is_there if search.drafts else is_on_sale


def categories(session: Session) -> list[CategoryOut]:
    """Those that have items on offer, by name."""
    query = sa.select(Item.category.label("name"), sa.func.count().label("items")).where(is_on_sale, sa.text(SORTED))
    rows = session.execute(query.group_by(Item.category).order_by(Item.category))
    return [CategoryOut(row.name, row.items) for row in rows]


def shown(session: Session, item_id: int) -> Page[Any]:
    """A page with the row of one item and the catalogue's stamp. Raises NotFound."""
    row = session.execute(_rows.where(Item.id == item_id)).one_or_none()
    if row is None:
        raise NotFound
    return Page([row], 1, 1, 1)


def get(session: Session, item_id: int) -> Item:
    item = session.get(Item, item_id)
    if item is None or item.withdrawn_at is not None:
        raise NotFound
    return item


def checked(values: Mapping[str, Any], currency: str) -> Mapping[str, Any]:
    """`values` of an item, with a price that can be paid in `currency`, or without one. Raises Invalid."""
    if fault := currencies.fault(values.get("price") or 0, currency):
        raise Invalid.field("price", fault)
    return values


def add(session: Session, values: Mapping[str, Any], by: int) -> Item:
    """`by` is the id of the member of staff."""
    item = Item(**values)
    session.add(item)
    session.flush()
    changes.note(session, item.id, by, "added", {}, item)
    return item


class Seen(msgspec.Struct, frozen=True):
    """What a member of staff saw of the item before the change; `on_hand` where the stock was part of it."""

    version: int
    on_hand: int | msgspec.UnsetType | None = msgspec.UNSET


def change(
    session: Session,
    item_id: int,
    values: Mapping[str, Any],
    seen: Seen | None,
    by: int,
    action: ItemAction = "changed",
) -> Item:
    """Change an item, unless it has changed since it was `seen`; `by` is the id of the member of staff.

    Raises StaleVersion, StockHeld, NotFound.

    One conditional UPDATE: of two members of staff who change one version at once the second gets an error, and a new
    count of the stock does not undo sales.
    """
    item = get(session, item_id)
    before = changes.values(item)
    seen = seen or Seen(item.version)
    as_seen = Item.version == seen.version
    fits = sa.true()
    if "on_hand" in values and seen.on_hand is not msgspec.UNSET:
        as_seen &= Item.on_hand.is_not_distinct_from(seen.on_hand)
    if values.get("on_hand") is not None:
        fits = Item.held <= values["on_hand"]
    statement = sa.update(Item).where(Item.id == item_id, as_seen, fits).values(**values, version=Item.version + 1)
    is_changed = affected(session, statement.execution_options(synchronize_session=False)) > 0
    session.refresh(item)
    if not is_changed:
        held = values.get("on_hand") is not None and values["on_hand"] < item.held
        raise StockHeld if held and item.version == seen.version else StaleVersion
    changes.note(session, item_id, by, action, before, item)
    return item


def withdraw(session: Session, item_id: int, seen: Seen | None, by: int) -> None:
    """Take an item out of the catalogue. Orders that name it stay as they are."""
    change(session, item_id, {"withdrawn_at": utcnow()}, seen, by, "withdrawn")
