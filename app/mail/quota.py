"""Mails to addresses that were only named wait for their turn: this shop is no way to mail a crowd of strangers.

What is counted is the mail, whichever request causes it. Of each cause a few go at once and the others at their pace,
the newest an hour later at most; beyond that there is none. It is the generic cell rate algorithm: a time for each
cause, until which the mails that it has caused are spread (https://www.itu.int/rec/T-REC-I.371, annex A).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.mail.models import MailTurn
from app.web.limits import TooManyRequests

LONGEST_WAIT = timedelta(hours=1)


class Cause(NamedTuple):
    """What mails come of, such as a client's network: so many an hour, of which so many at once."""

    name: str
    an_hour: int
    at_once: int


def take(session: Session, kind: str, causes: Iterable[Cause], now: datetime) -> datetime:
    """When one more mail may go. Raises TooManyRequests where that is more than an hour away."""
    return max((_taken(session, f"{kind}:{each.name}", each, now) for each in causes), default=now)


def _taken(session: Session, name: str, cause: Cause, now: datetime) -> datetime:
    """By one statement, so that of any number at once each gets a turn of its own."""
    key, moment, step = sha256(name.encode()).digest(), _milliseconds(now), 3_600_000 // cause.an_hour
    ahead = step * cause.at_once
    latest = moment + ahead + int(LONGEST_WAIT.total_seconds() * 1000) - step
    begun = sa.case((MailTurn.until < moment, moment), else_=MailTurn.until)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(MailTurn)
        .values(key=key, until=moment + step)
        .on_conflict_do_update(
            index_elements=[MailTurn.key], set_={"until": begun + step}, where=MailTurn.until <= latest
        )
        .returning(MailTurn.until)
    )
    until = session.scalar(statement)
    if until is None:
        until = session.scalar(sa.select(MailTurn.until).where(MailTurn.key == key)) or latest
        raise TooManyRequests.wait((until - latest) / 1000)
    return datetime.fromtimestamp(max(moment, until - ahead) / 1000, UTC)


def forget(session: Session, now: datetime) -> None:
    """Clear what no mail waits for. Committed."""
    session.execute(sa.delete(MailTurn).where(MailTurn.until <= _milliseconds(now)))
    session.commit()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
