from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from flask import request

from app.items import service
from app.items.models import Item
from app.runtime.config import settings
from app.runtime.db import db
from app.runtime.errors import Forbidden, NotFound, StaleVersion
from app.stripe import currencies
from app.users.models import User
from app.web.api import END, Access, Answer, Api, Id, Line, Text
from app.web.limits import TooManyRequests
from app.web.paging import Page, Paging

routes = Api("items")

Price = Annotated[
    int,
    msgspec.Meta(
        ge=1, le=currencies.MOST, description="In minor units of the currency, as the payment provider has it"
    ),
]
Stock = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="How many are there; null where there is no end")]
Picture = Annotated[
    str,
    msgspec.Meta(
        max_length=2000,
        pattern=rf"^(/(?![/\\])|https://)[^\s\\\x00-\x1f\x7f]*{END}",
        description="A path of the shop, or an https address",
    ),
]


class NewItem(msgspec.Struct, frozen=True):
    name: Line
    description: Text = ""
    price: Price | None = None
    on_hand: Stock | None = None
    image_url: Picture | None = None


class ItemChange(msgspec.Struct, frozen=True, omit_defaults=True):
    name: Line | msgspec.UnsetType = msgspec.UNSET
    description: Text | msgspec.UnsetType = msgspec.UNSET
    price: Price | msgspec.UnsetType | None = msgspec.UNSET
    on_hand: Stock | msgspec.UnsetType | None = msgspec.UNSET
    image_url: Picture | msgspec.UnsetType | None = msgspec.UNSET


class Search(Paging, frozen=True):
    q: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00\ud800-\udfff]*$")] = ""
    drafts: bool = False


class ItemOut(msgspec.Struct, frozen=True):
    id: Id
    name: str
    description: str
    price: int | None
    currency: str
    currency_digits: int
    on_hand: int | None
    available: int | None
    image_url: str | None
    on_sale: bool
    version: int

    @classmethod
    def of(cls, item: Any) -> "ItemOut":
        """From an Item or a row of its columns."""
        currency = settings().currency
        return cls(
            item.id,
            item.name,
            item.description,
            item.price,
            currency,
            currencies.digits(currency),
            item.on_hand,
            None if item.on_hand is None else item.on_hand - item.held,
            item.image_url,
            item.price is not None,
            item.version,
        )


class Gone(msgspec.Struct, frozen=True):
    deleted: bool


class ShopOut(msgspec.Struct, frozen=True):
    """What holds for all that is on offer: the ISO 4217 currency of every price, and how long an order may wait.

    `currency_digits`: how many digits of a price stand after the point, by the payment provider's table, which is
    not ISO 4217's.
    """

    currency: str
    currency_digits: int
    hold_minutes: int


@routes.get("/api/shop", access=Access.ALL, etag=True)
def show_shop() -> ShopOut:
    """The shop: its currency, and how long it sets things aside for an order that is not paid yet."""
    currency = settings().currency
    return ShopOut(currency, currencies.digits(currency), settings().hold_minutes)


@routes.get("/api/items", access=Access.ALL, etag=True, raises=(Forbidden, TooManyRequests))
def list_items(query: Search, user: User | None) -> Page[ItemOut]:
    """What is on offer, by name. Staff may ask for drafts too."""
    if query.drafts and (user is None or not user.is_staff):
        raise Forbidden("Only those who run the shop see drafts.")
    return service.listed(db.session(), query.q, query, drafts=query.drafts).map(ItemOut.of)


@routes.get("/api/items/<id:item_id>", access=Access.ALL, etag=True)
def show_item(item_id: int, user: User | None) -> Answer[ItemOut]:
    """One item; a draft for staff alone. Its ETag goes into If-Match when it is changed."""
    item = service.get(db.session(), item_id)
    if item.price is None and (user is None or not user.is_staff):
        raise NotFound
    return _answer(item)


@routes.post("/api/items", access=Access.STAFF, status=201)
def add_item(body: NewItem) -> Answer[ItemOut]:
    """Put something on offer; without a price it is a draft."""
    return _answer(service.add(db.session(), _values(body)))


@routes.put(
    "/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion, service.StockHeld)
)
def replace_item(item_id: int, body: NewItem) -> Answer[ItemOut]:
    """Change all of an item; what is left out falls back to its default."""
    return _answer(service.change(db.session(), item_id, _values(body), _expected()))


@routes.patch(
    "/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion, service.StockHeld)
)
def change_item(item_id: int, body: ItemChange) -> Answer[ItemOut]:
    """Change some of an item; what is left out stays."""
    return _answer(service.change(db.session(), item_id, _values(body), _expected()))


@routes.delete("/api/items/<id:item_id>", access=Access.STAFF, headers=("If-Match",), raises=(StaleVersion,))
def delete_item(item_id: int) -> Gone:
    """Take an item out of the catalogue. Orders that name it stay as they are."""
    service.withdraw(db.session(), item_id, _expected())
    return Gone(True)


def _values(body: NewItem | ItemChange) -> Mapping[str, Any]:
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
    return service.checked(given, settings().currency)


def _answer(item: Item) -> Answer[ItemOut]:
    """The ETag tells version and stock: a sale in between makes no edit stale, but for one of the stock itself."""
    return Answer(ItemOut.of(item), headers={"ETag": f'"{item.version}-{item.on_hand}-{item.held}"'})


def _expected() -> service.Seen | None:
    """What If-Match says was seen, where it says anything. Raises StaleVersion for what was never ours."""
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
