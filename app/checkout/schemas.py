"""What callers send and get about orders."""

from datetime import datetime
from typing import Annotated

import msgspec

from app.orders.models import MAX_NOTE, Order, OrderLine, OrderStatus
from app.orders.search import Search, Sorting, begin_of, end_of
from app.payments.ledger import Ledger
from app.payments.schemas import PaymentOut
from app.runtime.languages import Language
from app.stripe import currencies
from app.users.models import User
from app.users.signed_in import SignedInUser
from app.web.api import STORABLE, Id
from app.web.paging import PageNumber, Paging, PerPage

Words = Annotated[str, msgspec.Meta(max_length=200, pattern=STORABLE)]
MOST_LINES = 50
Version = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
MomentOrDay = Annotated[
    str, msgspec.Meta(max_length=40, description="A day of the shop's time zone, which counts whole, or a time")
]


class OrderFilter(msgspec.Struct, frozen=True):
    """Which orders, and in which order. `q`: each of its words is in the number, the buyer or an item.

    `from` and `to` bound when an order was placed.
    """

    q: Words = ""
    status: OrderStatus | None = None
    begin: MomentOrDay | None = msgspec.field(default=None, name="from")
    end: MomentOrDay | None = msgspec.field(default=None, name="to")
    sort: Sorting = "-created_at"
    user_id: Id | None = None

    def search(self) -> Search:
        """Raises Invalid."""
        begin, end = begin_of(self.begin, "from"), end_of(self.end, "to")
        return Search(self.q, self.status, begin, end, self.user_id, self.sort)


class OrderSearch(OrderFilter, frozen=True):
    """A page of the orders that fit."""

    page: PageNumber = 1
    per_page: PerPage = 20

    @property
    def paging(self) -> Paging:
        return Paging(self.page, self.per_page)


class OrderTable(OrderFilter, frozen=True):
    """`spreadsheet` is the language of the one that is to open the table. Left out, the table is for programs."""

    spreadsheet: Language | None = None


class OrderLineRequest(msgspec.Struct, frozen=True):
    item_id: Id
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1000)]


def added_up(lines: list[OrderLineRequest]) -> dict[int, int]:
    """Quantities by item id; those of an item that is named twice are added."""
    quantities: dict[int, int] = {}
    for line in lines:
        quantities[line.item_id] = quantities.get(line.item_id, 0) + line.quantity
    return quantities


class NewOrder(msgspec.Struct, frozen=True):
    """`note` is for those who hand the order over.

    `from_basket`: once this order is paid, what it has leaves the basket that is kept with the account.
    `basket_version` is of the basket that the buyer saw: it is not ordered where it was changed or ordered since.
    """

    lines: Annotated[list[OrderLineRequest], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE, pattern=STORABLE)] = ""
    from_basket: bool = False
    basket_version: Version | None = None


class OrderLineOut(msgspec.Struct, frozen=True):
    item_id: Id
    name: str
    quantity: int
    unit_price: int

    @classmethod
    def of(cls, line: OrderLine) -> "OrderLineOut":
        return cls(line.item_id, line.name, line.quantity, line.unit_price)


class BasketIn(msgspec.Struct, frozen=True):
    """All that is to lie in the basket. `version` is of the one that was read, and is now changed."""

    lines: Annotated[list[OrderLineRequest], msgspec.Meta(max_length=MOST_LINES)]
    version: Version | None = None


class WaitingOrder(msgspec.Struct, frozen=True):
    """An order that is not paid yet, with what is set aside for it. `from_basket`: it was placed from the basket."""

    id: Id
    number: str
    status: OrderStatus
    from_basket: bool
    lines: list[OrderLineOut]

    @classmethod
    def of(cls, order: Order, *, from_basket: bool) -> "WaitingOrder":
        return cls(order.id, order.number, order.status, from_basket, [OrderLineOut.of(line) for line in order.lines])


class BasketOut(msgspec.Struct, frozen=True):
    """What the user wants to order, and those of their orders that wait to be paid, the newest first.

    What was ordered stays in `lines` until the order is paid. Items that are gone stay in it too. `version` grows with
    each change, order and payment of the basket, and is 0 before the first one.
    """

    lines: list[OrderLineRequest]
    orders: list[WaitingOrder]
    version: Version


class Buyer(msgspec.Struct, frozen=True):
    """Who ordered. Of an account that is closed nothing is left but the id."""

    id: Id
    username: str
    name: str | None
    email: str | None

    @classmethod
    def of(cls, user: User | SignedInUser) -> "Buyer":
        return cls(user.id, user.username, user.name, user.email)


class ShippingAddress(msgspec.Struct, frozen=True):
    """Where the order goes. The fields are the payment provider's, and `country` is of two capitals."""

    name: str | None
    line1: str | None
    line2: str | None
    postal_code: str | None
    city: str | None
    state: str | None
    country: str | None


class OrderOut(msgspec.Struct, frozen=True):
    """Amounts in minor units of `currency`, of which `currency_digits` stand after the point.

    `checkout_url` while there is something to pay and a place to do it.
    `total` is `subtotal - discount + shipping + tax`, less the part of the tax that is in the prices already. Until the
    order is paid it is the subtotal: the payment provider adds the rest.
    `refunded` went back or is on its way, and `refundable` is left, of the payment that paid it. `payments` is all the
    money that came for it.
    From `payments` on it is for staff alone. `note` is the buyer's; `phone` and `shipping_address` are null until the
    payment page has collected them.
    """

    id: Id
    number: str
    status: OrderStatus
    total: int
    subtotal: int
    discount: int
    shipping: int
    tax: int
    currency: str
    currency_digits: int
    refunded: int
    refundable: int
    lines: list[OrderLineOut]
    checkout_url: str | None
    created_at: datetime
    paid_at: datetime | None
    payments: list[PaymentOut] | msgspec.UnsetType = msgspec.UNSET
    buyer: Buyer | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    shipping_address: ShippingAddress | msgspec.UnsetType | None = msgspec.UNSET

    @classmethod
    def of(cls, ledger: Ledger, user: SignedInUser) -> "OrderOut":
        """As `user` may see it."""
        order = ledger.order
        shown = cls(
            order.id,
            order.number,
            order.status,
            order.total,
            order.subtotal,
            order.discount,
            order.shipping,
            order.tax,
            order.currency,
            currencies.digits(order.currency),
            ledger.refunded,
            ledger.refundable,
            [OrderLineOut.of(line) for line in order.lines],
            ledger.checkout_url,
            order.created_at,
            order.paid_at,
        )
        return shown._for_staff(ledger, user) if user.is_staff else shown

    def _for_staff(self, ledger: Ledger, viewer: SignedInUser) -> "OrderOut":
        order = ledger.order
        return msgspec.structs.replace(
            self,
            payments=[PaymentOut.of(payment) for payment in ledger.payments],
            buyer=Buyer.of(viewer if order.user_id == viewer.id else order.buyer),
            note=order.note,
            phone=order.phone,
            shipping_address=order.shipping_address and ShippingAddress(**order.shipping_address),
        )


class FulfilOptions(msgspec.Struct, frozen=True):
    """`despite_dispute`: hand the order over although the payer's bank may take the money back, or has."""

    despite_dispute: bool = False
