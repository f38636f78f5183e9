"""Money that came, money that goes back, and money that a payer wants back from their bank."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.orders.models import Order
from app.runtime.constraints import index_where, one_of, unique_where
from app.runtime.db import BigId, Model, Moment, utcnow
from app.runtime.languages import Sentence
from app.runtime.lease import Leased

Disposition = Literal["settles", "surplus", "late"]
"""The payment pays its order; the order did not need it; or it came too late, with no stock left for it."""

RefundStatus = Literal["new", "unknown", "pending", "requires_action", "succeeded", "failed", "canceled"]
"""The first two are our own. The others are the provider's, which may add to them:
https://docs.stripe.com/api/refunds/object#refund_object-status"""

UNSETTLED: tuple[RefundStatus, ...] = ("new", "unknown", "pending", "requires_action")
"""The provider may still change a refund in one of these states."""

CAME_TO_NOTHING: tuple[RefundStatus, ...] = ("failed", "canceled")
"""No money went back, and none will."""

UNANSWERED = ("needs_response", "warning_needs_response")
UNDECIDED = ("under_review", "warning_under_review")
CLOSED = ("won", "warning_closed")
"""Some of the provider's states, which it may add to: https://docs.stripe.com/api/disputes/object#dispute_object-status
"""

STANDS = f"status NOT IN {CLOSED}"
"""The condition of an index, so it stands in queries as it is."""

MAX_STATUS = 40


def unknown_state(status: str | None) -> Sentence:
    """What staff have to do about what the provider tells in a state that Kiosk does not know."""
    return Sentence(
        "It is in a state that Kiosk does not know, {status}: look at it at the provider.", status=repr(status)
    )


class Payment(Model):
    """Money that arrived for an order."""

    __tablename__ = "payments"
    __table_args__ = (
        sa.CheckConstraint("refund_reserved >= 0 AND refund_reserved <= amount", name="refund_reserved"),
        one_of("disposition", Disposition),
        unique_where("uq_payments_settles", "order_id", condition="disposition = 'settles'"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_intent: Mapped[str] = mapped_column(sa.String(255), unique=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    """In minor units of `currency`."""
    currency: Mapped[str] = mapped_column(sa.String(3))
    refund_reserved: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """The sum of its refunds that did not fail."""
    disposition: Mapped[Disposition] = mapped_column(sa.String(16))
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)

    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.id", passive_deletes=True, back_populates="payment")
    disputes: Mapped[list["Dispute"]] = relationship(order_by="Dispute.id", passive_deletes=True)

    @property
    def refundable(self) -> int:
        """What can still be refunded."""
        return self.amount - self.refund_reserved

    def is_gone(self, lost: int = 0) -> bool:
        """Whether the shop keeps none of it. `lost` is what the payer's bank took. A payment of 0 is never gone."""
        return self.amount > 0 and self.refundable <= lost

    @property
    def still_to_go_back(self) -> list["Refund"]:
        """Refunds that failed and that no later refund replaces.

        None where all of the money went back, or lies with the payer's bank. Otherwise a later refund of the same
        amount replaces a failed one.
        """
        at_the_bank = sum(each.amount for each in self.disputes if not each.is_charge_refundable)
        if self.refundable <= at_the_bank:
            return []
        later = [each for each in self.refunds if not each.came_to_nothing]
        left = []
        for refund in self.refunds:
            if refund.came_to_nothing:
                replacement = next((each for each in later if refund.is_replaced_by(each)), None)
                if replacement is None:
                    left.append(refund)
                else:
                    later.remove(replacement)
        return left


class Refund(Leased, Model):
    """Money going back to the payer. The row is committed before the provider is asked."""

    __tablename__ = "refunds"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        one_of("status", RefundStatus),
        sa.Index("ix_refunds_due", "status", "next_check_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey(Payment.id), index=True)
    wish_key: Mapped[str] = mapped_column("intent_key", sa.String(255), unique=True)
    """What it is the only refund for: an Idempotency-Key of staff, or a payment that goes back as a whole.

    The column keeps its first name, which the previous release knows.
    """
    idem_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    wish_amount: Mapped[int | None] = mapped_column(sa.BigInteger)
    """What staff asked for under `wish_key`; None for all that was left."""
    wish_restock: Mapped[bool | None]
    """Whether staff want what was sold back on the shelf. None where staff did not ask for the refund, and in a row
    of the previous release."""
    wish_payment: Mapped[str | None] = mapped_column(sa.String(255))
    """The payment that staff chose, by the provider's id; None for the one that paid the order."""
    wish_text: Mapped[str] = mapped_column("wish", sa.Text, default="", server_default="")
    """The three columns above as the previous release writes and reads them."""
    body: Mapped[str] = mapped_column(sa.Text)
    api_version: Mapped[str] = mapped_column(sa.String(32))
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    status: Mapped[RefundStatus] = mapped_column(sa.String(16), default="new")
    provider_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    """Why it failed, or what else is wrong with it, in words."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it failed."""
    first_sent_at: Mapped[datetime | None] = mapped_column(Moment)
    next_try_at: Mapped[datetime | None] = mapped_column("next_check_at", Moment)
    """The column keeps its first name, which the previous release knows."""

    payment: Mapped[Payment] = relationship(back_populates="refunds")

    @property
    def restocks(self) -> bool:
        """Whether what was sold goes back on the shelf once the provider has accepted the refund."""
        if self.wish_restock is None:  # a row of the previous release
            return "wish%5Brestock%5D=True" in self.wish_text
        return self.wish_restock

    @property
    def came_to_nothing(self) -> bool:
        """No money went back by it, and what was reserved for it is free again."""
        return self.status in CAME_TO_NOTHING

    def is_replaced_by(self, other: "Refund") -> bool:
        """Whether `other` is the refund of the same amount that was made after this one had failed."""
        return other.amount == self.amount and other.created_at >= (self.ended_at or self.created_at)


class Dispute(Model):
    """A payer who asked their bank for the money back: https://docs.stripe.com/disputes"""

    __tablename__ = "disputes"
    __table_args__ = (index_where("ix_disputes_stands", "id", condition=STANDS),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey(Payment.id), index=True)
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    """In minor units of the payment's currency."""
    status: Mapped[str] = mapped_column(sa.String(MAX_STATUS))
    is_charge_refundable: Mapped[bool]
    """Whether the payment may still be refunded. This flag decides, not the status."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)

    @property
    def stands(self) -> bool:
        """Whether the shop may lose the money, or has lost it: in each state but those that close it in our favour."""
        return self.status not in CLOSED

    @property
    def is_lost(self) -> bool:
        return self.status == "lost"

    @property
    def to_do(self) -> str | None:
        """What staff have to do about it; None while the bank decides, and where it is closed in our favour."""
        if self.status in UNANSWERED:
            return str(Sentence("Answer at the provider."))
        if self.is_lost:
            return str(Sentence("The money is gone. Hand nothing over for it that is still here."))
        if self.status in UNDECIDED or not self.stands:
            return None
        return str(unknown_state(self.status))
