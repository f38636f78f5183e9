"""What callers send and get about orders."""

from datetime import datetime
from typing import Annotated

import msgspec

from app.orders.models import OrderLine, OrderStatus
from app.orders.search import Search, Sorting, begin_of, end_of
from app.payments.ledger import Ledger
from app.payments.schemas import PaymentOut
from app.stripe import currencies
from app.users.models import User
from app.web.api import Id
from app.web.paging import PageNumber, Paging, PerPage

Words = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00\ud800-\udfff]*$")]
MomentOrDay = Annotated[str, msgspec.Meta(max_length=40, description="A day, which counts whole in UTC, or a time")]


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


class OrderLineRequest(msgspec.Struct, frozen=True):
    item_id: Id
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class NewOrder(msgspec.Struct, frozen=True):
    lines: Annotated[list[OrderLineRequest], msgspec.Meta(min_length=1, max_length=50)]

    def quantities(self) -> dict[int, int]:
        """By item id; the quantities of an item that is named twice are added."""
        quantities: dict[int, int] = {}
        for line in self.lines:
            quantities[line.item_id] = quantities.get(line.item_id, 0) + line.quantity
        return quantities


class OrderLineOut(msgspec.Struct, frozen=True):
    item_id: Id
    name: str
    quantity: int
    unit_price: int

    @classmethod
    def of(cls, line: OrderLine) -> "OrderLineOut":
        return cls(line.item_id, line.name, line.quantity, line.unit_price)


class OrderOut(msgspec.Struct, frozen=True):
    """Amounts in minor units of `currency`, of which `currency_digits` stand after the point.

    `checkout_url` while there is something to pay and a place to do it.
    `refunded` went back or is on its way, and `refundable` is left, of the payment that paid it. `payments` is all the
    money that came for it, and is for staff alone.
    """

    id: Id
    number: str
    status: OrderStatus
    total: int
    currency: str
    currency_digits: int
    refunded: int
    refundable: int
    lines: list[OrderLineOut]
    checkout_url: str | None
    created_at: datetime
    paid_at: datetime | None
    payments: list[PaymentOut] | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(cls, ledger: Ledger, user: User) -> "OrderOut":
        """As `user` may see it."""
        order = ledger.order
        return cls(
            order.id,
            order.number,
            order.status,
            order.total,
            order.currency,
            currencies.digits(order.currency),
            ledger.refunded,
            ledger.refundable,
            [OrderLineOut.of(line) for line in order.lines],
            ledger.checkout_url,
            order.created_at,
            order.paid_at,
            [PaymentOut.of(payment) for payment in ledger.payments] if user.is_staff else msgspec.UNSET,
        )


class FulfilOptions(msgspec.Struct, frozen=True):
    """`despite_dispute`: hand the order over although the payer's bank may take the money back, or has."""

    despite_dispute: bool = False
