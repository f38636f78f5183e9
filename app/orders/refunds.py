"""Refunds: a row first, together with the reservation that keeps their sum below what came in."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from app.orders.models import Payment, Refund
from app.payments.gateway import API_VERSION, form


def give_back(session: Session, payment: Payment, now: datetime) -> Refund | None:
    """Note that all of a payment that no order waits for has to go back. The sweep sends it."""
    amount = payment.amount - payment.refund_reserved
    if amount <= 0:
        return None
    payment.refund_reserved += amount
    refund = Refund(
        payment_id=payment.id,
        intent_key=f"return:{payment.payment_intent}",
        idem_key=secrets.token_urlsafe(24),
        body=form({"payment_intent": payment.payment_intent, "amount": amount}),
        api_version=API_VERSION,
        amount=amount,
        created_at=now,
        next_check_at=now,
    )
    payment.refunds.append(refund)
    session.flush()
    return refund
