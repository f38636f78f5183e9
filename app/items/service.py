"""The catalogue: listed for all, changed by staff."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Paging, now, rows
from app.errors import Conflict, NotFound, StaleVersion
from app.items.models import Item


class StockHeld(Conflict):
    error = "stock_held"
    detail = "More of these than that are set aside for orders on their way."


def listed(q: str, paging: Paging, *, drafts: bool) -> tuple[list[Any], int]:
    """Rows of items, by name, whose name or description holds every word of `q`."""
    query = sa.select(*Item.__table__.columns).where(Item.withdrawn_at.is_(None))
    if not drafts:
        query = query.where(Item.price.is_not(None))
    for word in q.split()[:8]:
        query = query.where(
            Item.name.icontains(word, autoescape=True) | Item.description.icontains(word, autoescape=True)
        )
    return rows(query.order_by(Item.name, Item.id), paging)


def get(session: Session, item_id: int) -> Item:
    item = session.get(Item, item_id)
    if item is None or item.withdrawn_at is not None:
        raise NotFound
    return item


def add(session: Session, values: Mapping[str, Any]) -> Item:
    item = Item(**values)
    session.add(item)
    session.flush()
    return item


def change(session: Session, item_id: int, values: Mapping[str, Any], version: int | None) -> Item:
    """Change an item that is still at `version`, where one is given. Raises StaleVersion, StockHeld, NotFound.

    By a conditional UPDATE: of two members of staff who change one version at once, the second is told.
    """
    item = get(session, item_id)
    unchanged = Item.version == (item.version if version is None else version)
    fits = sa.true()
    if values.get("on_hand") is not None:
        fits = Item.held <= values["on_hand"]
    changed = session.execute(
        sa.update(Item)
        .where(Item.id == item_id, unchanged, fits)
        .values(**values, version=Item.version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        session.refresh(item)
        raise StockHeld if version in (None, item.version) and values.get("on_hand") is not None else StaleVersion
    session.refresh(item)
    return item


def withdraw(session: Session, item_id: int, version: int | None) -> None:
    """Take an item out of the catalogue. Orders that name it are as they were."""
    change(session, item_id, {"withdrawn_at": now()}, version)
