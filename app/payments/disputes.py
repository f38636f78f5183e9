"""Disputes: kept as the provider tells of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.payments import handover
from app.payments.ledger import Ledger
from app.payments.models import MAX_STATUS, Dispute, Payment
from app.runtime.db import insert_once
from app.stripe.schemas import ProviderDispute


def record(session: Session, told: ProviderDispute, now: datetime) -> int | None:
    """Record a dispute as it is now. The id of its order; None where its payment has no row. Committed."""
    payment = session.scalar(sa.select(Payment).where(Payment.payment_intent == told.payment_intent))
    if payment is None:
        session.commit()
        return None
    ledger = Ledger.lock(session, Order.id == payment.order_id)
    assert ledger is not None
    facts = {
        "amount": told.amount,
        "status": told.status[:MAX_STATUS],
        "is_charge_refundable": told.is_charge_refundable,
    }
    insert_once(session, Dispute, {"provider_id": told.id, "payment_id": payment.id, "created_at": now, **facts})
    session.execute(
        sa.update(Dispute)
        .where(Dispute.provider_id == told.id)
        .values(**facts)
        .execution_options(synchronize_session="fetch")
    )
    handover.review(session, ledger)
    session.commit()
    return ledger.order.id
