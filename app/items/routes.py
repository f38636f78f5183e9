from collections.abc import Mapping
from typing import Any

import msgspec
from flask import request

from app.auth import guard
from app.items import catalogue, changes, service
from app.items.schemas import CategoryOut, ItemChange, ItemChangeOut, ItemDeleted, ItemOut, ItemSearch, NewItem
from app.runtime.config import settings
from app.runtime.db import db
from app.runtime.errors import Forbidden, NotFound, StaleVersion
from app.users.signed_in import SignedInUser
from app.web.api import Access, Api, Encoded
from app.web.limits import TooManyRequests
from app.web.paging import Page, Paging

routes = Api("items")


@routes.get("/api/items", access=Access.ALL, etag=True, raises=(Forbidden, TooManyRequests))
def list_items(query: ItemSearch) -> Encoded[Page[ItemOut]]:
    """The items on offer: of a category, with all the words of `q`, sorted. Staff see drafts too, and ask by stock."""
    if (query.drafts or query.only) and not _by_staff():
        raise Forbidden("Only staff see drafts, and search by stock.")
    return catalogue.listed(query)


@routes.get("/api/categories", access=Access.ALL, etag=True)
def list_categories() -> list[CategoryOut]:
    """The categories that have items on offer, by name."""
    return service.categories(db.session())


@routes.get("/api/items/<id:item_id>", access=Access.ALL, etag=True)
def show_item(item_id: int) -> Encoded[ItemOut]:
    """One item. Staff alone see a draft. A change of the item sends its ETag as If-Match."""
    item, answer = catalogue.shown(item_id)
    if not item.on_sale and not _by_staff():
        raise NotFound
    return answer


def _by_staff() -> bool:
    """Looked up only where the answer depends on it: most requests for the catalogue need no session."""
    asking = guard.signed_in()
    return asking is not None and asking.user.is_staff


@routes.post("/api/items", access=Access.STAFF, status=201)
def add_item(body: NewItem, user: SignedInUser) -> Encoded[ItemOut]:
    """Add an item; without a price it is a draft."""
    return catalogue.encoded(ItemOut.of(service.add(db.session(), _values(body), user.id)))


@routes.put(
    "/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion, service.StockHeld)
)
def replace_item(item_id: int, body: NewItem, user: SignedInUser) -> Encoded[ItemOut]:
    """Change all of an item; a field that is left out falls back to its default."""
    item = service.change(db.session(), item_id, _values(body), _expected(), user.id)
    return catalogue.encoded(ItemOut.of(item))


@routes.patch(
    "/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion, service.StockHeld)
)
def change_item(item_id: int, body: ItemChange, user: SignedInUser) -> Encoded[ItemOut]:
    """Change some fields of an item; the others stay."""
    item = service.change(db.session(), item_id, _values(body), _expected(), user.id)
    return catalogue.encoded(ItemOut.of(item))


@routes.delete("/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion,))
def delete_item(item_id: int, user: SignedInUser) -> ItemDeleted:
    """Take an item out of the catalogue. Orders that name it stay as they are."""
    service.withdraw(db.session(), item_id, _expected(), user.id)
    return ItemDeleted(True)


@routes.get("/api/items/<id:item_id>/changes", access=Access.STAFF)
def list_changes(item_id: int, query: Paging) -> Page[ItemChangeOut]:
    """What staff did to an item and who did it, the newest first; also of one that was taken out of the catalogue."""
    return changes.of_item(db.session(), item_id, query).map(ItemChangeOut.of)


def _values(body: NewItem | ItemChange) -> Mapping[str, Any]:
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
    return service.checked(given, settings().currency)


def _expected() -> service.Seen | None:
    """The version and the stock that If-Match names; None without it. Raises StaleVersion for another text."""
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        return None
    version, _, rest = given.strip('"').partition("-")
    on_hand = rest.partition("-")[0]
    if not _is_number(version) or (on_hand not in ("", "None") and not _is_number(on_hand)):
        raise StaleVersion
    stock = msgspec.UNSET if not on_hand else None if on_hand == "None" else int(on_hand)
    return service.Seen(int(version), stock)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10  # noqa: PLR2004 -- as the columns hold
