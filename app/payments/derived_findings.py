"""Findings that our own rows tell: attempts, events, refunds and disputes that no rule can settle."""

import hashlib
from datetime import datetime, timedelta
from operator import attrgetter

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.payments.models import (
    CAME_TO_NOTHING,
    STANDS,
    UNANSWERED,
    UNDECIDED,
    Attempt,
    Dispute,
    Event,
    Payment,
    Refund,
)
from app.runtime.languages import Sentence
from app.stripe.currencies import written

DERIVED = ("attempt", "event", "refund", "dispute")
"""The kinds of these findings. The audit has the others."""

STUCK = timedelta(hours=24)
SILENCE = str(Sentence("What became of it is unknown for a day."))
SILENCE_IN_IDS = "Nobody knows for a day what became of it."
"""Part of the ids of findings that are there, and so never changed."""


class Observation(msgspec.Struct, frozen=True):
    """Something that staff have to look at, in words, and since when. With an id it is a finding.

    `facts` is a digest of what it is about. It is made of random keys and of the provider's ids, so that two
    observations never have the same; ids of rows may be given again after a restore. Words may change without it.
    """

    kind: str
    subject: str
    words: str
    order_id: int | None
    facts: str | None
    found_at: datetime


def digest(*facts: object) -> str:
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()


def of_rows(session: Session, now: datetime) -> list[Observation]:
    """A few queries, whose cost does not grow with the rows that are in order."""
    return [*_attempts(session, now), *_events(session), *_refunds(session), *_disputes(session)]


def _attempts(session: Session, now: datetime) -> list[Observation]:
    stuck = Attempt.status.in_(("new", "unknown")) & (Attempt.created_at < now - STUCK)
    each_by_its_index = (sa.select(Attempt.id).where(each) for each in (Attempt.problem.is_not(None), stuck))
    query = sa.select(Attempt).where(Attempt.id.in_(sa.union(*each_by_its_index)))
    return [
        Observation(
            "attempt",
            str(each.id),
            each.problem or SILENCE,
            each.order_id,
            digest("attempt", each.idem_key, each.problem or SILENCE_IN_IDS),
            each.created_at,
        )
        for each in session.scalars(query)
    ]


def _events(session: Session) -> list[Observation]:
    columns = (Event.event_id, Event.kind, Event.problem, Event.order_id, Event.received_at)
    query = sa.select(*columns).where(Event.state == "failed")
    return [
        Observation(
            "event",
            each.event_id,
            str(Sentence("Event {kind} cannot be worked on: {problem}", kind=each.kind, problem=each.problem)),
            each.order_id,
            digest("event", each.event_id),
            each.received_at,
        )
        for each in session.execute(query)
    ]


def _refunds(session: Session) -> list[Observation]:
    may_be_wrong = Refund.status.in_((*CAME_TO_NOTHING, "pending")) & (
        Refund.status.in_(CAME_TO_NOTHING) | Refund.problem.is_not(None)
    )
    query = sa.select(Payment).where(Payment.id.in_(sa.select(Refund.payment_id).where(may_be_wrong)))
    query = query.options(selectinload(Payment.refunds), selectinload(Payment.disputes))
    payments, seen = session.scalars(query.execution_options(populate_existing=True)), list[Observation]()
    for payment in sorted(payments, key=attrgetter("id")):
        in_doubt = (each for each in payment.refunds if each.problem and not each.came_to_nothing)
        seen += [_refund(payment, each) for each in (*payment.still_to_go_back, *in_doubt)]
    return seen


def _refund(payment: Payment, refund: Refund) -> Observation:
    facts = digest("refund", refund.idem_key, refund.status, refund.problem)
    since = refund.ended_at or refund.created_at
    return Observation("refund", str(refund.id), str(_failed(payment, refund)), payment.order_id, facts, since)


def _failed(payment: Payment, refund: Refund) -> Sentence:
    values = {"money": written(refund.amount, payment.currency), "problem": refund.problem}
    if payment.disposition == "surplus":
        return Sentence("Refund of {money} that no order needs: {problem}", **values)
    if payment.disposition == "late":
        return Sentence("Refund of {money} that came too late: {problem}", **values)
    return Sentence("Refund of {money}: {problem}", **values)


def _disputes(session: Session) -> list[Observation]:
    stands = sa.text(f"disputes.{STANDS}")
    query = sa.select(Dispute, Payment).join(Payment, Payment.id == Dispute.payment_id)
    query = query.where(stands, Dispute.status.not_in(UNDECIDED))
    return [
        Observation(
            "dispute",
            each.provider_id,
            _disputed(each, payment),
            payment.order_id,
            digest("dispute", each.provider_id, each.status, each.amount),
            each.created_at,
        )
        for each, payment in session.execute(query)
    ]


def _disputed(dispute: Dispute, payment: Payment) -> str:
    money = written(dispute.amount, payment.currency)
    if dispute.is_lost:
        return str(Sentence("The dispute over {money} is lost. {to_do}", money=money, to_do=dispute.to_do))
    if dispute.status in UNANSWERED:
        return str(Sentence("{money} are disputed: answer at the provider.", money=money))
    return str(
        Sentence(
            "{money} are disputed: it is in a state that Kiosk does not know, {status}: look at it at the provider.",
            money=money,
            status=repr(dispute.status),
        )
    )
