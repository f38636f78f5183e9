"""Orders, and the attempts to have them paid. The rules live on what they rule."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.items.models import Item
from app.runtime.db import BigId, Model, Moment, now
from app.users.models import User

if TYPE_CHECKING:
    from app.payments.money import Payment

NEXT = {
    "pending": {"processing", "paid", "cancelling"},
    "processing": {"paid", "cancelling"},
    "cancelling": {"cancelled", "paid"},  # paid at the very instant
    "paid": {"fulfilled"},
    "fulfilled": set[str](),
    "cancelled": {"paid"},  # money that came late, where the stock is still there
}
LEASE = timedelta(seconds=30)
"""How long whoever claimed a row may work on it: several times a provider's deadline. Then they count as dead."""

SOON, MINUTE, SELDOM = timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=10)

LIVE = ("new", "unknown", "open", "processing")
"""States of an attempt that may still bring money."""


class IllegalTransition(Exception):
    """An order cannot go from where it is to where it was sent: a bug, or two who moved it at once."""


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def only_where(name: str, *columns: str, condition: str) -> sa.Index:
    """A unique rule for some of the rows."""
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


class Order(Model):
    __tablename__ = "orders"
    __table_args__ = (sa.UniqueConstraint("user_id", "idempotency_key"), one_of("status", *NEXT))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id), index=True)
    idempotency_key: Mapped[str] = mapped_column(sa.String(255))
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[str] = mapped_column(sa.String(16), default="pending")
    total: Mapped[int] = mapped_column(sa.BigInteger)
    """In minor units of `currency`."""
    currency: Mapped[str] = mapped_column(sa.String(3))
    hold_until: Mapped[datetime] = mapped_column(Moment)
    """When whoever has not paid by then has to give the stock back."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    paid_at: Mapped[datetime | None] = mapped_column(Moment)
    fulfilled_at: Mapped[datetime | None] = mapped_column(Moment)

    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", passive_deletes=True)
    holds: Mapped[list["Hold"]] = relationship(order_by="Hold.item_id", passive_deletes=True)
    attempts: Mapped[list["Attempt"]] = relationship(order_by="Attempt.seq", passive_deletes=True)
    payments: Mapped[list["Payment"]] = relationship(order_by="Payment.id", passive_deletes=True)

    @property
    def number(self) -> str:
        """What people call it by."""
        return f"K{1000 + self.id}"

    @property
    def refunded(self) -> int:
        """What went back, or is on its way, of the payment that made it paid."""
        refunds = self.settled_by.refunds if self.settled_by else []
        return sum(refund.amount for refund in refunds if not refund.is_over)

    @property
    def refundable(self) -> int:
        """What of the payment that made it paid can still go back."""
        return self.settled_by.refundable if self.settled_by else 0

    @property
    def checkout_url(self) -> str | None:
        """Where to pay, while that is possible."""
        return next((each.url for each in self.attempts if each.status == "open"), None) if self.waits else None

    @property
    def waits(self) -> bool:
        """Whether there is still something to pay."""
        return self.status in ("pending", "processing")

    @property
    def is_paid(self) -> bool:
        return self.status in ("paid", "fulfilled")

    @property
    def live_attempt(self) -> "Attempt | None":
        return next((each for each in self.attempts if each.is_live), None)

    @property
    def settled_by(self) -> "Payment | None":
        """The payment that made it paid."""
        return next((each for each in self.payments if each.disposition == "settles"), None)

    def move(self, status: str) -> None:
        """Raises IllegalTransition."""
        if status not in NEXT[self.status]:
            raise IllegalTransition(f"order {self.id} cannot go from {self.status} to {status}")
        self.status = status

    def mark_paid(self, at: datetime) -> None:
        self.move("paid")
        self.paid_at = at

    def mark_fulfilled(self, at: datetime) -> None:
        self.move("fulfilled")
        self.fulfilled_at = at


class OrderLine(Model):
    """An item as it was when it was ordered: what staff change later changes no order."""

    __tablename__ = "order_lines"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id, ondelete="CASCADE"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey(Item.id))
    name: Mapped[str] = mapped_column(sa.String(200))
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(sa.BigInteger)


class Hold(Model):
    """Stock set aside for an unpaid order; none for an item without a stock."""

    __tablename__ = "holds"
    __table_args__ = (sa.UniqueConstraint("order_id", "item_id"), one_of("state", "held", "consumed", "released"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id, ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey(Item.id), index=True)
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(16), default="held")


class Attempt(Model):
    """One Checkout Session at the provider. `body` is kept to the letter, since a replay must be one."""

    __tablename__ = "attempts"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "seq"),
        one_of("status", *LIVE, "paid", "expired", "rejected"),
        only_where("uq_attempts_live", "order_id", condition="status IN ('new', 'unknown', 'open', 'processing')"),
        sa.Index("ix_attempts_due", "status", "next_check_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id, ondelete="CASCADE"))
    seq: Mapped[int]
    idem_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Random: it stands in the return address too, and nobody may guess another's."""
    body: Mapped[str] = mapped_column(sa.Text)
    api_version: Mapped[str] = mapped_column(sa.String(32))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[str] = mapped_column(sa.String(16), default="new")
    session_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    payment_intent: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    url: Mapped[str | None] = mapped_column(sa.Text)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    """What a person has to look at, in words."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    first_sent_at: Mapped[datetime | None] = mapped_column(Moment)
    next_check_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)

    order: Mapped[Order] = relationship(back_populates="attempts")

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def check_again(self, at: datetime, *, soon: bool = False) -> None:
        """Note when to look next: after a minute at first, then ever more seldom; nobody waits on a quiet one."""
        age = at - (self.first_sent_at or self.created_at)
        pause = min(max(SOON if soon else MINUTE, age / 2), SELDOM)
        self.next_check_at, self.lease_until = at + pause, None
