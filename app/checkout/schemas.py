from datetime import datetime
from typing import Annotated

import msgspec

from app.orders.models import Order
from app.payments.money import Payment, Refund
from app.stripe import currencies
from app.users.models import User
from app.web.api import Id
from app.web.paging import Paging


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


class PaymentOut(msgspec.Struct, frozen=True):
    """Money that came for an order, in minor units of `currency`. `id` is the provider's.

    `disposition`: it `settles` the order, is `surplus`, or came too `late`; the last two go back by themselves.
    `refunded` went back or is on its way; `refundable` is left.
    """

    id: str
    amount: int
    currency: str
    currency_digits: int
    disposition: str
    refunded: int
    refundable: int
    created_at: datetime

    @classmethod
    def of(cls, payment: Payment) -> "PaymentOut":
        return cls(
            payment.payment_intent,
            payment.amount,
            payment.currency,
            currencies.digits(payment.currency),
            payment.disposition,
            payment.refund_reserved,
            payment.refundable,
            payment.created_at,
        )


class OrderOut(msgspec.Struct, frozen=True):
    """Amounts in minor units of `currency`, of which `currency_digits` stand after the point.

    `checkout_url` while there is something to pay and a place to do it.
    `refunded` went back or is on its way, and `refundable` is left, of the payment that paid it. `payments` is all the
    money that came for it, and is for staff alone.
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
    payments: list[PaymentOut] | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(cls, order: Order, user: User) -> "OrderOut":
        """As `user` may see it."""
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
            [PaymentOut.of(payment) for payment in order.payments] if user.is_staff else msgspec.UNSET,
        )


class NewRefund(msgspec.Struct, frozen=True):
    """`amount` in minor units, all that is left where it is missing; `restock` puts what was sold back on the shelf.

    `payment` is the id of one of the order's `payments`; where it is missing, the one that paid the order.
    """

    amount: Annotated[int, msgspec.Meta(ge=1, le=currencies.MOST)] | None = None
    restock: bool = False
    payment: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] | None = None


class HandingOver(msgspec.Struct, frozen=True):
    """`despite_dispute`: although the payer's bank may take the money back, or has."""

    despite_dispute: bool = False


class Closing(msgspec.Struct, frozen=True):
    """What was done about a finding, for those who ask later."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1000, pattern=r"^[^\x00\ud800-\udfff]*$")]


class RefundOut(msgspec.Struct, frozen=True):
    """`payment` is the id of the order's payment that it is of."""

    id: Id
    order_id: Id
    payment: str
    amount: int
    currency: str
    currency_digits: int
    status: str
    created_at: datetime

    @classmethod
    def of(cls, refund: Refund) -> "RefundOut":
        payment = refund.payment
        return cls(
            refund.id,
            payment.order_id,
            payment.payment_intent,
            refund.amount,
            payment.currency,
            currencies.digits(payment.currency),
            refund.status,
            refund.created_at,
        )
