"""Money that came, money that goes back, and money that somebody wants back."""

from datetime import datetime
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.orders.models import Order, one_of, only_where
from app.runtime.db import BigId, Model, Moment, now


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

    def is_gone(self, lost: int = 0) -> bool:
        """Whether none of it stays here, once the bank has `lost`; where nothing was to pay, nothing goes."""
        return self.amount > 0 and self.refundable <= lost

    @property
    def still_to_go_back(self) -> list["Refund"]:
        """Its refunds that came to nothing and that nothing has made up for.

        All of them are made up for where all of the money went back, or lies with the payer's bank; else each by one
        of the same amount that was asked for after it had failed.
        """
        at_the_bank = sum(each.amount for each in self.disputes if not each.is_charge_refundable)
        if self.refundable <= at_the_bank:
            return []
        anew = [each for each in self.refunds if not each.is_over]
        left = []
        for refund in self.refunds:
            if refund.is_over:
                instead = next((each for each in anew if refund.is_replaced_by(each)), None)
                if instead is None:
                    left.append(refund)
                else:
                    anew.remove(instead)
        return left


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
    """Why it came to nothing, or what else is wrong with it, in words."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it came to nothing. None in a row of the release before."""
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

    def is_replaced_by(self, other: "Refund") -> bool:
        return other.amount == self.amount and other.created_at >= (self.ended_at or self.created_at)


OVER = ("failed", "canceled")


UNANSWERED = ("needs_response", "warning_needs_response")
UNDECIDED = ("under_review", "warning_under_review")
DISMISSED = ("won", "warning_closed")
"""States of a dispute, among others, ever more: https://docs.stripe.com/api/disputes/object#dispute_object-status"""

MAX_STATUS = 40


class Dispute(Model):
    """A payer who asked their bank for the money: https://docs.stripe.com/disputes"""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey(Payment.id), index=True)
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    status: Mapped[str] = mapped_column(sa.String(MAX_STATUS))
    is_charge_refundable: Mapped[bool]
    """Whether the payment may still be refunded; this decides, not the dispute's status."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def stands(self) -> bool:
        """Whether the money is in doubt or gone: always, but for the states in which it is known to be ours again."""
        return self.status not in DISMISSED

    @property
    def is_lost(self) -> bool:
        return self.status == "lost"

    @property
    def to_do(self) -> str | None:
        """What a person has to do about it; None while the bank decides, and where it was dismissed."""
        if self.status in UNANSWERED:
            return "Answer at the provider."
        if self.is_lost:
            return "The money is gone. Hand nothing over for it that is still here."
        if self.status in UNDECIDED or not self.stands:
            return None
        return f"It is in a state that Kiosk does not know, {self.status!r}: look at it at the provider."
