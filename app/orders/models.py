"""Orders and everything about the money and the stock behind them. The rules live on what they rule."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BigId, Model, Moment, now
from app.items.models import Item
from app.users.models import User

NEXT = {
    "pending": {"processing", "paid", "cancelling"},
    "processing": {"paid", "cancelling"},
    "cancelling": {"cancelled"},
    "paid": {"fulfilled"},
    "fulfilled": set[str](),
    "cancelled": set[str](),
}
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
        """What went back or is on its way."""
        found = (refund for payment in self.payments for refund in payment.refunds)
        return sum(refund.amount for refund in found if refund.status not in ("failed", "canceled"))

    @property
    def checkout_url(self) -> str | None:
        """Where to pay, while that is possible."""
        return next((each.url for each in self.attempts if each.status == "open"), None) if self.waits else None

    @property
    def waits(self) -> bool:
        """Whether money that comes in now is what it waits for."""
        return self.status in ("pending", "processing")

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


class Payment(Model):
    """Money that did arrive: `settles` the order, or is `surplus`, or came too `late`."""

    __tablename__ = "payments"
    __table_args__ = (
        sa.CheckConstraint("refund_reserved >= 0 AND refund_reserved <= amount", name="refund_reserved"),
        one_of("disposition", "settles", "surplus", "late"),
        only_where("uq_payments_settles", "order_id", condition="disposition = 'settles'"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_intent: Mapped[str] = mapped_column(sa.String(255), unique=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    refund_reserved: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """The sum of its refunds that did not fail."""
    disposition: Mapped[str] = mapped_column(sa.String(16))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.id", passive_deletes=True)


class Refund(Model):
    """Money going back. Its row is there before the provider is asked."""

    __tablename__ = "refunds"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        one_of("status", "new", "unknown", "pending", "requires_action", "succeeded", "failed", "canceled"),
        sa.Index("ix_refunds_due", "status", "next_check_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey(Payment.id), index=True)
    intent_key: Mapped[str] = mapped_column(sa.String(255), unique=True)
    """Who wanted it: a member of staff's Idempotency-Key, or the surplus that has to go back."""
    idem_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    body: Mapped[str] = mapped_column(sa.Text)
    api_version: Mapped[str] = mapped_column(sa.String(32))
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    status: Mapped[str] = mapped_column(sa.String(16), default="new")
    provider_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    first_sent_at: Mapped[datetime | None] = mapped_column(Moment)
    next_check_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)


class Event(Model):
    """A webhook message, stored before anything is made of it: seen is not done."""

    __tablename__ = "events"
    __table_args__ = (one_of("state", "new", "done", "failed"), sa.Index("ix_events_due", "state", "next_try_at"))

    event_id: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(100))
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    state: Mapped[str] = mapped_column(sa.String(16), default="new")
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)


LEASE = timedelta(minutes=2)
"""How long whoever claimed a row may work on it undisturbed; then it counts as dead."""
