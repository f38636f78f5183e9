"""What `/metrics` shows of payments: what a sweep brings in line, what is unfinished, and what needs a person."""

import collections
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.payments import events, findings
from app.payments.audit import AUDITED
from app.payments.derived_findings import DERIVED
from app.payments.models import LIVE, UNSETTLED, Attempt, Event, Refund
from app.payments.sweep import mended
from app.runtime.metrics import Counter, DatabaseGauge, age, counts

UNHEARD = ("new", "unknown")
"""States of an attempt or a refund that was sent, and whose outcome is not known."""

METRICS = (Counter("mended", "What a sweep brought in line.", mended, ("kind",)),)


def _ages(session: Session, now: datetime) -> Mapping[str, float]:
    return {
        "attempt": age(session, Attempt.created_at, Attempt.status.in_(UNHEARD), now),
        "event": age(session, Event.received_at, Event.state == "new", now),
        "refund": age(session, Refund.created_at, Refund.status.in_(UNHEARD), now),
    }


def _findings(session: Session, now: datetime) -> Mapping[str, float]:
    """By kind; 0 for a kind that there could be and is not."""
    by_kind = collections.Counter(each.kind for each in findings.unclosed(session, now))
    return {kind: by_kind[kind] for kind in sorted({*DERIVED, *AUDITED, *by_kind})}


GAUGES = (
    DatabaseGauge(
        "attempts",
        "Attempts that may still bring money, by state.",
        "status",
        lambda session, _: counts(session, Attempt.status, LIVE),
    ),
    DatabaseGauge(
        "events",
        "Events of the provider that are not done.",
        "state",
        lambda session, _: counts(session, Event.state, events.UNDONE),
    ),
    DatabaseGauge(
        "refunds",
        "Refunds that may still change.",
        "status",
        lambda session, _: counts(session, Refund.status, UNSETTLED),
    ),
    DatabaseGauge("oldest_unfinished_seconds", "Age of the oldest that is unfinished.", "kind", _ages),
    DatabaseGauge("needs_person", "What no rule settles, by kind.", "kind", _findings),
)
