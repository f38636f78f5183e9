"""Refunds: a row first, together with the reservation that keeps their sum below what came in; then the provider.

A refund is paid once, since its row has one key, and it is the row that is sent, however often.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.bridge import blocking
from app.db import now as at_once
from app.errors import Conflict, Invalid
from app.orders import attempts, holds
from app.orders.models import LEASE, MINUTE, SELDOM, SOON, Order
from app.orders.money import OVER, Payment, Refund
from app.payments.errors import Misconfigured, PaymentError
from app.payments.form import form
from app.payments.gateway import API_VERSION, Gateway
from app.payments.shapes import ProviderRefund
from app.todos.models import Todo
from app.users.models import User

log = logging.getLogger(__name__)

UNSETTLED = ("new", "unknown", "pending", "requires_action")
"""States of a refund that the provider may still change by itself."""


class NothingToRefund(Conflict):
    error = "order_not_paid"
    detail = "Nothing has been paid for this order."


class TooMuch(Conflict):
    error = "refund_too_large"
    detail = "This is more than is left of what was paid."


class KeyUsed(Invalid):
    error = "idempotency_key_reused"
    detail = "This Idempotency-Key belongs to another refund. Use a new one for a new refund."


@dataclass(frozen=True)
class Wish:
    """What a member of staff asked for: `amount` in minor units, None for all that is left."""

    key: str
    amount: int | None
    restock: bool


def request(session: Session, order_id: int, user: User, wish: Wish, now: datetime) -> tuple[Refund, bool]:
    """One transaction, committed here: the refund under the staff's key, its sum reserved. And whether it is new.

    Two equal wishes with two keys are two refunds; one key is one. Raises NothingToRefund, TooMuch, KeyUsed.
    """
    order = attempts.lock(session, Order.id == order_id)
    if order is None or (payment := order.settled_by) is None:
        raise NothingToRefund
    intent_key = f"staff:{user.id}:{order_id}:{hashlib.sha256(wish.key.encode()).hexdigest()}"
    body = form({"wish": {"amount": wish.amount or "all", "restock": wish.restock}})
    known = session.scalar(sa.select(Refund).where(Refund.intent_key == intent_key))
    if known is not None:
        if known.wish != body:
            raise KeyUsed
        session.commit()
        return known, False
    refund = _reserve(session, payment, wish.amount or payment.refundable, intent_key, now)
    refund.wish = body
    if wish.restock:
        holds.restock(session, order)
    if payment.refundable == 0 and order.status == "paid":
        session.execute(sa.update(Todo).where(Todo.order_id == order_id).values(done=True))  # nothing to hand over
    session.commit()
    return refund, True


def get(session: Session, refund_id: int) -> Refund:
    """As it is now, with its payment."""
    query = sa.select(Refund).where(Refund.id == refund_id).options(sa.orm.joinedload(Refund.payment))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def give_back(session: Session, payment: Payment, now: datetime) -> None:
    """All of a payment that no order waits for has to go back. The sweep sends it."""
    if payment.refundable > 0 and not payment.payment_intent.startswith("none:"):
        _reserve(session, payment, payment.refundable, f"return:{payment.payment_intent}", now)


def _reserve(session: Session, payment: Payment, amount: int, intent_key: str, now: datetime) -> Refund:
    """The row, and in the same breath its share of the payment. Raises TooMuch."""
    fits = Payment.refund_reserved + amount <= Payment.amount
    reserved = session.execute(_move(payment.id, amount).where(fits))
    if amount <= 0 or reserved.rowcount == 0:  # type: ignore[attr-defined]
        raise TooMuch
    key = secrets.token_urlsafe(24)
    refund = Refund(
        payment_id=payment.id,
        intent_key=intent_key,
        idem_key=key,
        body=form({"payment_intent": payment.payment_intent, "amount": amount, "metadata": {"refund": key}}),
        api_version=API_VERSION,
        amount=amount,
        status="new",
        created_at=now,
        next_check_at=now,
    )
    payment.refunds.append(refund)
    session.flush()
    session.refresh(payment, ["refund_reserved"])
    return refund


def _move(payment_id: int, amount: int) -> sa.Update:
    """Reserve so much more of a payment, or less."""
    return (
        sa.update(Payment)
        .where(Payment.id == payment_id)
        .values(refund_reserved=Payment.refund_reserved + amount)
        .execution_options(synchronize_session=False)
    )


async def settle(session: Session, gateway: Gateway, refund_id: int) -> bool:
    """Send a refund, or ask how it stands. Whether it is in line now: else somebody has it, or no answer came."""
    refund = await blocking(_claim, session, refund_id, at_once())
    if refund is None:
        return False
    try:
        found = await _ask(gateway, refund)
    except PaymentError as error:
        log.warning("refund %s: %s", refund_id, error)
        await blocking(_record_failure, session, refund_id, error, at_once())
        return error.known
    await blocking(_record, session, refund_id, found, at_once())
    return True


def _claim(session: Session, refund_id: int, now: datetime) -> Refund | None:
    free = Refund.lease_until.is_(None) | (Refund.lease_until < now)
    claimed = session.execute(
        sa.update(Refund)
        .where(Refund.id == refund_id, free)
        .values(lease_until=now + LEASE, first_sent_at=sa.func.coalesce(Refund.first_sent_at, now))
        .execution_options(synchronize_session=False)
    )
    found = None
    if claimed.rowcount:  # type: ignore[attr-defined]
        query = sa.select(Refund).where(Refund.id == refund_id).execution_options(populate_existing=True)
        found = session.scalars(query.options(sa.orm.joinedload(Refund.payment))).one()
    session.commit()
    return found


async def _ask(gateway: Gateway, refund: Refund) -> ProviderRefund | None:
    """How it stands at the provider, made there if it is not yet; None where it never will be. Raises PaymentError."""
    if refund.provider_id is not None:
        return await gateway.get_refund(refund.provider_id)
    sent = refund.first_sent_at or refund.created_at
    if at_once() - sent < attempts.KEY_LASTS:
        try:
            return await gateway.create_refund(refund.body, refund.idem_key)
        except PaymentError as error:
            if not error.look_up:
                raise
    async for found in gateway.refunds(refund.payment.payment_intent):
        if (found.metadata or {}).get("refund") == refund.idem_key:
            return found
    return None


def _record(session: Session, refund_id: int, found: ProviderRefund | None, now: datetime) -> None:
    refund = _locked(session, refund_id)
    if found is None:
        _end(session, refund, "failed", "The provider never made it, and its key is spent: ask for it anew.")
    else:
        refund.provider_id = found.id
        follow(session, refund, found.status or "pending", found.failure_reason)
    _look_again(refund, now)
    session.commit()


def _record_failure(session: Session, refund_id: int, error: PaymentError, now: datetime) -> None:
    refund = _locked(session, refund_id)
    refused = error.known and not isinstance(error, Misconfigured)  # a wrong key can be mended, and then it is sent
    if refused and refund.provider_id is None and refund.status in ("new", "unknown"):
        _end(session, refund, "failed", f"The provider refused it: {error}.")
    elif refund.status == "new":
        refund.status = "unknown"
    _look_again(refund, now)
    session.commit()


def _locked(session: Session, refund_id: int) -> Refund:
    query = sa.select(Refund).where(Refund.id == refund_id).with_for_update(of=Refund)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def follow(session: Session, refund: Refund, status: str, reason: str | None) -> None:
    """Take over what the provider says of it. One that fails later frees what was reserved for it."""
    if status in OVER:
        _end(session, refund, status, f"It failed: {reason or 'the provider gives no reason'}.")
    elif not refund.is_over:
        refund.status = status


def _end(session: Session, refund: Refund, status: str, words: str) -> None:
    if refund.is_over:
        return
    refund.status, refund.problem = status, words
    session.execute(_move(refund.payment_id, -refund.amount))


def _look_again(refund: Refund, now: datetime) -> None:
    refund.lease_until = refund.next_check_at = None
    if refund.status in UNSETTLED:
        age = now - (refund.first_sent_at or refund.created_at)
        soonest = SOON if refund.provider_id is None else MINUTE
        refund.next_check_at = now + min(max(soonest, age / 2), SELDOM)


def adopt(session: Session, found: ProviderRefund, now: datetime) -> int | None:
    """The id of the payment's order, where one is ours; a refund that somebody made at the provider gets its row."""
    payment = session.scalar(sa.select(Payment).where(Payment.payment_intent == found.payment_intent).with_for_update())
    if payment is None:
        return None
    marks = found.metadata or {}
    ours = (Refund.provider_id == found.id) | (Refund.idem_key == marks.get("refund", ""))
    refund = session.scalar(sa.select(Refund).where(ours))
    if refund is None and found.status not in OVER:
        refund = _reserve(session, payment, found.amount, f"provider:{found.id}", now)
        refund.body = ""
    if refund is not None:
        refund.provider_id = found.id
        follow(session, refund, found.status or "pending", found.failure_reason)
        _look_again(refund, now)
    session.commit()
    return payment.order_id
