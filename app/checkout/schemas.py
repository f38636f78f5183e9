"""What callers send and get about orders."""

from datetime import datetime
from typing import Annotated

import msgspec

from app.orders.models import OrderLine, OrderStatus
from app.payments.ledger import Ledger
from app.payments.schemas import PaymentOut
from app.stripe import currencies
from app.users.signed_in import SignedInUser
from app.web.api import Id
from app.web.paging import Paging


class OrderSearch(Paging, frozen=True):
    user_id: Id | None = None


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
    def of(cls, ledger: Ledger, user: SignedInUser) -> "OrderOut":
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
