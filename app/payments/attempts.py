"""An attempt to have an order paid: made in the order's transaction, sent after it, its answer recorded."""

import logging
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.orders import stock
from app.orders.models import LEASE, Attempt, Order
from app.payments import installation
from app.payments.money import Payment
from app.runtime.async_bridge import blocking
from app.runtime.config import Settings
from app.runtime.db import now as at_once
from app.runtime.log_context import note
from app.stripe.errors import Misconfigured, NotFound, PaymentError
from app.stripe.form import form
from app.stripe.gateway import API_VERSION, Gateway
from app.stripe.schemas import CheckoutSession

log = logging.getLogger(__name__)

SESSION_LASTS = timedelta(hours=23)
"""Well beyond every hold, so that an unknown attempt can be replayed, and below the provider's 24 hours."""

KEY_LASTS = timedelta(hours=23)
"""The provider forgets a key after 24 hours at the earliest: https://docs.stripe.com/api/idempotent_requests"""

SHORTEST = timedelta(minutes=31)
"""A session has to expire at least 30 minutes after it is made."""

SKEW = timedelta(minutes=5)

EVERYTHING = (
    selectinload(Order.lines),
    selectinload(Order.holds),
    selectinload(Order.attempts),
    selectinload(Order.payments).selectinload(Payment.refunds),
)


def make(session: Session, settings: Settings, order: Order, now: datetime) -> Attempt:
    """The order's next attempt, leased to whoever sends it."""
    key = secrets.token_urlsafe(24)
    expires_at = now + SESSION_LASTS
    marks = {installation.INSTALLATION: installation.mark(session), "order": order.id, installation.ATTEMPT: key}
    attempt = Attempt(
        order_id=order.id,
        seq=len(order.attempts) + 1,
        idem_key=key,
        body=_body(settings, order, marks, expires_at),
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


def _body(settings: Settings, order: Order, marks: dict[str, object], expires_at: datetime) -> str:
    """https://docs.stripe.com/api/checkout/sessions/create"""
    lines = [
        {
            "quantity": line.quantity,
            "price_data": {
                "currency": order.currency.lower(),
                "unit_amount": line.unit_price,
                "product_data": {"name": line.name},
            },
        }
        for line in order.lines
    ]
    return form(
        {
            "mode": "payment",
            "client_reference_id": order.id,
            "success_url": f"{settings.public_url}/checkout/return/{marks[installation.ATTEMPT]}",
            "cancel_url": f"{settings.public_url}/orders/{order.id}",
            "expires_at": int(expires_at.timestamp()),
            "line_items": lines,
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
        }
    )


async def send(session: Session, gateway: Gateway, attempt: Attempt, *, again: bool = False) -> PaymentError | None:
    """POST the attempt under its key and record the answer, before anyone sees where to pay. Gives what went wrong.

    That our key is not welcome is an answer to this call, and none to one that went out before: see `again`.
    """
    try:
        made = await gateway.create_session(attempt.body, attempt.idem_key, attempt.api_version)
    except PaymentError as error:
        log.warning("attempt %s of order %s: %s", attempt.id, attempt.order_id, error)
        dead = error.known and not (again and isinstance(error, Misconfigured | NotFound))
        await blocking(_record_failure, session, attempt.id, at_once(), dead=dead)
        return error
    await blocking(_record_session, session, attempt.id, made, at_once())
    return None


def locked(session: Session, attempt_id: int) -> tuple[Order, Attempt]:
    """The attempt and its order as they are now, the order locked: whoever moves an order holds this."""
    whose = sa.select(Attempt.order_id).where(Attempt.id == attempt_id).scalar_subquery()
    order = lock(session, Order.id == whose)
    assert order is not None
    return order, next(attempt for attempt in order.attempts if attempt.id == attempt_id)


def lock(session: Session, condition: sa.ColumnElement[bool]) -> Order | None:
    """The order, locked, and everything of it as it is now."""
    query = sa.select(Order).where(condition).with_for_update(of=Order).options(*EVERYTHING)
    order = session.scalar(query.execution_options(populate_existing=True))
    if order is not None:
        note(order_id=order.id)
    return order


def _record_session(session: Session, attempt_id: int, made: CheckoutSession, now: datetime) -> None:
    """One transaction: the attempt is open. A webhook that was faster may have moved it on already."""
    _, attempt = locked(session, attempt_id)
    if attempt.status in ("new", "unknown"):
        attempt.status, attempt.session_id, attempt.url = "open", made.id, made.url
        attempt.check_again(now)
    session.commit()


def _record_failure(session: Session, attempt_id: int, now: datetime, *, dead: bool) -> None:
    """One transaction: a definitive no gives the stock back; anything else leaves open what became of it."""
    order, attempt = locked(session, attempt_id)
    if attempt.status in ("new", "unknown"):
        if dead:
            bury(session, order, attempt, "rejected", now)
        else:
            attempt.status = "unknown"
            attempt.check_again(now, soon=True)
    session.commit()


def bury(session: Session, order: Order, attempt: Attempt, status: str, now: datetime) -> None:
    """The attempt is known to be dead. What that means for its order, if that still waits, and for the stock."""
    attempt.status, attempt.next_check_at, attempt.lease_until = status, None, None
    if order.live_attempt is None and order.status == "pending" and now < order.hold_until:
        stock.release(session, order)  # the buyer may try anew, and takes stock again then
    else:
        wind_up(session, order, now)


def wind_up(session: Session, order: Order, now: datetime) -> None:
    """Cancel an order that can no longer become paid; one whose buyer may still try anew goes on."""
    if order.live_attempt is not None:
        return
    if order.status == "processing" or (order.status == "pending" and now >= order.hold_until):
        order.move("cancelling")
    if order.status == "cancelling":
        close(session, order)


def close(session: Session, order: Order) -> None:
    """Cancel for good an order that nobody can pay any more: every attempt of it is known to be over."""
    assert order.live_attempt is None
    stock.release(session, order)
    order.move("cancelled")


def replayable(attempt: Attempt, now: datetime) -> bool:
    """Whether the same words under the same key can still lead to the same session, and no other."""
    sent = attempt.first_sent_at or attempt.created_at
    return now - sent < KEY_LASTS and attempt.expires_at - now > SHORTEST


async def resolve(session: Session, gateway: Gateway, attempt: Attempt) -> CheckoutSession | None:
    """What became of an attempt whose answer was never heard: its session, or None where there is none yet or ever.

    Recorded as far as it is known now. Raises PaymentError where that has to wait.
    """
    if replayable(attempt, at_once()):
        error = await send(session, gateway, attempt, again=True)
        if error is None or not attempt.is_live:
            return None
        if not error.look_up:
            raise error
    found = await _look_up(gateway, attempt)
    if found is None:
        await blocking(_declare_dead, session, attempt.id, at_once())
    return found


async def _look_up(gateway: Gateway, attempt: Attempt) -> CheckoutSession | None:
    """By the time it may have been made: lists cannot be asked for our reference."""
    sent = attempt.first_sent_at or attempt.created_at
    async for found in gateway.sessions(int((sent - SKEW).timestamp())):
        if (found.metadata or {}).get(installation.ATTEMPT) == attempt.idem_key:
            return found
    return None


def _declare_dead(session: Session, attempt_id: int, now: datetime) -> None:
    order, attempt = locked(session, attempt_id)
    if attempt.status in ("new", "unknown"):
        log.warning("attempt %s of order %s was never made at the provider", attempt.id, order.id)
        bury(session, order, attempt, "rejected", now)
    session.commit()
