"""A refund that staff ask for: of which payment, how much, and whether what was sold goes back on the shelf."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.payments import handover
from app.payments.ledger import Ledger
from app.payments.models import Payment, Refund
from app.payments.refund_reservations import reserve
from app.runtime.errors import Conflict, Invalid
from app.stripe import currencies
from app.stripe.form import form
from app.users.signed_in import SignedInUser
from app.web.idempotency import KeyReused


class NothingToRefund(Conflict):
    error = "order_not_paid"
    detail = "Nothing has been paid for this order."


@dataclass(frozen=True)
class Wish:
    """`amount` in minor units; None for all that is left.

    `payment` is the provider's id of one of the order's payments; None for the one that paid the order.
    """

    amount: int | None
    restock: bool
    payment: str | None = None

    @property
    def text(self) -> str:
        """As the previous release keeps it."""
        chosen = {"payment": self.payment} if self.payment else {}
        return form({"wish": {"amount": self.amount or "all", "restock": self.restock, **chosen}})

    def is_of(self, refund: Refund) -> bool:
        """Whether the refund was asked for with this wish."""
        if refund.wish_restock is None:  # a row of the previous release
            return refund.wish_text == self.text
        return (refund.wish_amount, refund.wish_restock, refund.wish_payment) == (
            self.amount,
            self.restock,
            self.payment,
        )

    def write(self, refund: Refund) -> None:
        refund.wish_amount, refund.wish_restock, refund.wish_payment = self.amount, self.restock, self.payment
        refund.wish_text = self.text


def request(
    session: Session, order_id: int, user: SignedInUser, key: str, wish: Wish, now: datetime
) -> tuple[Refund, bool]:
    """The refund under this Idempotency-Key, with its amount reserved, and whether it is new. Committed.

    Two equal wishes under two keys are two refunds. Raises NothingToRefund, TooMuch, KeyReused, Invalid.
    """
    ledger = Ledger.lock(session, Order.id == order_id)
    if ledger is None:
        raise NothingToRefund
    payment = _chosen(ledger, wish)
    if payment.amount == 0:  # a promotion code took all of it off
        raise NothingToRefund
    wish_key = f"staff:{user.id}:{order_id}:{hashlib.sha256(key.encode()).hexdigest()}"
    known = session.scalar(sa.select(Refund).where(Refund.wish_key == wish_key))
    if known is not None:
        if not wish.is_of(known):
            raise KeyReused
        session.commit()
        return known, False
    if wish.amount is not None and (words := currencies.fault(wish.amount, payment.currency)):
        raise Invalid.field("amount", words)
    refund = reserve(session, payment, wish.amount or payment.refundable, wish_key, now)
    if wish.restock and ledger.order.status == "paid" and payment.refundable > 0:
        session.rollback()  # else the goods are on the shelf, and staff hand them over too
        raise Invalid.field("restock", "Hand the order over first, or refund all of it.")
    wish.write(refund)
    handover.review(session, ledger)
    session.commit()
    return refund, True


def _chosen(ledger: Ledger, wish: Wish) -> Payment:
    """The payment to refund. Raises NothingToRefund, Invalid."""
    if wish.payment is None:
        if ledger.settled_by is None:
            raise NothingToRefund
        return ledger.settled_by
    payment = next((each for each in ledger.payments if each.payment_intent == wish.payment), None)
    if payment is None:
        raise Invalid.field("payment", "This is no payment of this order.")
    if wish.restock and payment is not ledger.settled_by:
        raise Invalid.field("restock", "Nothing was sold for this payment.")
    return payment
