from collections.abc import Mapping
from typing import Any

import msgspec
from flask import request

from app.items import changes, service
from app.items.models import Item
from app.items.schemas import ItemChange, ItemChangeOut, ItemDeleted, ItemOut, ItemSearch, NewItem, ShopOut
from app.runtime.config import settings
from app.runtime.db import db
from app.runtime.errors import Forbidden, NotFound, StaleVersion
from app.stripe import currencies
from app.users.models import User
from app.web.api import Access, Answer, Api
from app.web.limits import TooManyRequests
from app.web.paging import Page, Paging

routes = Api("items")


@routes.get("/api/shop", access=Access.ALL, etag=True)
def show_shop() -> ShopOut:
    """The shop: its currency, and how long it sets stock aside for an order that is not paid yet."""
    currency = settings().currency
    return ShopOut(currency, currencies.digits(currency), settings().hold_minutes)


@routes.get("/api/items", access=Access.ALL, etag=True, raises=(Forbidden, TooManyRequests))
def list_items(query: ItemSearch, user: User | None) -> Page[ItemOut]:
    """The items on offer, by name. Staff may ask for drafts too."""
    if query.drafts and (user is None or not user.is_staff):
        raise Forbidden("Only staff see drafts.")
    return service.listed(db.session(), query.q, query, drafts=query.drafts).map(ItemOut.of)


@routes.get("/api/items/<id:item_id>", access=Access.ALL, etag=True)
def show_item(item_id: int, user: User | None) -> Answer[ItemOut]:
    """One item. Staff alone see a draft. A change of the item sends its ETag as If-Match."""
    item = service.get(db.session(), item_id)
    if item.price is None and (user is None or not user.is_staff):
        raise NotFound
    return _answer(item)


@routes.post("/api/items", access=Access.STAFF, status=201)
def add_item(body: NewItem, user: User) -> Answer[ItemOut]:
    """Add an item; without a price it is a draft."""
    return _answer(service.add(db.session(), _values(body), user.id))


@routes.put(
    "/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion, service.StockHeld)
)
def replace_item(item_id: int, body: NewItem, user: User) -> Answer[ItemOut]:
    """Change all of an item; a field that is left out falls back to its default."""
    return _answer(service.change(db.session(), item_id, _values(body), _expected(), user.id))


@routes.patch(
    "/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion, service.StockHeld)
)
def change_item(item_id: int, body: ItemChange, user: User) -> Answer[ItemOut]:
    """Change some fields of an item; the others stay."""
    return _answer(service.change(db.session(), item_id, _values(body), _expected(), user.id))


@routes.delete("/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion,))
def delete_item(item_id: int, user: User) -> ItemDeleted:
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


def _answer(item: Item) -> Answer[ItemOut]:
    """The ETag holds version and stock: a sale in between makes an edit of the stock stale, and no other edit."""
    return Answer(ItemOut.of(item), headers={"ETag": f'"{item.version}-{item.on_hand}-{item.held}"'})


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
