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
from app.runtime.languages import Sentence, Verbatim
from app.stripe.currencies import written

ATTEMPTS: dict[AttemptStatus, str] = {
    "new": Sentence("About to be sent to the provider."),
    "unknown": Sentence("Sent to the provider, and no answer came yet."),
    "open": Sentence("The buyer can pay."),
    "processing": Sentence("The buyer has paid; the money is on its way."),
    "paid": Sentence("Paid."),
    "expired": Sentence("Over, without money."),
    "rejected": Sentence("The provider refused it, or never received it."),
}
PAYMENTS: dict[Disposition, str] = {
    "settles": Sentence("Money came, and pays the order."),
    "surplus": Sentence("Money came that the order does not need; it goes back."),
    "late": Sentence("Money came too late, with nothing left to give for it; it goes back."),
}
REFUNDS: dict[RefundStatus, str] = {
    "new": Sentence("About to be sent to the provider."),
    "unknown": Sentence("Sent to the provider, and no answer came yet."),
    "pending": Sentence("On its way back."),
    "requires_action": Sentence("The payer has to do something at the provider."),
    "succeeded": Sentence("Went back."),
    "failed": Sentence("Came to nothing; it can be asked for again."),
    "canceled": Sentence("Was taken back; it can be asked for again."),
}

Subjects = set[tuple[str, str]]
"""(kind, subject) of findings that are closed: their problems are not shown."""


def of(session: Session, order: Order) -> list[HistoryEntry]:
    """Each attempt, payment, refund, dispute and event of the order, and each finding that was closed."""
    [ledger] = Ledger.of(session, [order])
    events = session.scalars(sa.select(Event).where(Event.order_id == order.id)).all()
    closed = findings.dealt_with(session, order.id, utcnow()) if _has_problems(ledger, events) else set()
    entries = [_placed(order)]
    entries += (_attempt(each, closed) for each in ledger.attempts)
    for payment in ledger.payments:
        entries += _money(payment, closed)
    entries += (_event(each, closed) for each in events)
    entries += (_closing(each) for each in findings.closings_of(session, order.id))
    return sorted(entries, key=lambda entry: entry.at)


def _placed(order: Order) -> HistoryEntry:
    words = Sentence("Order {number} was placed.", number=order.number)
    return HistoryEntry(order.created_at, "order", order.status, words, None, None)


def _has_problems(ledger: Ledger, events: Iterable[Event]) -> bool:
    """Whether staff may have closed a finding of the order. Only then are the findings of all orders read."""
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
    words = Sentence("Attempt {number}. {state}", number=attempt.seq, state=ATTEMPTS[attempt.status])
    problem = _unclosed(attempt.problem, "attempt", attempt.id, closed)
    return HistoryEntry(attempt.created_at, "attempt", attempt.status, words, attempt.session_id, problem)


def _money(payment: Payment, closed: Subjects) -> Iterator[HistoryEntry]:
    money = written(payment.amount, payment.currency)
    words = Sentence("{what} ({money})", what=PAYMENTS[payment.disposition], money=money)
    if payment.amount == 0 and payment.disposition == "settles":
        words = Sentence("Nothing was left to pay: a promotion code took all of it off.")
    yield HistoryEntry(payment.created_at, "payment", payment.disposition, words, payment.payment_intent, None)
    for refund in payment.refunds:
        yield _refund(refund, payment, closed)
    for dispute in payment.disputes:
        yield _dispute(dispute, payment, closed)


def _refund(refund: Refund, payment: Payment, closed: Subjects) -> HistoryEntry:
    money = written(refund.amount, payment.currency)
    words = Sentence("Refund of {money}. {state}", money=money, state=REFUNDS[refund.status])
    problem = _unclosed(refund.problem, "refund", refund.id, closed)
    return HistoryEntry(refund.created_at, "refund", refund.status, words, refund.provider_id, problem)


def _dispute(dispute: Dispute, payment: Payment, closed: Subjects) -> HistoryEntry:
    money = written(dispute.amount, payment.currency)
    words = Sentence("The payer disputes {money} at their bank.", money=money)
    if not dispute.is_charge_refundable:
        words = Sentence("The payer disputes {money} at their bank. It cannot be refunded now.", money=money)
    problem = _unclosed(dispute.to_do, "dispute", dispute.provider_id, closed)
    return HistoryEntry(dispute.created_at, "dispute", dispute.status, words, dispute.provider_id, problem)


def _event(event: Event, closed: Subjects) -> HistoryEntry:
    problem = _unclosed(event.problem, "event", event.event_id, closed)
    words = Sentence("Event {kind}.", kind=event.kind)
    return HistoryEntry(event.received_at, "event", event.state, words, event.event_id, problem)


def _closing(closing: Closing) -> HistoryEntry:
    words = Sentence(
        "{username} closed what needed attention: {what} Reason: {reason}",
        username=Verbatim(closing.user.username),
        what=closing.words,
        reason=Verbatim(closing.reason),
    )
    return HistoryEntry(closing.closed_at, "finding", "closed", words, closing.finding, None)
