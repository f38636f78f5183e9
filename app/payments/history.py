"""The history of an order for staff: what happened, in words and in the order of time."""

from collections.abc import Iterable, Iterator
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.payments import findings
from app.payments.ledger import Ledger
from app.payments.models import (
    Attempt,
    AttemptStatus,
    Closing,
    Disposition,
    Dispute,
    Event,
    Payment,
    Refund,
    RefundStatus,
)
from app.payments.schemas import HistoryEntry
from app.runtime.db import utcnow
from app.stripe.currencies import written

ATTEMPTS: dict[AttemptStatus, str] = {
    "new": "About to be sent to the provider.",
    "unknown": "Sent to the provider, and no answer came yet.",
    "open": "The buyer can pay.",
    "processing": "The buyer has paid; the money is on its way.",
    "paid": "Paid.",
    "expired": "Over, without money.",
    "rejected": "The provider refused it, or never received it.",
}
PAYMENTS: dict[Disposition, str] = {
    "settles": "Money came, and pays the order.",
    "surplus": "Money came that the order does not need; it goes back.",
    "late": "Money came too late, with nothing left to give for it; it goes back.",
}
REFUNDS: dict[RefundStatus, str] = {
    "new": "About to be sent to the provider.",
    "unknown": "Sent to the provider, and no answer came yet.",
    "pending": "On its way back.",
    "requires_action": "The payer has to do something at the provider.",
    "succeeded": "Went back.",
    "failed": "Came to nothing; it can be asked for again.",
    "canceled": "Was taken back; it can be asked for again.",
}

Subjects = set[tuple[str, str]]
"""(kind, subject) of findings that are closed: their problems are not shown."""


def of(session: Session, order: Order) -> list[HistoryEntry]:
    """Each attempt, payment, refund, dispute and event of the order, and each finding that was closed."""
    [ledger] = Ledger.of(session, [order])
    events = session.scalars(sa.select(Event).where(Event.order_id == order.id)).all()
    closed = findings.dealt_with(session, order.id, utcnow()) if _has_problems(ledger, events) else set()
    entries = [HistoryEntry(order.created_at, "order", order.status, f"Order {order.number} was placed.", None, None)]
    entries += (_attempt(each, closed) for each in ledger.attempts)
    for payment in ledger.payments:
        entries += _money(payment, closed)
    entries += (_event(each, closed) for each in events)
    entries += (_closing(each) for each in findings.closings_of(session, order.id))
    return sorted(entries, key=lambda entry: entry.at)


def _has_problems(ledger: Ledger, events: Iterable[Event]) -> bool:
    """Whether there is anything that staff may have closed. To look for what they did reads the findings of all."""
    refunds = chain.from_iterable(each.refunds for each in ledger.payments)
    disputes = chain.from_iterable(each.disputes for each in ledger.payments)
    return any(
        (
            *(each.problem for each in ledger.attempts),
            *(each.problem for each in refunds),
            *(each.to_do for each in disputes),
            *(each.problem for each in events),
        )
    )


def _unclosed(problem: str | None, kind: str, subject: object, closed: Subjects) -> str | None:
    return None if (kind, str(subject)) in closed else problem


def _attempt(attempt: Attempt, closed: Subjects) -> HistoryEntry:
    words = f"Attempt {attempt.seq}. {ATTEMPTS[attempt.status]}"
    problem = _unclosed(attempt.problem, "attempt", attempt.id, closed)
    return HistoryEntry(attempt.created_at, "attempt", attempt.status, words, attempt.session_id, problem)


def _money(payment: Payment, closed: Subjects) -> Iterator[HistoryEntry]:
    words = f"{PAYMENTS[payment.disposition]} ({written(payment.amount, payment.currency)})"
    if payment.amount == 0 and payment.disposition == "settles":
        words = "Nothing was left to pay: a promotion code took all of it off."
    yield HistoryEntry(payment.created_at, "payment", payment.disposition, words, payment.payment_intent, None)
    for refund in payment.refunds:
        yield _refund(refund, payment, closed)
    for dispute in payment.disputes:
        yield _dispute(dispute, payment, closed)


def _refund(refund: Refund, payment: Payment, closed: Subjects) -> HistoryEntry:
    words = f"Refund of {written(refund.amount, payment.currency)}. {REFUNDS[refund.status]}"
    problem = _unclosed(refund.problem, "refund", refund.id, closed)
    return HistoryEntry(refund.created_at, "refund", refund.status, words, refund.provider_id, problem)


def _dispute(dispute: Dispute, payment: Payment, closed: Subjects) -> HistoryEntry:
    words = f"The payer disputes {written(dispute.amount, payment.currency)} at their bank."
    words += " It cannot be refunded now." if not dispute.is_charge_refundable else ""
    problem = _unclosed(dispute.to_do, "dispute", dispute.provider_id, closed)
    return HistoryEntry(dispute.created_at, "dispute", dispute.status, words, dispute.provider_id, problem)


def _event(event: Event, closed: Subjects) -> HistoryEntry:
    problem = _unclosed(event.problem, "event", event.event_id, closed)
    return HistoryEntry(event.received_at, "event", event.state, f"Event {event.kind}.", event.event_id, problem)


def _closing(closing: Closing) -> HistoryEntry:
    words = f"{closing.user.username} closed what needed attention: {closing.words} Reason: {closing.reason}"
    return HistoryEntry(closing.closed_at, "finding", "closed", words, closing.finding, None)
