"""What `/metrics` shows of mails."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail.models import Outgoing
from app.runtime.metrics import DatabaseGauge, age

GIVEN_UP = Outgoing.done_at.is_(None) & (Outgoing.tries > 0) & Outgoing.next_try_at.is_(None)
WAITING = Outgoing.done_at.is_(None) & ~GIVEN_UP


def _number(session: Session, condition: sa.ColumnElement[bool]) -> Mapping[str, float]:
    return {"": session.scalar(sa.select(sa.func.count()).select_from(Outgoing).where(condition)) or 0}


GAUGES = (
    DatabaseGauge("mails_waiting", "Mails that are not sent yet.", "", lambda session, _: _number(session, WAITING)),
    DatabaseGauge(
        "mails_given_up", "Mails that are not tried again.", "", lambda session, _: _number(session, GIVEN_UP)
    ),
    DatabaseGauge(
        "oldest_unfinished_seconds",
        "Age of the oldest that is unfinished.",
        "kind",
        lambda session, now: {"mail": age(session, Outgoing.created_at, WAITING, now)},
    ),
)
