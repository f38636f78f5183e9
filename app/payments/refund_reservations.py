"""A refund's row, and its share of the payment: the sum of the refunds stays at or below what came in."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments.models import Payment, Refund
from app.runtime.db import affected
from app.runtime.errors import Conflict
from app.stripe.form import form
from app.stripe.gateway import API_VERSION


class TooMuch(Conflict):
    error = "refund_too_large"
    detail = "This is more than is left of what was paid."


def reserve(session: Session, payment: Payment, amount: int, wish_key: str, now: datetime) -> Refund:
    """A new refund, due at once, with its amount reserved. The caller commits. Raises TooMuch."""
    reserve_more(session, payment, amount)
    key = secrets.token_urlsafe(24)
    refund = Refund(
        payment_id=payment.id,
        wish_key=wish_key,
        idem_key=key,
        body=_body(payment, amount, key),
        api_version=API_VERSION,
        amount=amount,
        status="new",
        created_at=now,
        next_try_at=now,
    )
    payment.refunds.append(refund)
    session.flush()
    return refund


def reserve_more(session: Session, payment: Payment, amount: int) -> None:
    """Reserve so much more of a payment, or less where `amount` is negative. Raises TooMuch."""
    fits = Payment.refund_reserved + amount <= Payment.amount
    moved = sa.update(Payment).where(Payment.id == payment.id, fits)
    moved = moved.values(refund_reserved=Payment.refund_reserved + amount)
    if amount == 0 or not affected(session, moved.execution_options(synchronize_session=False)):
        raise TooMuch
    session.refresh(payment, ["refund_reserved"])


def give_new_key(refund: Refund) -> None:
    """Give a refund another key. Only where the provider never made it, and can never make it under the old key."""
    refund.idem_key, refund.first_sent_at, refund.status = secrets.token_urlsafe(24), None, "unknown"
    refund.body = _body(refund.payment, refund.amount, refund.idem_key)


def _body(payment: Payment, amount: int, key: str) -> str:
    """https://docs.stripe.com/api/refunds/create"""
    return form({"payment_intent": payment.payment_intent, "amount": amount, "metadata": {"refund": key}})
