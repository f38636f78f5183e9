"""The change log of items: who changed what, from which value to which. Written in the transaction of the change."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import Item, ItemAction, ItemChangeEntry
from app.runtime.errors import NotFound
from app.users.models import User
from app.web.paging import Page, Paging, paged

FIELDS = ("name", "description", "price", "on_hand", "image_url", "category")


def values(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in FIELDS}


def note(session: Session, item_id: int, by: int, action: ItemAction, before: Mapping[str, Any], item: Item) -> None:
    """Add an entry. What is as it was `before` is left out, and a change that changes nothing is no entry."""
    after = values(item)
    changed = {name: [before.get(name), after[name]] for name in FIELDS if before.get(name) != after[name]}
    if changed or action != "changed":
        session.add(ItemChangeEntry(item_id=item_id, actor_id=by, action=action, changes=changed))


def of_item(session: Session, item_id: int, paging: Paging) -> Page[Any]:
    """Rows of entries, the newest first, with the username of the actor as `actor`. Raises NotFound."""
    if session.get(Item, item_id) is None:
        raise NotFound
    query = sa.select(*ItemChangeEntry.__table__.columns, User.username.label("actor"))
    query = query.join(User, ItemChangeEntry.actor_id == User.id).where(ItemChangeEntry.item_id == item_id)
    return paged(session, query.order_by(ItemChangeEntry.id.desc()), paging)
