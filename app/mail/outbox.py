"""The outbox: mails wait in the database, so that none is lost and none is sent of what was rolled back."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail import quota
from app.mail.models import Outgoing
from app.runtime import email_address, lease
from app.runtime.config import settings
from app.runtime.db import after_commit, insert_once, now
from app.runtime.jobs import jobs

LEASE = timedelta(minutes=2)
"""Longer than a mail server may take."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
WITHIN = timedelta(days=3)
"""What could not be sent for so long is news no more."""

BATCH = 100
KEPT = timedelta(days=90)
"""Longer than anything could ask for the same mail again."""

BY_ADDRESS = ("reset_password", "verify_email")
KEPT_BY_ADDRESS = timedelta(hours=2)
"""As long as such a mail can wait for its turn, and be counted in the hour after."""

Kind = Literal[
    "account_closed",
    "codes_guessed",
    "email_changed",
    "identity_linked",
    "invitation",
    "new_sign_in",
    "passkey_added",
    "passkey_removed",
    "password_changed",
    "receipt",  # feature: shop
    "reset_password",
    "totp_added",
    "totp_removed",
    "verify_email",
]


def queue(session: Session, kind: Kind, payload: dict[str, Any], *, once: str = "", at: datetime | None = None) -> bool:
    """Have a mail sent when this transaction is committed, or later, `at` its turn.

    Whether it is new: there is one mail for each `once`.

    Without `once` it is always a new one. An id that a database may give to another row does not belong in there: the
    mail about the other row would never be sent. The payload holds no secret: what a link needs is minted when the mail
    is made. Where no mail is set up the row is done at once, so that setting it up later sends nothing old.
    """
    moment, is_sent = at or now(), bool(settings().mail_url)
    values = {
        "dedupe_key": once or f"{kind}:{token_hex(16)}",
        "kind": kind,
        "payload": payload if is_sent else {},
        "created_at": moment,
        "done_at": None if is_sent else moment,
        "tries": 0,
        "next_try_at": moment if is_sent else None,
    }
    is_new = insert_once(Outgoing, values) is not None
    if is_new and is_sent:
        after_commit(session, "mail", partial(jobs().enqueue, "mail", "due", wait=False))
    return is_new


def queue_sparingly(
    session: Session, kind: Kind, email: str, payload: dict[str, Any], *, at_most: int, causes: Iterable[quota.Cause]
) -> bool:
    """As `queue`, for mails that anybody can have sent to an address of their choice.

    So many of them an hour go to one address; and each waits for the turn of its `causes`. Raises TooManyRequests
    where that would be too long.
    """
    moment = now()
    at = quota.take(session, kind, causes, moment) if settings().mail_url else moment
    address = hashlib.sha256(email_address.key(email).encode()).hexdigest()[:32]
    hour = int(moment.timestamp()) // 3600
    keys = (f"{kind}:{address}:{hour}:{number}" for number in range(at_most))
    return any(queue(session, kind, payload, once=key, at=at) for key in keys)


def due(session: Session, now: datetime) -> list[int]:
    """Of mails that wait and nobody has: at most BATCH ids, the oldest first. Committed."""
    found = list(session.scalars(sa.select(Outgoing.id).where(_is_due(now)).order_by(Outgoing.id).limit(BATCH)))
    session.commit()
    return found


def claim(session: Session, mail_id: int, now: datetime) -> Outgoing | None:
    """The mail, ours for LEASE; None where it is not due, or somebody else has it. Committed."""
    values = {"tries": Outgoing.tries + 1, "next_try_at": now + LEASE}
    is_ours = lease.claim(session, Outgoing, mail_id, now, _is_due(now), lasts=LEASE, **values)
    mail = session.get(Outgoing, mail_id, populate_existing=True) if is_ours else None
    session.commit()
    return mail


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    """A mail without a time to be tried at is of an older release, unless it was tried: then it was given up."""
    due_by_now = (Outgoing.next_try_at <= now) | (Outgoing.next_try_at.is_(None) & (Outgoing.tries == 0))
    return Outgoing.done_at.is_(None) & lease.is_free(Outgoing, now) & due_by_now


def done(session: Session, mail: Outgoing, now: datetime) -> None:
    """It is sent, or there is nothing to send any more. Committed."""
    lease.let_go(session, Outgoing, mail.id, done_at=now, next_try_at=None, payload={})


def put_off(session: Session, mail: Outgoing, now: datetime) -> None:
    """To be tried again: after a minute, then after twice as long as the last time, up to an hour. Committed."""
    wait = min(FIRST_WAIT * 2 ** min(mail.tries - 1, 16), LONGEST_WAIT)
    lease.let_go(session, Outgoing, mail.id, next_try_at=now + wait)


def give_up(session: Session, mail: Outgoing) -> None:
    """Committed."""
    lease.let_go(session, Outgoing, mail.id, next_try_at=None, payload={})


def skip_all(session: Session, now: datetime) -> None:
    """Where no mail is set up nothing waits for it. Committed."""
    waits = Outgoing.done_at.is_(None) & (Outgoing.next_try_at.is_not(None) | (Outgoing.tries == 0))
    skipped = sa.update(Outgoing).where(waits).values(done_at=now, next_try_at=None, payload={})
    session.execute(skipped.execution_options(synchronize_session=False))
    session.commit()


def recall(session: Session, user_id: int, now: datetime) -> None:
    """Of mails about a user that still wait, none is sent; what they were to be made of is forgotten."""
    about = Outgoing.payload["user"].as_integer() == user_id
    waits = sa.update(Outgoing).where(Outgoing.done_at.is_(None), about)
    forgotten = waits.values(done_at=now, next_try_at=None, payload={})
    session.execute(forgotten.execution_options(synchronize_session=False))


def forget(session: Session, now: datetime) -> None:
    """Clear what is long over; soon, where the key is made of an address. Committed."""
    over = Outgoing.done_at.is_not(None) | (Outgoing.next_try_at.is_(None) & (Outgoing.tries > 0))
    by_address = Outgoing.kind.in_(BY_ADDRESS) & (Outgoing.created_at <= now - KEPT_BY_ADDRESS)
    old = sa.delete(Outgoing).where(by_address | (Outgoing.created_at <= now - KEPT), over)
    session.execute(old.execution_options(synchronize_session=False))
    session.commit()
