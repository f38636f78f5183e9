"""What callers send and get about items."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from app.items.models import ItemAction
from app.runtime.config import settings
from app.stripe import currencies
from app.users.schemas import ActorOut
from app.web.api import END, STORABLE, Id, Name, ShortName, Text
from app.web.paging import Paging

Price = Annotated[
    int,
    msgspec.Meta(
        ge=1, le=currencies.MOST, description="In minor units of the currency, as the payment provider has it"
    ),
]
Stock = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="How many there are; null where there is no limit")]
Picture = Annotated[
    str,
    msgspec.Meta(
        max_length=2000,
        pattern=rf"^(/(?![/\\])|https://)[^\s\\\x00-\x1f\x7f]*{END}",
        description="A path of the shop, or an https address",
    ),
]


Category = Annotated[ShortName, msgspec.Meta(description="The one list that it is on besides the whole")]
Sorting = Literal["name", "-name", "price", "-price", "newest"]


class NewItem(msgspec.Struct, frozen=True):
    name: Name
    description: Text = ""
    price: Price | None = None
    on_hand: Stock | None = None
    image_url: Picture | None = None
    category: Category | None = None


class ItemChange(msgspec.Struct, frozen=True, omit_defaults=True):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    description: Text | msgspec.UnsetType = msgspec.UNSET
    price: Price | msgspec.UnsetType | None = msgspec.UNSET
    on_hand: Stock | msgspec.UnsetType | None = msgspec.UNSET
    image_url: Picture | msgspec.UnsetType | None = msgspec.UNSET
    category: Category | msgspec.UnsetType | None = msgspec.UNSET


Only = Literal["on_sale", "drafts", "low", "sold_out"]


class ItemSearch(Paging, frozen=True):
    """`q`: each of its words is in the name or the description. `drafts` and `only` are for staff.

    `only` narrows to items on sale, to drafts, or to items on sale of which few or none can be sold.
    """

    q: Annotated[str, msgspec.Meta(max_length=200, pattern=STORABLE)] = ""
    drafts: bool = False
    category: Annotated[str, msgspec.Meta(max_length=100, pattern=STORABLE)] = ""
    sort: Sorting = "name"
    only: Only | None = None


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
    category: str | None
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
            item.category,
            item.price is not None,
            item.version,
        )

    def with_stock(self, on_hand: int, held: int) -> "ItemOut":
        return msgspec.structs.replace(self, on_hand=on_hand, available=on_hand - held)


class CategoryOut(msgspec.Struct, frozen=True):
    """A category, and the number of items on offer in it."""

    name: str
    items: int


class ItemDeleted(msgspec.Struct, frozen=True):
    deleted: bool


class ItemChangeOut(msgspec.Struct, frozen=True):
    """`changes` has each field that changed, with its value before and its value after. A sale is no change."""

    id: Id
    at: datetime
    action: ItemAction
    actor: ActorOut
    changes: dict[str, list[str | int | None]]

    @classmethod
    def of(cls, entry: Any) -> "ItemChangeOut":
        """From a row with the columns of an entry, and the username of its actor as `actor`."""
        return cls(entry.id, entry.at, entry.action, ActorOut(entry.actor_id, entry.actor), entry.changes)
