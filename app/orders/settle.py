"""Settle: ask the provider how an attempt stands, and bring the order in line. The only way an order becomes paid."""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.bridge import blocking
from app.db import now as at_once
from app.mail.models import Outgoing
from app.orders import attempts, holds, refunds
from app.orders.models import LEASE, Attempt, Order, Payment
from app.payments.errors import PaymentError
from app.payments.gateway import Gateway
from app.payments.shapes import CheckoutSession
from app.todos.models import Todo

log = logging.getLogger(__name__)


async def settle(session: Session, gateway: Gateway, attempt_id: int, session_id: str | None = None) -> bool:
    """Whether the attempt is in line now; if not, somebody else has it, or the provider did not answer.

    `session_id` is the provider's, for an attempt whose own answer was never recorded. Webhook, return page and sweep
    may all come at once: the lease lets one of them through.
    """
    known = await blocking(_claim, session, attempt_id, at_once())
    if known is None:
        return False
    wanted = known or session_id
    try:
        if not wanted:
            return False
        found = await gateway.get_session(wanted)
        await blocking(bring_in_line, session, gateway, attempt_id, found, at_once())
    except PaymentError as error:
        log.warning("attempt %s cannot be settled now: %s", attempt_id, error)
        return False
    else:
        return True
    finally:
        await blocking(_let_go, session, attempt_id)


def _claim(session: Session, attempt_id: int, now: datetime) -> str | None:
    """The provider's session id, or '' where none is known; None where somebody else has the attempt."""
    free = Attempt.lease_until.is_(None) | (Attempt.lease_until < now)
    claimed = session.execute(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, free)
        .values(lease_until=now + LEASE)
        .returning(Attempt.session_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    session.commit()
    return None if claimed is None else claimed.session_id or ""


def _let_go(session: Session, attempt_id: int) -> None:
    session.rollback()
    session.execute(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def bring_in_line(session: Session, gateway: Gateway, attempt_id: int, found: CheckoutSession, now: datetime) -> None:
    """One transaction, with the order locked. What it finds done already it leaves as it is."""
    order, attempt = attempts.locked(session, attempt_id)
    if wrong := mismatch(gateway, order, attempt, found):
        attempt.problem = f"Session {found.id} is not what was asked for: {wrong}."
        log.error("order %s: %s", order.id, attempt.problem)
    else:
        attempt.session_id = found.id
        _follow(session, order, attempt, found, now)
    session.commit()


def mismatch(gateway: Gateway, order: Order, attempt: Attempt, found: CheckoutSession) -> str:
    """What makes this somebody else's session, in words; empty where nothing does."""
    if found.client_reference_id != str(order.id):
        return f"its reference is {found.client_reference_id!r}"
    if attempt.session_id not in (None, found.id):
        return f"the attempt has session {attempt.session_id}"
    if found.livemode is not gateway.livemode:
        return "it is of the other mode, test or live"
    return ""


def _follow(session: Session, order: Order, attempt: Attempt, found: CheckoutSession, now: datetime) -> None:
    attempt.next_check_at = now + attempts.CHECK_AFTER
    if found.status == "complete" and found.payment_status != "unpaid":
        attempt.status, attempt.next_check_at = "paid", None
        _money_came(session, order, attempt, found, now)
    elif found.status == "complete":
        attempt.status = "processing"
        if order.status == "pending":
            order.move("processing")
    elif found.status == "expired":
        attempt.status, attempt.next_check_at = "expired", None
        if order.waits and now >= order.hold_until and not any(each.is_live for each in order.attempts):
            attempts.close(session, order)
    elif attempt.status in ("new", "unknown"):
        attempt.status, attempt.url = "open", found.url


def _money_came(session: Session, order: Order, attempt: Attempt, found: CheckoutSession, now: datetime) -> None:
    intent = found.payment_intent or f"none:{found.id}"  # nothing to pay, nothing to refund: no intent
    if any(payment.payment_intent == intent for payment in order.payments):
        return
    attempt.payment_intent = intent
    amount, currency = found.amount_total or 0, (found.currency or "").upper()
    right = amount == order.total and currency == order.currency
    held = all(hold.state == "held" for hold in order.holds)
    settles = order.waits and right and held
    payment = Payment(
        payment_intent=intent,
        amount=amount,
        currency=currency,
        refund_reserved=0,
        disposition="settles" if settles else "surplus" if order.paid_at or not right else "late",
        created_at=now,
    )
    order.payments.append(payment)
    session.flush()
    if settles:
        _paid(session, order, now)
        return
    log.error("order %s: payment %s is %s and goes back", order.id, intent, payment.disposition)
    refunds.give_back(session, payment, now)


def _paid(session: Session, order: Order, now: datetime) -> None:
    order.mark_paid(now)
    holds.consume(session, order)
    session.add(Todo(order_id=order.id, title=f"Hand over order {order.number}", created_at=now))
    session.add(Outgoing(dedupe_key=f"receipt:{order.id}", kind="receipt", payload={"order": order.id}, created_at=now))
