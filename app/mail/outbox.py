"""The outbox: mails as rows. None is lost, and none is sent for a transaction that was rolled back."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail import quota
from app.mail.models import Kind, Outgoing
from app.runtime import email_address, lease
from app.runtime.config import settings
from app.runtime.db import after_commit, insert_once, utcnow
from app.runtime.jobs import jobs
from app.runtime.retention import before, delete

LEASE = timedelta(minutes=2)
"""Longer than the deadline of a mail (app/mail/smtp.py)."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
WITHIN = timedelta(days=3)
"""An older mail is given up: it is news no more."""

BATCH = 100
BY_ADDRESS = ("reset_password", "verify_email")
KEPT_BY_ADDRESS = timedelta(hours=2)
"""Such a mail waits for at most an hour, and counts for the mailbox in the hour after."""


def queue(session: Session, kind: Kind, payload: dict[str, Any], *, once: str = "", at: datetime | None = None) -> bool:
    """Queue a mail, to be sent once this transaction has committed, or later, `at` its turn.

    False where a mail with the key `once` was queued before. Without `once` the mail is always new. Do not put the id
    of a row into the key that the database may give to another row: the mail about that one would never be sent.

    The payload holds no secret: a link is generated when the mail is rendered. Where no mail is set up the row is done
    at once, so that setting it up later sends no old mails.
    """
    moment, is_sent = at or utcnow(), bool(settings().mail_url)
    values = {
        "dedupe_key": once or f"{kind}:{token_hex(16)}",
        "kind": kind,
        "payload": payload if is_sent else {},
        "created_at": moment,
        "done_at": None if is_sent else moment,
        "tries": 0,
        "next_try_at": moment if is_sent else None,
    }
    is_new = insert_once(session, Outgoing, values) is not None
    if is_new and is_sent:
        after_commit(session, "mail", partial(jobs().enqueue, "mail", "due", wait=False))
    return is_new


def queue_sparingly(
    session: Session, kind: Kind, email: str, payload: dict[str, Any], *, at_most: int, causes: Iterable[quota.Cause]
) -> bool:
    """As `queue`, for mails that any client can have sent to an address of its choice.

    One address gets `at_most` of them an hour, and each waits for the turn of its `causes`. Raises TooManyRequests
    where that would take too long.
    """
    moment = utcnow()
    at = quota.take(session, kind, causes, moment) if settings().mail_url else moment
    address = hashlib.sha256(email_address.key(email).encode()).hexdigest()[:32]
    hour = int(moment.timestamp()) // 3600
    keys = (f"{kind}:{address}:{hour}:{number}" for number in range(at_most))
    return any(queue(session, kind, payload, once=key, at=at) for key in keys)


def due(session: Session, now: datetime) -> list[int]:
    """The ids of mails that are due and not claimed, the oldest first, at most BATCH. Committed."""
    ids = list(session.scalars(sa.select(Outgoing.id).where(_is_due(now)).order_by(Outgoing.id).limit(BATCH)))
    session.commit()
    return ids


def claim(session: Session, mail_id: int, now: datetime) -> Outgoing | None:
    """The mail, claimed for LEASE; None where it is not due, or another process has it. Committed."""
    values = {"tries": Outgoing.tries + 1, "next_try_at": now + LEASE}
    is_ours = lease.claim(session, Outgoing, mail_id, now, _is_due(now), lasts=LEASE, **values)
    mail = session.get(Outgoing, mail_id, populate_existing=True) if is_ours else None
    session.commit()
    return mail


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    """A mail without `next_try_at` comes from an older release; one that was tried has been given up."""
    due_by_now = (Outgoing.next_try_at <= now) | (Outgoing.next_try_at.is_(None) & (Outgoing.tries == 0))
    return Outgoing.done_at.is_(None) & lease.is_free(Outgoing, now) & due_by_now


def done(session: Session, mail: Outgoing, now: datetime) -> None:
    """The mail is sent, or is not needed any more. Committed."""
    lease.let_go(session, Outgoing, mail.id, done_at=now, next_try_at=None, payload={})


def put_off(session: Session, mail: Outgoing, now: datetime) -> None:
    """Try again after a minute, then after twice as long as the last time, up to an hour. Committed."""
    wait = min(FIRST_WAIT * 2 ** min(mail.tries - 1, 16), LONGEST_WAIT)
    lease.let_go(session, Outgoing, mail.id, next_try_at=now + wait)


def give_up(session: Session, mail: Outgoing) -> None:
    """Do not try again. Committed."""
    lease.let_go(session, Outgoing, mail.id, next_try_at=None, payload={})


def skip_all(session: Session, now: datetime) -> None:
    """Mark all waiting mails as done, where no mail is set up. Committed."""
    waits = Outgoing.done_at.is_(None) & (Outgoing.next_try_at.is_not(None) | (Outgoing.tries == 0))
    skipped = sa.update(Outgoing).where(waits).values(done_at=now, next_try_at=None, payload={})
    session.execute(skipped.execution_options(synchronize_session=False))
    session.commit()


def recall(session: Session, user_id: int, now: datetime) -> None:
    """Send none of the waiting mails about a user, and forget their payloads."""
    about = Outgoing.payload["user"].as_integer() == user_id
    waits = sa.update(Outgoing).where(Outgoing.done_at.is_(None), about)
    forgotten = waits.values(done_at=now, next_try_at=None, payload={})
    session.execute(forgotten.execution_options(synchronize_session=False))


def forget(session: Session, now: datetime) -> str | None:
    """Delete rows that are long over; earlier, where the key is made of an address. Committed.

    A row that stays keeps the same mail from being queued again.
    """
    over = Outgoing.done_at.is_not(None) | (Outgoing.next_try_at.is_(None) & (Outgoing.tries > 0))
    by_address = Outgoing.kind.in_(BY_ADDRESS) & (Outgoing.created_at <= now - KEPT_BY_ADDRESS)
    is_old = Outgoing.created_at <= before(now, settings().keep_days.mails)
    return delete(session, Outgoing, over, by_address) or delete(session, Outgoing, over, is_old)
