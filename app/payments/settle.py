"""Settle: ask the provider how an attempt stands, and bring its order in line.

Webhook, return page and sweep all settle, maybe at once. The lease lets one of them through.
"""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.payments import attempts, cancel, outcome
from app.payments.ledger import Ledger
from app.payments.models import Attempt
from app.runtime import lease
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.languages import Sentence
from app.runtime.log_context import note
from app.stripe.errors import NotFound, PaymentError
from app.stripe.gateway import Gateway
from app.stripe.schemas import CheckoutSession

log = logging.getLogger(__name__)


async def settle(session: Session, gateway: Gateway, attempt_id: int, session_id: str | None = None) -> bool:
    """Whether the attempt is in line now. Not where another process works on it, or the provider does not answer.

    `session_id` is the provider's, for an attempt whose answer was never recorded. A session is ended where its order
    needs no money any more.
    """
    attempt = await blocking(claim, session, attempt_id, utcnow())
    if attempt is None:
        return False
    try:
        told, in_line = await _ask(session, gateway, attempt, session_id), True
        if told is not None:
            is_over = await _is_over(gateway, told)
            in_line = await blocking(
                outcome.bring_in_line, session, gateway, attempt_id, told, is_over=is_over, now=utcnow()
            )
    except PaymentError as error:
        log.warning("attempt %s cannot be settled now: %s", attempt_id, error)
        await blocking(_put_off, session, gateway, attempt_id, error, utcnow())
        return False
    finally:
        await blocking(lease.let_go, session, Attempt, attempt_id)
    return in_line


def claim(session: Session, attempt_id: int, now: datetime) -> Attempt | None:
    """The attempt with its order, leased; None where another process has it. Committed."""
    attempt = None
    if lease.claim(session, Attempt, attempt_id, now):
        query = sa.select(Attempt).where(Attempt.id == attempt_id).options(joinedload(Attempt.order))
        attempt = session.scalars(query.execution_options(populate_existing=True)).one()
        note(order_id=attempt.order_id)
    session.commit()
    return attempt


def _put_off(session: Session, gateway: Gateway, attempt_id: int, error: PaymentError, now: datetime) -> None:
    session.rollback()
    ledger, attempt = Ledger.lock_by_attempt(session, attempt_id)
    if attempt.is_live:
        attempt.put_off(now)
        if isinstance(error, NotFound):
            is_other_mode = outcome.is_test(gateway, attempt) is gateway.livemode
            why = Sentence(
                "The provider does not know session {id}: is its key another account's?", id=attempt.session_id
            )
            if is_other_mode:
                why = Sentence(
                    "The provider does not know session {id}: it is of the other mode, test or live.",
                    id=attempt.session_id,
                )
            attempt.problem = str(why)
            log.error("order %s: %s", ledger.order.id, attempt.problem)
            if not ledger.order.is_unpaid and gateway.livemode and is_other_mode:  # a test can bring no money
                cancel.mark_dead(session, ledger, attempt, "expired", now)
    session.commit()


async def _ask(session: Session, gateway: Gateway, attempt: Attempt, session_id: str | None) -> CheckoutSession | None:
    """The session as it is now; None where there is none, or none yet."""
    known, order = attempt.session_id or session_id, attempt.order  # loaded by `claim`: this runs on the event loop
    if known is None and attempt.is_live:
        made = await attempts.resolve(session, gateway, attempt)
        if order.is_unpaid:
            return made
        known = made.id if made else await blocking(_session_id, session, attempt.id)
    if known is None:
        return None
    told = await gateway.get_session(known)
    is_its_own = attempt.session_id == told.id or not outcome.mismatch(gateway, order, attempt, told)
    if told.status != "open" or (order.is_unpaid and attempt.is_live) or not is_its_own:
        return told
    return await end(gateway, told)


async def end(gateway: Gateway, told: CheckoutSession) -> CheckoutSession:
    """End an open session that may not be paid any more. As it was where the provider does not answer."""
    try:
        return await gateway.expire_session(told.id)
    except PaymentError as error:
        log.info("session %s cannot be ended: %s", told.id, error)
        return await gateway.get_session(told.id) if error.known else told  # known: it was paid in the same moment


def _session_id(session: Session, attempt_id: int) -> str | None:
    known = session.scalar(sa.select(Attempt.session_id).where(Attempt.id == attempt_id))
    session.commit()
    return known


async def _is_over(gateway: Gateway, told: CheckoutSession) -> bool:
    """Whether a complete session waits for money in vain: its intent alone tells a slow payment from a failed one."""
    if told.status != "complete" or told.payment_status != "unpaid" or not told.payment_intent:
        return False
    try:
        return (await gateway.get_intent(told.payment_intent)).over
    except NotFound:
        return False
