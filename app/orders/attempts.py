"""An attempt to have an order paid: made in the order's transaction, sent after it, its answer recorded."""

import logging
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.bridge import blocking
from app.config import Settings
from app.db import now as at_once
from app.orders import holds
from app.orders.models import LEASE, Attempt, Order
from app.payments.errors import PaymentError
from app.payments.gateway import API_VERSION, Gateway, form
from app.payments.shapes import CheckoutSession

log = logging.getLogger(__name__)

SESSION_LASTS = timedelta(hours=23)
"""Well beyond every hold, so that an unknown attempt can be replayed, and below the provider's 24 hours."""

CHECK_AFTER = timedelta(minutes=1)


def make(session: Session, settings: Settings, order: Order, now: datetime) -> Attempt:
    """The order's next attempt, leased to whoever sends it."""
    key = secrets.token_urlsafe(24)
    expires_at = now + SESSION_LASTS
    attempt = Attempt(
        order_id=order.id,
        seq=len(order.attempts) + 1,
        idem_key=key,
        body=_body(settings, order, key, expires_at),
        api_version=API_VERSION,
        expires_at=expires_at,
        created_at=now,
        first_sent_at=now,
        next_check_at=now + LEASE,
        lease_until=now + LEASE,
    )
    order.attempts.append(attempt)
    session.flush()
    return attempt


def _body(settings: Settings, order: Order, key: str, expires_at: datetime) -> str:
    """https://docs.stripe.com/api/checkout/sessions/create"""
    marks = {"order": order.id, "attempt": key}
    return form(
        {
            "mode": "payment",
            "client_reference_id": order.id,
            "success_url": f"{settings.public_url}/checkout/return/{key}",
            "cancel_url": f"{settings.public_url}/orders/{order.id}",
            "expires_at": int(expires_at.timestamp()),
            "line_items": [
                {
                    "quantity": line.quantity,
                    "price_data": {
                        "currency": order.currency.lower(),
                        "unit_amount": line.unit_price,
                        "product_data": {"name": line.name},
                    },
                }
                for line in order.lines
            ],
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
        }
    )


async def send(session: Session, gateway: Gateway, attempt: Attempt) -> PaymentError | None:
    """POST the attempt under its key and record the answer, before anyone sees where to pay. Gives what went wrong."""
    try:
        made = await gateway.create_session(attempt.body, attempt.idem_key)
    except PaymentError as error:
        log.warning("attempt %s of order %s: %s", attempt.id, attempt.order_id, error)
        await blocking(record_failure, session, attempt.id, error, at_once())
        return error
    await blocking(record_session, session, attempt.id, made, at_once())
    return None


def locked(session: Session, attempt_id: int) -> tuple[Order, Attempt]:
    """The attempt and its order as they are now, the order locked: whoever moves an order holds this."""
    whose = sa.select(Attempt.order_id).where(Attempt.id == attempt_id).scalar_subquery()
    order = session.scalars(
        sa.select(Order).where(Order.id == whose).with_for_update().execution_options(populate_existing=True)
    ).one()
    attempt = session.scalars(
        sa.select(Attempt).where(Attempt.id == attempt_id).execution_options(populate_existing=True)
    ).one()
    return order, attempt


def record_session(session: Session, attempt_id: int, made: CheckoutSession, now: datetime) -> None:
    """One transaction: the attempt is open. A webhook that was faster may have moved it on already."""
    _, attempt = locked(session, attempt_id)
    if attempt.status in ("new", "unknown"):
        attempt.status, attempt.session_id, attempt.url = "open", made.id, made.url
        attempt.next_check_at, attempt.lease_until = now + CHECK_AFTER, None
    session.commit()


def record_failure(session: Session, attempt_id: int, error: PaymentError, now: datetime) -> None:
    """One transaction: a definitive no ends the order and gives the stock back; anything else leaves it open."""
    order, attempt = locked(session, attempt_id)
    if attempt.status in ("new", "unknown"):
        attempt.status = "rejected" if error.known else "unknown"
        attempt.next_check_at, attempt.lease_until = now + CHECK_AFTER, None
        if error.known:
            close(session, order)
    session.commit()


def close(session: Session, order: Order) -> None:
    """Cancel an order that nobody can pay any more: every attempt of it is known to be over."""
    assert not any(attempt.is_live for attempt in order.attempts)
    order.move("cancelling")
    holds.release(session, order)
    order.move("cancelled")
