"""Money that came, money that goes back, and money that somebody wants back."""

from datetime import datetime
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BigId, Model, Moment, now
from app.orders.models import Order, one_of, only_where


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

    order: Mapped[Order] = relationship(back_populates="payments")
    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.id", passive_deletes=True, back_populates="payment")
    disputes: Mapped[list["Dispute"]] = relationship(order_by="Dispute.id", passive_deletes=True)

    @property
    def refundable(self) -> int:
        return self.amount - self.refund_reserved


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
    wish: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    """What was asked for under `intent_key`: another wish under the same key is refused."""
    body: Mapped[str] = mapped_column(sa.Text)
    api_version: Mapped[str] = mapped_column(sa.String(32))
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    status: Mapped[str] = mapped_column(sa.String(16), default="new")
    provider_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    """Why it came to nothing, in words."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    first_sent_at: Mapped[datetime | None] = mapped_column(Moment)
    next_check_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)

    payment: Mapped[Payment] = relationship(back_populates="refunds")

    @property
    def restocks(self) -> bool:
        """Whether what was sold goes back on the shelf, once the provider has taken the refund."""
        return dict(parse_qsl(self.wish)).get("wish[restock]") == "True"

    @property
    def is_over(self) -> bool:
        """Whether it came to nothing, and what was reserved for it is free again."""
        return self.status in OVER


OVER = ("failed", "canceled")


class Dispute(Model):
    """A payer who asked their bank for the money: https://docs.stripe.com/disputes"""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey(Payment.id), index=True)
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    status: Mapped[str] = mapped_column(sa.String(40))
    is_charge_refundable: Mapped[bool]
    """Whether the payment may still be refunded; this decides, not the dispute's status."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def is_open(self) -> bool:
        return self.status in ("needs_response", "warning_needs_response")
