"""What the provider says of a session, applied to the attempt, its order and its payments. The caller holds the lock.

This is the only code that makes an order paid.
"""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from app.orders import service as orders
from app.orders import stock
from app.orders.models import Order
from app.payments import cancel, charged, collected, refunds
from app.payments.ledger import Ledger
from app.payments.models import Attempt, Disposition, Payment
from app.runtime.config import settings
from app.runtime.languages import Sentence
from app.stripe.gateway import Gateway
from app.stripe.schemas import CheckoutSession

log = logging.getLogger(__name__)


def mismatch(gateway: Gateway, order: Order, attempt: Attempt, told: CheckoutSession) -> str:
    """Why this session cannot be the attempt's, in words; empty where it can."""
    if told.client_reference_id != str(order.id):
        return Sentence("its reference is {reference}", reference=repr(told.client_reference_id))
    if attempt.session_id not in (None, told.id):
        return Sentence("the attempt has session {id}", id=attempt.session_id)
    if told.livemode is not gateway.livemode:
        return Sentence("it is of the other mode, test or live")
    return ""


def is_test(gateway: Gateway, attempt: Attempt) -> bool:
    """Whether the attempt can bring no real money. Its session's id begins with `cs_test_` or `cs_live_`.

    An attempt without a session, or with another id, counts as one of the gateway's own mode.
    """
    name = attempt.session_id or ""
    return name.startswith("cs_test_") or (not name.startswith("cs_live_") and not gateway.livemode)


def bring_in_line(
    session: Session, gateway: Gateway, attempt_id: int, told: CheckoutSession, *, is_over: bool, now: datetime
) -> bool:
    """Apply the session's state in one transaction. What was applied before stays as it is.

    `is_over`: the session is complete and its money will not come. False where the session can still be paid although
    its order needs no money any more.
    """
    ledger, attempt = Ledger.lock_by_attempt(session, attempt_id)
    wrong = mismatch(gateway, ledger.order, attempt, told)
    if wrong and not (told.is_dead and attempt.session_id == told.id):  # a dead one is over, whatever is wrong with it
        attempt.problem = str(Sentence("Session {id} is not what was asked for: {wrong}.", id=told.id, wrong=wrong))
        attempt.put_off(now)
        log.error("order %s: %s", ledger.order.id, attempt.problem)
    else:
        attempt.session_id, attempt.problem = told.id, _unknown(told)
        follow(session, ledger, attempt, told, is_over=is_over, now=now)
    session.commit()
    return ledger.order.is_unpaid or attempt.status != "open"


def _unknown(told: CheckoutSession) -> str | None:
    """What staff have to look at, where Kiosk does not know the session's state."""
    if not told.unknown:
        return None
    counts = Sentence("Its money is there and counts.")
    money = counts if told.is_paid else Sentence("Whether money comes of it cannot be told.")
    return str(
        Sentence(
            "Session {id} is in a state that Kiosk does not know, {state}. {money} Look at the provider.",
            id=told.id,
            state=told.unknown,
            money=money,
        )
    )


def follow(
    session: Session, ledger: Ledger, attempt: Attempt, told: CheckoutSession, *, is_over: bool, now: datetime
) -> None:
    """Move the attempt, and its order, to where the session is."""
    order = ledger.order
    if told.is_paid:
        attempt.status, attempt.next_try_at = "paid", None
        _record_money(session, ledger, attempt, told, now)
    elif told.is_dead or is_over:
        if attempt.is_live:
            cancel.mark_dead(session, ledger, attempt, "expired", now)
    elif told.status == "complete" and not told.unknown:
        attempt.status = "processing"
        attempt.put_off(now)
        if order.status == "pending":
            order.move("processing")
    else:
        if attempt.status in ("new", "unknown"):
            attempt.status, attempt.url = "open", told.url
        attempt.put_off(now, soon=not order.is_unpaid)


def _record_money(session: Session, ledger: Ledger, attempt: Attempt, told: CheckoutSession, now: datetime) -> None:
    intent = told.payment_intent or f"none:{told.id}"  # a session over nothing has no intent, and nothing to refund
    if any(payment.payment_intent == intent for payment in ledger.payments):
        return
    attempt.payment_intent = intent
    is_wanted = _is_wanted(ledger, told)
    is_stock_there = is_wanted and _secure_stock(session, ledger.order)
    disposition: Disposition = "settles" if is_stock_there else "late" if is_wanted else "surplus"
    payment = Payment(
        payment_intent=intent,
        order_id=ledger.order.id,
        amount=told.total,
        currency=(told.currency or "").upper(),
        refund_reserved=0,
        disposition=disposition,
        created_at=now,
    )
    ledger.payments.append(payment)
    session.add(payment)
    session.flush()
    if payment.disposition == "settles":
        charged.record(ledger.order, told)
        collected.keep(settings(), ledger.order, told)
        orders.mark_paid(session, ledger.order, attempt.idem_key, now)
        if ledger.live_attempt is not None:
            ledger.live_attempt.next_try_at = now  # its session is ended, so that the buyer cannot pay twice
        return
    log.error("order %s: payment %s is %s and goes back", ledger.order.id, intent, payment.disposition)
    refunds.give_back(session, payment, now)
    cancel.wind_up(session, ledger, now)


def _is_wanted(ledger: Ledger, told: CheckoutSession) -> bool:
    """Whether the order waits for money, and for this. One that was free and is cancelled waits for none."""
    order = ledger.order
    if order.is_paid or ledger.settled_by is not None:
        return False
    if words := charged.fault(order, told):
        log.error("order %s: session %s is not its money: %s", order.id, told.id, words)
    return not words


def _secure_stock(session: Session, order: Order) -> bool:
    """Set aside again what was released. True where all is set aside now, so that late money is welcome.

    False where it is not all there; nothing is taken then.
    """
    if stock.is_held(order):
        return True
    try:
        with session.begin_nested():
            stock.take_again(session, order)
    except stock.SoldOut:
        session.refresh(order, ["holds"])
        return False
    return True
