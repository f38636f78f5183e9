"""Disputes: a fact beside the order, kept as the provider tells it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.checkout import fulfilment
from app.orders.models import Order
from app.payments import attempts
from app.payments.money import MAX_STATUS, Dispute, Payment
from app.runtime.db import insert_once
from app.stripe.schemas import ProviderDispute


def note(session: Session, told: ProviderDispute, now: datetime) -> int | None:
    """The id of the order it is about; None where its payment is not in our books. Committed."""
    payment = session.scalar(sa.select(Payment).where(Payment.payment_intent == told.payment_intent))
    if payment is None:
        session.commit()
        return None
    order = attempts.lock(session, Order.id == payment.order_id)
    assert order is not None
    facts = {
        "amount": told.amount,
        "status": told.status[:MAX_STATUS],
        "is_charge_refundable": told.is_charge_refundable,
    }
    insert_once(Dispute, {"provider_id": told.id, "payment_id": payment.id, "created_at": now, **facts})
    session.execute(
        sa.update(Dispute)
        .where(Dispute.provider_id == told.id)
        .values(**facts)
        .execution_options(synchronize_session="fetch")
    )
    fulfilment.tick(session, order)
    session.commit()
    return order.id
