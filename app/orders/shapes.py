from datetime import datetime
from typing import Annotated

import msgspec

from app import currencies
from app.api import Id
from app.db import Paging
from app.orders.models import Order
from app.orders.money import Refund


class OrderSearch(Paging, frozen=True):
    user_id: Id | None = None


class Wanted(msgspec.Struct, frozen=True):
    item_id: Id
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class NewOrder(msgspec.Struct, frozen=True):
    lines: Annotated[list[Wanted], msgspec.Meta(min_length=1, max_length=50)]

    def quantities(self) -> dict[int, int]:
        """By item; one that is named twice is wanted twice."""
        found: dict[int, int] = {}
        for line in self.lines:
            found[line.item_id] = found.get(line.item_id, 0) + line.quantity
        return found


class LineOut(msgspec.Struct, frozen=True):
    item_id: Id
    name: str
    quantity: int
    unit_price: int


class OrderOut(msgspec.Struct, frozen=True):
    """Amounts in minor units of `currency`, of which `currency_digits` stand after the point.

    `checkout_url` while there is something to pay and a place to do it.
    `refunded` went back or is on its way, of all that came in for this order; `refundable` is left of what paid it.
    """

    id: Id
    number: str
    status: str
    total: int
    currency: str
    currency_digits: int
    refunded: int
    refundable: int
    lines: list[LineOut]
    checkout_url: str | None
    created_at: datetime
    paid_at: datetime | None

    @classmethod
    def of(cls, order: Order) -> "OrderOut":
        lines = [LineOut(line.item_id, line.name, line.quantity, line.unit_price) for line in order.lines]
        return cls(
            order.id,
            order.number,
            order.status,
            order.total,
            order.currency,
            currencies.digits(order.currency),
            order.refunded,
            order.refundable,
            lines,
            order.checkout_url,
            order.created_at,
            order.paid_at,
        )


class NewRefund(msgspec.Struct, frozen=True):
    """`amount` in minor units, all that is left where it is missing; `restock` puts what was sold back on the shelf."""

    amount: Annotated[int, msgspec.Meta(ge=1, le=currencies.MOST)] | None = None
    restock: bool = False


class RefundOut(msgspec.Struct, frozen=True):
    id: Id
    order_id: Id
    amount: int
    currency: str
    status: str
    created_at: datetime

    @classmethod
    def of(cls, refund: Refund) -> "RefundOut":
        payment = refund.payment
        return cls(refund.id, payment.order_id, refund.amount, payment.currency, refund.status, refund.created_at)
