"""What the database knows of the shop's standing, read when somebody scrapes: the same from every process."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.mail.models import Outgoing
from app.ops.probe import Hangs, Probe
from app.orders.models import NEXT, Order
from app.payments import events, findings
from app.payments.audit import AUDITED
from app.payments.derived_findings import DERIVED
from app.payments.models import LIVE, UNSETTLED, Attempt, Event, Refund
from app.runtime.db import db, now
from app.runtime.schedule import TURN, Chore

if TYPE_CHECKING:
    from prometheus_client import Metric

KEPT_SECONDS = 5
PATIENCE_SECONDS = 3
UNHEARD = ("new", "unknown")
"""States of an attempt or a refund of which nobody knows what became of it."""


class Standing(msgspec.Struct, frozen=True):
    """Counts by name; ages in seconds; `last_turn` as Unix time."""

    orders: dict[str, int]
    attempts: dict[str, int]
    events: dict[str, int]
    refunds: dict[str, int]
    mails: int
    mails_given_up: int
    ages: dict[str, float]
    needed: dict[str, int]
    last_turn: int


def standing(session: Session, moment: datetime) -> Standing:
    """A few queries, all but the first by an index over what is unfinished."""
    needed = Counter(each.kind for each in findings.unclosed(session, moment))
    given_up = Outgoing.done_at.is_(None) & (Outgoing.tries > 0) & Outgoing.next_try_at.is_(None)
    unsent = Outgoing.done_at.is_(None) & ~given_up
    ages = {
        "attempt": _age(session, Attempt.created_at, Attempt.status.in_(UNHEARD), moment),
        "event": _age(session, Event.received_at, Event.state == "new", moment),
        "refund": _age(session, Refund.created_at, Refund.status.in_(UNHEARD), moment),
        "mail": _age(session, Outgoing.created_at, unsent, moment),
    }
    return Standing(
        orders=_count(session, Order.status, tuple(NEXT)),
        attempts=_count(session, Attempt.status, LIVE),
        events=_count(session, Event.state, events.UNDONE),
        refunds=_count(session, Refund.status, UNSETTLED),
        mails=_mails(session, unsent),
        mails_given_up=_mails(session, given_up),
        ages=ages,
        needed={kind: needed[kind] for kind in sorted({*DERIVED, *AUDITED, *needed})},
        last_turn=session.scalar(sa.select(Chore.reached).where(Chore.name == TURN)) or 0,
    )


def _count(session: Session, column: Any, states: tuple[str, ...]) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).where(column.in_(states)).group_by(column)
    found = session.execute(query).all()
    return dict.fromkeys(states, 0) | {row[0]: row[1] for row in found}


def _mails(session: Session, which: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Outgoing).where(which)) or 0


def _age(session: Session, column: Any, unfinished: sa.ColumnElement[bool], moment: datetime) -> float:
    oldest = session.scalar(sa.select(sa.func.min(column)).where(unfinished))
    return max(0.0, (moment - oldest).total_seconds()) if oldest else 0.0


class Books:
    """A collector for prometheus-client. A database that hangs or is away costs the scrape these figures alone."""

    def __init__(self, app: Flask) -> None:
        def ask() -> Standing:
            with app.app_context():
                return standing(db.session(), now())

        self.probe = Probe(ask, PATIENCE_SECONDS, KEPT_SECONDS)

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily as Gauge

        try:
            found = self.probe.answer()
        except (Hangs, SQLAlchemyError):
            found = None
        yield Gauge("kiosk_database_up", "1 while the database answers.", value=found is not None)
        for name, words, label, values in _families(found):
            family = Gauge(f"kiosk_{name}", words, labels=[label] if label else [])
            for value, number in values.items():
                family.add_metric([value] if label else [], number)
            yield family


def _families(found: Standing | None) -> Iterator[tuple[str, str, str, Mapping[str, float]]]:
    """(name, words, label, value by label), without values where the database did not answer."""
    none: dict[str, Any] = {}
    yield "orders", "Orders, by state.", "status", found.orders if found else none
    yield "attempts", "Attempts that may still bring money, by state.", "status", found.attempts if found else none
    yield "events", "Messages of the provider that are not done.", "state", found.events if found else none
    yield "refunds", "Refunds that are not over.", "status", found.refunds if found else none
    yield "mails_waiting", "Mails that are not sent yet.", "", {"": found.mails} if found else none
    given_up = {"": found.mails_given_up} if found else none
    yield "mails_given_up", "Mails that nobody will try to send again.", "", given_up
    yield "oldest_unfinished_seconds", "Age of the oldest that is unfinished.", "kind", found.ages if found else none
    yield "needs_person", "What no rule settles, by kind.", "kind", found.needed if found else none
    yield (
        "worker_last_turn_timestamp_seconds",
        "When a worker last came to the end of a sweep.",
        "",
        {"": found.last_turn} if found else none,
    )
