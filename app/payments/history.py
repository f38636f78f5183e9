"""What happened to an order, in time order and in words: for staff."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Attempt, Order
from app.payments import findings
from app.payments.inbox import Closing, Event
from app.payments.money import Dispute, Payment, Refund
from app.runtime.db import now
from app.stripe.currencies import written


class Entry(msgspec.Struct, frozen=True):
    """`reference` is the provider's id where it has one; `problem` what is wrong and open, in words."""

    at: datetime
    kind: str
    status: str
    words: str
    reference: str | None
    problem: str | None


ATTEMPTS = {
    "new": "About to be sent to the provider.",
    "unknown": "Sent to the provider, and no answer came yet.",
    "open": "The buyer can pay.",
    "processing": "The buyer has paid; the money is on its way.",
    "paid": "Paid.",
    "expired": "Over, without money.",
    "rejected": "The provider would not have it, or never heard of it.",
}
PAYMENTS = {
    "settles": "Money came, and pays the order.",
    "surplus": "Money came that the order does not need; it goes back.",
    "late": "Money came too late, with nothing left to give for it; it goes back.",
}
REFUNDS = {
    "new": "About to be sent to the provider.",
    "unknown": "Sent to the provider, and no answer came yet.",
    "pending": "On its way back.",
    "requires_action": "The payer has to do something at the provider.",
    "succeeded": "Went back.",
    "failed": "Came to nothing; it can be asked for again.",
    "canceled": "Was taken back; it can be asked for again.",
}


def of(session: Session, order: Order) -> list[Entry]:
    dealt_with = findings.dealt_with(session, order.id, now())
    entries = [Entry(order.created_at, "order", order.status, f"Order {order.number} was placed.", None, None)]
    entries += (_attempt(each, dealt_with) for each in order.attempts)
    for payment in order.payments:
        entries += _money(payment, dealt_with)
    stored = sa.select(Event).where(Event.order_id == order.id)
    entries += (_event(each, dealt_with) for each in session.scalars(stored))
    entries += (_closing(each) for each in findings.closings_of(session, order.id))
    return sorted(entries, key=lambda entry: entry.at)


Subjects = set[tuple[str, str]]


def _open(problem: str | None, kind: str, subject: object, dealt_with: Subjects) -> str | None:
    return None if (kind, str(subject)) in dealt_with else problem


def _attempt(attempt: Attempt, dealt_with: Subjects) -> Entry:
    words = f"Attempt {attempt.seq}. {ATTEMPTS[attempt.status]}"
    problem = _open(attempt.problem, "attempt", attempt.id, dealt_with)
    return Entry(attempt.created_at, "attempt", attempt.status, words, attempt.session_id, problem)


def _money(payment: Payment, dealt_with: Subjects) -> Iterator[Entry]:
    words = f"{PAYMENTS[payment.disposition]} ({written(payment.amount, payment.currency)})"
    yield Entry(payment.created_at, "payment", payment.disposition, words, payment.payment_intent, None)
    for refund in payment.refunds:
        yield _refund(refund, payment, dealt_with)
    for dispute in payment.disputes:
        yield _dispute(dispute, payment, dealt_with)


def _refund(refund: Refund, payment: Payment, dealt_with: Subjects) -> Entry:
    words = f"Refund of {written(refund.amount, payment.currency)}. {REFUNDS[refund.status]}"
    problem = _open(refund.problem, "refund", refund.id, dealt_with)
    return Entry(refund.created_at, "refund", refund.status, words, refund.provider_id, problem)


def _dispute(dispute: Dispute, payment: Payment, dealt_with: Subjects) -> Entry:
    words = f"The payer disputes {written(dispute.amount, payment.currency)} at their bank."
    words += " It cannot be refunded now." if not dispute.is_charge_refundable else ""
    problem = _open(dispute.to_do, "dispute", dispute.provider_id, dealt_with)
    return Entry(dispute.created_at, "dispute", dispute.status, words, dispute.provider_id, problem)


def _event(event: Event, dealt_with: Subjects) -> Entry:
    problem = _open(event.problem, "event", event.event_id, dealt_with)
    return Entry(event.received_at, "event", event.state, f"Message {event.kind}.", event.event_id, problem)


def _closing(closing: Closing) -> Entry:
    words = f"{closing.user.username} closed what needed attention: {closing.words} Reason: {closing.reason}"
    return Entry(closing.closed_at, "finding", "closed", words, closing.finding, None)
