"""Limits mails to addresses that are not verified, so that no client mails a crowd of strangers through the shop.

Each mail counts for its causes, such as the network of the client. Of each cause a few mails are sent at once and the
others at a steady pace, up to an hour later. Where a mail would have to wait longer it is refused. This is the generic
cell rate algorithm: each cause has a time until which its mails are spread (https://www.itu.int/rec/T-REC-I.371, annex
A).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail.models import MailQuota
from app.runtime.db import insert_into
from app.runtime.retention import delete
from app.web.limits import TooManyRequests

LONGEST_WAIT = timedelta(hours=1)


class Cause(NamedTuple):
    """What causes mails, such as a client's network: how many an hour it may cause, and how many of them at once."""

    name: str
    an_hour: int
    at_once: int


def take(session: Session, kind: str, causes: Iterable[Cause], now: datetime) -> datetime:
    """When one more mail may be sent. Raises TooManyRequests where that is more than an hour away."""
    return max((_taken(session, f"{kind}:{each.name}", each, now) for each in causes), default=now)


def _taken(session: Session, name: str, cause: Cause, now: datetime) -> datetime:
    """Take the next time of a cause by one statement, so that of mails at the same moment each gets another time."""
    key, moment, step = sha256(name.encode()).digest(), _milliseconds(now), 3_600_000 // cause.an_hour
    ahead = step * cause.at_once
    latest = moment + ahead + int(LONGEST_WAIT.total_seconds() * 1000) - step
    begun = sa.case((MailQuota.until < moment, moment), else_=MailQuota.until)
    statement = (
        insert_into(session, MailQuota)
        .values(key=key, until=moment + step)
        .on_conflict_do_update(
            index_elements=[MailQuota.key], set_={"until": begun + step}, where=MailQuota.until <= latest
        )
        .returning(MailQuota.until)
    )
    until = session.scalar(statement)
    if until is None:
        until = session.scalar(sa.select(MailQuota.until).where(MailQuota.key == key)) or latest
        raise TooManyRequests.wait((until - latest) / 1000)
    return datetime.fromtimestamp(max(moment, until - ahead) / 1000, UTC)


def forget(session: Session, now: datetime) -> None:
    """Delete the causes whose mails are all sent. Committed."""
    delete(session, MailQuota, MailQuota.until <= _milliseconds(now))
    session.commit()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
