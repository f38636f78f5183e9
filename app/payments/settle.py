"""Settle: ask the provider how an attempt stands, and bring the order in line. The only way an order becomes paid."""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.orders import stock
from app.orders.models import LEASE, Attempt, Order
from app.payments import attempts, refunds
from app.payments.money import Payment
from app.runtime.async_bridge import blocking
from app.runtime.db import now as at_once
from app.runtime.log_context import note
from app.stripe.errors import NotFound, PaymentError
from app.stripe.gateway import Gateway
from app.stripe.schemas import CheckoutSession
from app.todos.models import Todo

log = logging.getLogger(__name__)


async def settle(session: Session, gateway: Gateway, attempt_id: int, session_id: str | None = None) -> bool:
    """Whether the attempt is in line now; if not, somebody else has it, or the provider did not answer.

    `session_id` is the provider's, for an attempt whose own answer was never recorded. Webhook, return page and sweep
    may all come at once: the lease lets one of them through. Of an order that waits for no money the session is ended.
    """
    attempt = await blocking(claim, session, attempt_id, at_once())
    if attempt is None:
        return False
    try:
        found, in_line = await _ask(session, gateway, attempt, session_id), True
        if found is not None:
            over = await _is_over(gateway, found)
            in_line = await blocking(_bring_in_line, session, gateway, attempt_id, found, over=over, now=at_once())
    except PaymentError as error:
        log.warning("attempt %s cannot be settled now: %s", attempt_id, error)
        await blocking(_put_off, session, gateway, attempt_id, error, at_once())
        return False
    finally:
        await blocking(let_go, session, attempt_id)
    return in_line


def claim(session: Session, attempt_id: int, now: datetime) -> Attempt | None:
    """The attempt, with its order, leased; None where somebody else has it."""
    free = Attempt.lease_until.is_(None) | (Attempt.lease_until < now)
    claimed = session.execute(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, free)
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    found = None
    if claimed.rowcount:  # type: ignore[attr-defined]
        query = sa.select(Attempt).where(Attempt.id == attempt_id).execution_options(populate_existing=True)
        found = session.scalars(query.options(sa.orm.joinedload(Attempt.order))).one()
        note(order_id=found.order_id)
    session.commit()
    return found


def let_go(session: Session, attempt_id: int) -> None:
    session.rollback()
    session.execute(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def _put_off(session: Session, gateway: Gateway, attempt_id: int, error: PaymentError, now: datetime) -> None:
    session.rollback()
    order, attempt = attempts.locked(session, attempt_id)
    if attempt.is_live:
        attempt.check_again(now)
        if isinstance(error, NotFound):
            is_other = is_test(gateway, attempt) is gateway.livemode
            why = "it is of the other mode, test or live." if is_other else "is its key another account's?"
            attempt.problem = f"The provider does not know session {attempt.session_id}: {why}"
            log.error("order %s: %s", order.id, attempt.problem)
            if not order.waits and gateway.livemode and is_other:  # a test, and no money can come of it
                attempts.bury(session, order, attempt, "expired", now)
    session.commit()


def is_test(gateway: Gateway, attempt: Attempt) -> bool:
    """Whether no real money can come of an attempt, as its session's id tells: `cs_test_…` or `cs_live_…`.

    Where it has none yet, or the id does not tell, it is taken for one of the gateway's own mode.
    """
    name = attempt.session_id or ""
    return name.startswith("cs_test_") or (not name.startswith("cs_live_") and not gateway.livemode)


async def _ask(session: Session, gateway: Gateway, attempt: Attempt, session_id: str | None) -> CheckoutSession | None:
    """The session as it stands; None where there is none, or none yet."""
    known, order = attempt.session_id or session_id, attempt.order  # to load it later would open a transaction
    if known is None and attempt.is_live:
        found = await attempts.resolve(session, gateway, attempt)
        if order.waits:
            return found
        known = found.id if found else await blocking(_session_id, session, attempt.id)
    if known is None:
        return None
    found = await gateway.get_session(known)
    is_its_own = attempt.session_id == found.id or not mismatch(gateway, order, attempt, found)
    if found.status != "open" or (order.waits and attempt.is_live) or not is_its_own:
        return found
    return await end(gateway, found)


async def end(gateway: Gateway, found: CheckoutSession) -> CheckoutSession:
    """An open session that nobody is to pay any more, ended; as it was where the provider does not answer."""
    try:
        return await gateway.expire_session(found.id)
    except PaymentError as error:
        log.info("session %s cannot be ended: %s", found.id, error)
        return await gateway.get_session(found.id) if error.known else found  # known: paid at this very instant


def _session_id(session: Session, attempt_id: int) -> str | None:
    found = session.scalar(sa.select(Attempt.session_id).where(Attempt.id == attempt_id))
    session.commit()
    return found


async def _is_over(gateway: Gateway, found: CheckoutSession) -> bool:
    """Whether a complete session waits for money in vain: only its intent tells a slow payment from a failed one."""
    if found.status != "complete" or found.payment_status != "unpaid" or not found.payment_intent:
        return False
    try:
        return (await gateway.get_intent(found.payment_intent)).over
    except NotFound:
        return False


def _bring_in_line(
    session: Session, gateway: Gateway, attempt_id: int, found: CheckoutSession, *, over: bool, now: datetime
) -> bool:
    """One transaction, with the order locked. What it finds done already it leaves as it is.

    Whether that was all: not where a session can still be paid of an order that waits for no money any more.
    """
    order, attempt = attempts.locked(session, attempt_id)
    wrong = mismatch(gateway, order, attempt, found)
    if wrong and not (found.is_dead and attempt.session_id == found.id):  # else it is over, whatever is wrong with it
        attempt.problem = f"Session {found.id} is not what was asked for: {wrong}."
        attempt.check_again(now)
        log.error("order %s: %s", order.id, attempt.problem)
    else:
        attempt.session_id, attempt.problem = found.id, _unknown(found)
        follow(session, order, attempt, found, over=over, now=now)
    session.commit()
    return order.waits or attempt.status != "open"


def mismatch(gateway: Gateway, order: Order, attempt: Attempt, found: CheckoutSession) -> str:
    """What makes this somebody else's session, in words; empty where nothing does."""
    if found.client_reference_id != str(order.id):
        return f"its reference is {found.client_reference_id!r}"
    if attempt.session_id not in (None, found.id):
        return f"the attempt has session {attempt.session_id}"
    if found.livemode is not gateway.livemode:
        return "it is of the other mode, test or live"
    return ""


def _unknown(found: CheckoutSession) -> str | None:
    """What a person has to look at, since a state of the session means nothing to Kiosk."""
    if not found.unknown:
        return None
    money = "Its money is there and counts." if found.is_paid else "Whether money comes of it cannot be told."
    return f"Session {found.id} is in a state that Kiosk does not know, {found.unknown}. {money} Look at the provider."


def follow(
    session: Session, order: Order, attempt: Attempt, found: CheckoutSession, *, over: bool, now: datetime
) -> None:
    if found.is_paid:
        attempt.status, attempt.next_check_at = "paid", None
        _money_came(session, order, attempt, found, now)
    elif found.is_dead or over:
        if attempt.is_live:
            attempts.bury(session, order, attempt, "expired", now)
    elif found.status == "complete" and not found.unknown:
        attempt.status = "processing"
        attempt.check_again(now)
        if order.status == "pending":
            order.move("processing")
    else:
        if attempt.status in ("new", "unknown"):
            attempt.status, attempt.url = "open", found.url
        attempt.check_again(now, soon=not order.waits)


def _money_came(session: Session, order: Order, attempt: Attempt, found: CheckoutSession, now: datetime) -> None:
    intent = found.payment_intent or f"none:{found.id}"  # nothing to pay, nothing to refund: no intent
    if any(payment.payment_intent == intent for payment in order.payments):
        return
    attempt.payment_intent = intent
    amount, currency = found.amount_total or 0, (found.currency or "").upper()
    right = amount == order.total and currency == order.currency
    settles = right and not order.is_paid and _stock_is_there(session, order)
    disposition = "settles" if settles else "late" if right and not order.is_paid else "surplus"
    payment = Payment(
        payment_intent=intent,
        amount=amount,
        currency=currency,
        refund_reserved=0,
        disposition=disposition,
        created_at=now,
    )
    order.payments.append(payment)
    session.flush()
    if settles:
        _paid(session, order, attempt, now)
        return
    log.error("order %s: payment %s is %s and goes back", order.id, intent, disposition)
    refunds.give_back(session, payment, now)
    attempts.wind_up(session, order, now)


def _stock_is_there(session: Session, order: Order) -> bool:
    """Set aside still, or once more: late money is honoured where there is something to give for it."""
    if stock.stand(order):
        return True
    try:
        with session.begin_nested():
            stock.take_again(session, order)
    except stock.SoldOut:
        session.refresh(order, ["holds"])
        return False
    return True


def _paid(session: Session, order: Order, attempt: Attempt, now: datetime) -> None:
    order.mark_paid(now)
    stock.consume(session, order)
    if order.live_attempt is not None:
        order.live_attempt.next_check_at = now  # nobody is to pay twice: its session is ended
    session.add(Todo(order_id=order.id, title=f"Hand over order {order.number}", created_at=now))
    # Not by the order's id: a mailbox shows no second mail of one Message-ID, and after a restore the id is another's.
    mail.queue(session, "receipt", {"order": order.id}, once=f"receipt:{attempt.idem_key}")
