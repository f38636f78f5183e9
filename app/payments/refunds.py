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

from app.checkout import fulfilment
from app.orders import stock
from app.orders.models import LEASE, MINUTE, SELDOM, SOON, Order
from app.payments import attempts
from app.payments.money import OVER, Payment, Refund
from app.runtime.async_bridge import blocking
from app.runtime.db import now as at_once
from app.runtime.errors import Conflict, Invalid
from app.stripe import currencies
from app.stripe.errors import Misconfigured, PaymentError
from app.stripe.form import form
from app.stripe.gateway import API_VERSION, Gateway
from app.stripe.schemas import ProviderRefund
from app.users.models import User

log = logging.getLogger(__name__)

KNOWN = ("pending", "requires_action", "succeeded", *OVER)
"""Of the provider: https://docs.stripe.com/api/refunds/object#refund_object-status"""

UNSETTLED = ("new", "unknown", "pending", "requires_action")
"""States of a refund that the provider may still change by itself."""

REASONS = {
    "charge_disputed": "the payer has asked their bank for this money",
    "charge_already_refunded": "all of this money has gone back already",
    "balance_insufficient": "there is not enough money in the account at the provider",
}
"""What the provider's codes mean: https://docs.stripe.com/error-codes"""


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
    """What a member of staff asked for: `amount` in minor units, None for all that is left.

    `payment` is the provider's id of one of the order's payments, None for the one that made it paid.
    """

    key: str
    amount: int | None
    restock: bool
    payment: str | None = None

    @property
    def form(self) -> str:
        chosen = {"payment": self.payment} if self.payment else {}
        return form({"wish": {"amount": self.amount or "all", "restock": self.restock, **chosen}})


def request(session: Session, order_id: int, user: User, wish: Wish, now: datetime) -> tuple[Refund, bool]:
    """One transaction, committed here: the refund under the staff's key, its sum reserved. And whether it is new.

    Two equal wishes with two keys are two refunds; one key is one. Raises NothingToRefund, TooMuch, KeyUsed, Invalid.
    """
    order = attempts.lock(session, Order.id == order_id)
    if order is None:
        raise NothingToRefund
    payment = _chosen(order, wish)
    intent_key = f"staff:{user.id}:{order_id}:{hashlib.sha256(wish.key.encode()).hexdigest()}"
    known = session.scalar(sa.select(Refund).where(Refund.intent_key == intent_key))
    if known is not None:
        if known.wish != wish.form:
            raise KeyUsed
        session.commit()
        return known, False
    if wish.amount is not None and (words := currencies.fault(wish.amount, payment.currency)):
        raise Invalid.field("amount", words)
    refund = _reserve(session, payment, wish.amount or payment.refundable, intent_key, now)
    if wish.restock and order.status == "paid" and payment.refundable > 0:
        session.rollback()  # else what goes back on the shelf is handed over too
        raise Invalid.field("restock", "Hand the order over first, or refund all of it.")
    refund.wish = wish.form
    fulfilment.tick(session, order)
    session.commit()
    return refund, True


def _chosen(order: Order, wish: Wish) -> Payment:
    """The payment to refund. Raises NothingToRefund, Invalid."""
    if wish.payment is None:
        if order.settled_by is None:
            raise NothingToRefund
        return order.settled_by
    payment = next((each for each in order.payments if each.payment_intent == wish.payment), None)
    if payment is None:
        raise Invalid.field("payment", "This is no payment of this order.")
    if wish.restock and payment is not order.settled_by:
        raise Invalid.field("restock", "Nothing was sold for this payment.")
    return payment


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
    _move(session, payment, amount)
    key = secrets.token_urlsafe(24)
    refund = Refund(
        payment_id=payment.id,
        intent_key=intent_key,
        idem_key=key,
        body=_body(payment, amount, key),
        api_version=API_VERSION,
        amount=amount,
        status="new",
        created_at=now,
        next_check_at=now,
    )
    payment.refunds.append(refund)
    session.flush()
    return refund


def _body(payment: Payment, amount: int, key: str) -> str:
    return form({"payment_intent": payment.payment_intent, "amount": amount, "metadata": {"refund": key}})


def _move(session: Session, payment: Payment, amount: int) -> None:
    """Reserve so much more of a payment, or less. Raises TooMuch."""
    moved = session.execute(
        sa.update(Payment)
        .where(Payment.id == payment.id, Payment.refund_reserved + amount <= Payment.amount)
        .values(refund_reserved=Payment.refund_reserved + amount)
        .execution_options(synchronize_session=False)
    )
    if amount == 0 or moved.rowcount == 0:  # type: ignore[attr-defined]
        raise TooMuch
    session.refresh(payment, ["refund_reserved"])


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
    return found is not None


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
            return await gateway.create_refund(refund.body, refund.idem_key, refund.api_version)
        except PaymentError as error:
            if not error.look_up:
                raise
    async for found in gateway.refunds(refund.payment.payment_intent):
        if (found.metadata or {}).get("refund") == refund.idem_key:
            return found
    return None


def _record(session: Session, refund_id: int, found: ProviderRefund | None, now: datetime) -> None:
    order, refund = _locked(session, refund_id)
    if found is not None:
        _follow(session, order, refund, found, now)
    elif refund.provider_id is None and not refund.is_over:
        _renew(refund)
    _look_again(refund, now)
    session.commit()


def _renew(refund: Refund) -> None:
    """The provider never made it, and its key is spent: nothing can come of that one, so it goes out under another."""
    refund.idem_key, refund.first_sent_at, refund.status = secrets.token_urlsafe(24), None, "unknown"
    refund.body = _body(refund.payment, refund.amount, refund.idem_key)


def _record_failure(session: Session, refund_id: int, error: PaymentError, now: datetime) -> None:
    order, refund = _locked(session, refund_id)
    refused = error.known and not isinstance(error, Misconfigured)  # a wrong key can be mended, and then it is sent
    if refused and refund.provider_id is None and refund.status in ("new", "unknown"):
        _end(session, order, refund, "failed", f"The provider refused it: {_reason(error)}.", now)
    elif refund.status == "new":
        refund.status = "unknown"
    _look_again(refund, now)
    session.commit()


def _reason(error: PaymentError) -> str:
    return REASONS.get(error.code, str(error))


def _locked(session: Session, refund_id: int) -> tuple[Order, Refund]:
    """The refund and its order as they are now, the order locked: whoever moves its money holds this."""
    whose = sa.select(Payment.order_id).join(Payment.refunds).where(Refund.id == refund_id).scalar_subquery()
    order = attempts.lock(session, Order.id == whose)
    assert order is not None
    return order, next(each for payment in order.payments for each in payment.refunds if each.id == refund_id)


def _follow(session: Session, order: Order, refund: Refund, found: ProviderRefund, now: datetime) -> None:
    """Take over what the provider says of it. One that fails, even later, frees what was reserved for it."""
    is_news, refund.provider_id = refund.provider_id is None, found.id
    if found.status in OVER:
        words = f"It failed: {found.failure_reason or 'the provider gives no reason'}."
        _end(session, order, refund, found.status, words, now, was_taken=not is_news)
        return
    if is_news and refund.is_over:  # given up too early: the provider did make it
        _move(session, refund.payment, refund.amount)
        refund.ended_at = None
    elif refund.is_over:
        return
    refund.status, refund.problem = found.status or "pending", None
    if refund.status not in KNOWN:
        refund.status = "pending"  # the money may go back: nobody is to send it again
        refund.problem = f"It is in a state that Kiosk does not know, {found.status!r}: look at it at the provider."
    if is_news:
        if refund.restocks:
            stock.restock(session, order)
        fulfilment.tick(session, order)


def _end(
    session: Session,
    order: Order,
    refund: Refund,
    status: str,
    words: str,
    now: datetime,
    *,
    was_taken: bool = False,
) -> None:
    """It came to nothing. `was_taken`: the provider had taken it, and what was sold may be back on the shelf."""
    if refund.is_over:
        return
    refund.status, refund.ended_at = status, now
    _move(session, refund.payment, -refund.amount)
    what_of_stock = _set_aside_again(session, order) if was_taken and refund.restocks else ""
    refund.problem = f"{words} {what_of_stock}".rstrip()
    fulfilment.tick(session, order)


def _set_aside_again(session: Session, order: Order) -> str:
    """What becomes of the stock that went back on the shelf for a refund that came to nothing, in words."""
    if order.status != "paid":
        return "What the buyer gave back is on the shelf, and stays there."
    if stock.take_back(session, order):
        return "What went back on the shelf is set aside for this order again."
    return "What went back on the shelf is sold: there is nothing to hand over for this money."


def _look_again(refund: Refund, now: datetime) -> None:
    refund.lease_until = refund.next_check_at = None
    if refund.status in UNSETTLED:
        age = now - (refund.first_sent_at or refund.created_at)
        soonest = SOON if refund.provider_id is None else MINUTE
        refund.next_check_at = now + min(max(soonest, age / 2), SELDOM)


def adopt(session: Session, found: ProviderRefund, now: datetime) -> int | None:
    """The id of the payment's order; None where the payment is not in our books. Committed.

    A refund that was made at the provider by hand gets its row. Raises TooMuch where it does not fit beside our own.
    """
    whose = sa.select(Payment.order_id).where(Payment.payment_intent == found.payment_intent).scalar_subquery()
    order = attempts.lock(session, Order.id == whose)
    if order is None:
        session.commit()
        return None
    payment = next(each for each in order.payments if each.payment_intent == found.payment_intent)
    refund = _row_of(payment, found)
    if refund is None and found.status not in OVER:
        refund = _reserve(session, payment, found.amount, f"provider:{found.id}", now)
        refund.body = ""
    if refund is not None:
        _follow(session, order, refund, found, now)
        _look_again(refund, now)
    session.commit()
    return order.id


def _row_of(payment: Payment, found: ProviderRefund) -> Refund | None:
    """By the provider's id; by our key as long as the provider's id is not known: a second one with it is another."""
    marked = (found.metadata or {}).get("refund")
    by_id = (each for each in payment.refunds if each.provider_id == found.id)
    by_key = (each for each in payment.refunds if each.provider_id is None and each.idem_key == marked)
    return next(by_id, None) or next(by_key, None)
