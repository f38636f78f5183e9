"""An order, its lines and the stock that is set aside for it."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.items.models import Item
from app.runtime.constraints import index_where, one_of
from app.runtime.db import BigId, Model, Moment, utcnow
from app.users.models import User

OrderStatus = Literal["pending", "processing", "cancelling", "paid", "fulfilled", "cancelled"]
UNPAID: tuple[OrderStatus, ...] = ("pending", "processing", "cancelling")
"""No money has come yet, and stock may be set aside."""
HoldState = Literal["held", "consumed", "released"]
HELD = "state = 'held'"
"""The condition of an index, so it stands in queries as it is."""

NEXT: dict[OrderStatus, frozenset[OrderStatus]] = {
    "pending": frozenset({"processing", "paid", "cancelling"}),
    "processing": frozenset({"paid", "cancelling"}),
    "cancelling": frozenset({"cancelled", "paid"}),  # the buyer paid in the same moment
    "paid": frozenset({"fulfilled"}),
    "fulfilled": frozenset(),
    "cancelled": frozenset({"paid"}),  # the money came late, and the stock is still there
}
"""Where an order may go from each status by itself. `Order.take_back` and `Order.call_off` are staff's alone: no money
may pay what is handed over, and what was paid is refunded, not cancelled."""

NUMBER_FROM = 1000
"""What the number of an order is above its id."""

MAX_NOTE, MAX_PHONE = 500, 40


class IllegalTransition(Exception):
    """An order was sent to a status that it cannot reach from its own: a bug, or two processes moved it at once."""


class Order(Model):
    __tablename__ = "orders"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "idempotency_key"),
        one_of("status", OrderStatus),
        sa.Index("ix_orders_status_hold_until", "status", "hold_until"),
        sa.Index("ix_orders_created_at", "created_at"),
        sa.Index("ix_orders_total", "total", "id"),
        sa.Index("ix_orders_status", "status", "id"),
        sa.Index("ix_orders_paid_at", "paid_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id), index=True)
    idempotency_key: Mapped[str] = mapped_column(sa.String(255))
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[OrderStatus] = mapped_column(sa.String(16), default="pending")
    total: Mapped[int] = mapped_column(sa.BigInteger)
    """What is to be paid, in minor units of `currency`: the sum of the lines, or what was charged once it is paid."""
    discount: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    """As the provider charged it, like `shipping` and `tax`; 0 until it is paid."""
    shipping: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    tax: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    """All of it, whether it was added to the prices or is part of them."""
    units: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    """The sum of the quantities of the lines."""
    currency: Mapped[str] = mapped_column(sa.String(3))
    hold_until: Mapped[datetime] = mapped_column(Moment)
    """When the time to pay ends: an unpaid order is cancelled then, and its stock released."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
    paid_at: Mapped[datetime | None] = mapped_column(Moment)
    fulfilled_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str | None] = mapped_column(sa.String(MAX_NOTE))
    """What the buyer wants staff to know."""
    phone: Mapped[str | None] = mapped_column(sa.String(MAX_PHONE))
    """As the payment page collected it, where it was asked to (COLLECT_PHONE)."""
    shipping_address: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """As the payment page collected it, where it was asked to (COLLECT_ADDRESS); the fields are the provider's."""

    buyer: Mapped[User] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", passive_deletes=True)
    holds: Mapped[list["Hold"]] = relationship(order_by="Hold.item_id", passive_deletes=True)

    @property
    def number(self) -> str:
        """What staff and buyers call the order by."""
        return f"K{NUMBER_FROM + self.id}"

    @property
    def subtotal(self) -> int:
        """The sum of the lines, in minor units."""
        return sum(line.quantity * line.unit_price for line in self.lines)

    @property
    def tax_added(self) -> int:
        """The part of the tax that was added to the prices. The rest is in them."""
        return self.total - (self.subtotal - self.discount + self.shipping)

    @property
    def is_unpaid(self) -> bool:
        """Whether the buyer still has to pay, or the money is on its way."""
        return self.status in ("pending", "processing")

    @property
    def is_paid(self) -> bool:
        return self.status in ("paid", "fulfilled")

    @property
    def is_free(self) -> bool:
        """Whether it is paid and a promotion code took all of it off: no money came, and none can go back."""
        return self.is_paid and self.total == 0

    def move(self, status: OrderStatus) -> None:
        """Raises IllegalTransition."""
        if status not in NEXT[self.status]:
            raise IllegalTransition(f"order {self.id} cannot go from {self.status} to {status}")
        self.status = status

    def mark_paid(self, at: datetime) -> None:
        """Raises IllegalTransition."""
        self.move("paid")
        self.paid_at = at

    def mark_fulfilled(self, at: datetime) -> None:
        """Raises IllegalTransition."""
        self.move("fulfilled")
        self.fulfilled_at = at

    def take_back(self) -> None:
        """It is not handed over after all. Raises IllegalTransition unless it was."""
        if self.status != "fulfilled":
            raise IllegalTransition(f"order {self.id} is not handed over")
        self.status, self.fulfilled_at = "paid", None

    def call_off(self) -> None:
        """It cost nothing, and is not to be handed over. Raises IllegalTransition where there is money to refund."""
        if self.status != "paid" or not self.is_free:
            raise IllegalTransition(f"order {self.id} is not free, or not to be handed over")
        self.status = "cancelling"


class OrderLine(Model):
    """An item as it was when it was ordered. A later change of the item changes no order."""

    __tablename__ = "order_lines"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id, ondelete="CASCADE"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey(Item.id))
    name: Mapped[str] = mapped_column(sa.String(200))
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(sa.BigInteger)


class Hold(Model):
    """Stock set aside for an order. An item without a stock number needs none."""

    __tablename__ = "holds"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "item_id"),
        one_of("state", HoldState),
        index_where("ix_holds_held", "item_id", condition=HELD),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id, ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey(Item.id), index=True)
    quantity: Mapped[int]
    state: Mapped[HoldState] = mapped_column(sa.String(16), default="held")
