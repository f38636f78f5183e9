"""Refunds: a row first, with its amount reserved; then the provider is asked.

One row is paid once: each row has its own key, and it is sent under that key, however often.
"""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.orders.models import Order
from app.payments import attempts, refund_outcome
from app.payments.ledger import Ledger
from app.payments.models import CAME_TO_NOTHING, Payment, Refund
from app.payments.refund_reservations import give_new_key, reserve
from app.runtime import lease
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.stripe.errors import PaymentError
from app.stripe.gateway import Gateway
from app.stripe.schemas import ProviderRefund

log = logging.getLogger(__name__)


def get(session: Session, refund_id: int) -> Refund:
    """The refund as it is now, with its payment."""
    query = sa.select(Refund).where(Refund.id == refund_id).options(joinedload(Refund.payment))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def give_back(session: Session, payment: Payment, now: datetime) -> None:
    """Refund all of a payment that no order needs. The sweep sends it. Not committed."""
    if payment.refundable > 0 and not payment.payment_intent.startswith("none:"):
        reserve(session, payment, payment.refundable, f"return:{payment.payment_intent}", now)


async def settle(session: Session, gateway: Gateway, refund_id: int) -> bool:
    """Send the refund, or ask how it stands. False where another process works on it, or no answer came."""
    refund = await blocking(_claim, session, refund_id, utcnow())
    if refund is None:
        return False
    try:
        told = await _ask(gateway, refund)
    except PaymentError as error:
        log.warning("refund %s: %s", refund_id, error)
        await blocking(_record_failure, session, refund_id, error, utcnow())
        return error.known
    await blocking(_record, session, refund_id, told, utcnow())
    return told is not None


def _claim(session: Session, refund_id: int, now: datetime) -> Refund | None:
    sent_at = sa.func.coalesce(Refund.first_sent_at, now)
    is_ours = lease.claim(session, Refund, refund_id, now, first_sent_at=sent_at)
    refund = get(session, refund_id) if is_ours else None
    session.commit()
    return refund


async def _ask(gateway: Gateway, refund: Refund) -> ProviderRefund | None:
    """The refund at the provider, made there if need be; None where it was never made. Raises PaymentError."""
    if refund.provider_id is not None:
        return await gateway.get_refund(refund.provider_id)
    sent = refund.first_sent_at or refund.created_at
    if utcnow() - sent < attempts.KEY_LASTS:
        try:
            return await gateway.create_refund(refund.body, refund.idem_key, refund.api_version)
        except PaymentError as error:
            if not error.look_up:
                raise
    async for told in gateway.refunds(refund.payment.payment_intent):
        if (told.metadata or {}).get("refund") == refund.idem_key:
            return told
    return None


def _record(session: Session, refund_id: int, told: ProviderRefund | None, now: datetime) -> None:
    ledger, refund = _lock(session, refund_id)
    if told is not None:
        refund_outcome.follow(session, ledger, refund, told, now)
    elif refund.provider_id is None and not refund.came_to_nothing:
        give_new_key(refund)
    refund_outcome.put_off_or_finish(refund, now)
    session.commit()


def _record_failure(session: Session, refund_id: int, error: PaymentError, now: datetime) -> None:
    ledger, refund = _lock(session, refund_id)
    refund_outcome.fail(session, ledger, refund, error, now)
    refund_outcome.put_off_or_finish(refund, now)
    session.commit()


def _lock(session: Session, refund_id: int) -> tuple[Ledger, Refund]:
    """The refund and its ledger as they are now, with the order locked."""
    order_id = sa.select(Payment.order_id).join(Payment.refunds).where(Refund.id == refund_id).scalar_subquery()
    ledger = Ledger.lock(session, Order.id == order_id)
    assert ledger is not None
    return ledger, next(each for payment in ledger.payments for each in payment.refunds if each.id == refund_id)


def adopt(session: Session, told: ProviderRefund, now: datetime) -> int | None:
    """Record a refund that the provider tells of. The id of its order; None where its payment has no row. Committed.

    A refund that was made in the provider's dashboard gets a row. Raises TooMuch where it does not fit beside ours.
    """
    order_id = sa.select(Payment.order_id).where(Payment.payment_intent == told.payment_intent).scalar_subquery()
    ledger = Ledger.lock(session, Order.id == order_id)
    if ledger is None:
        session.commit()
        return None
    payment = next(each for each in ledger.payments if each.payment_intent == told.payment_intent)
    refund = _row_of(payment, told)
    if refund is None and told.status not in CAME_TO_NOTHING:
        refund = reserve(session, payment, told.amount, f"provider:{told.id}", now)
        refund.body = ""
    if refund is not None:
        refund_outcome.follow(session, ledger, refund, told, now)
        refund_outcome.put_off_or_finish(refund, now)
    session.commit()
    return ledger.order.id


def _row_of(payment: Payment, told: ProviderRefund) -> Refund | None:
    """By the provider's id. By our key only while that is unknown: a second refund with the key is another one."""
    key = (told.metadata or {}).get("refund")
    by_id = (each for each in payment.refunds if each.provider_id == told.id)
    by_key = (each for each in payment.refunds if each.provider_id is None and each.idem_key == key)
    return next(by_id, None) or next(by_key, None)
