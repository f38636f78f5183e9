"""Limits how often a password or a code may be tried on one account, whether there is such an account or not.

A try is counted before it is looked at: a hundred at once get no more tries than a hundred in a row. The right password
takes back its own try and no other: failed guesses stay counted while the owner of the account signs in.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import Throttle
from app.runtime.db import insert_into
from app.runtime.errors import Problem
from app.runtime.retention import delete
from app.users.models import key
from app.users.passwords import Busy
from app.web.limits import TooManyRequests

FAILURES = 5
WITHIN = timedelta(minutes=5)
"""Counted from the last failure: there are never more than FAILURES in any five minutes."""


class TooManyTries(Problem):
    status = HTTPStatus.TOO_MANY_REQUESTS
    error = "too_many_tries"
    detail = "Too many tries to sign in to this account. Wait, then try again."


def charge(session: Session, username: str, now: datetime) -> None:
    """Count a try on `username`, committed. Call it before hashing. Raises TooManyTries, also for the right password.

    A failed try stays counted. `refund` a right one, and hash within `unless_busy`.
    """
    is_over = Throttle.since <= now - WITHIN
    counted = (
        insert_into(session, Throttle)
        .values(key=_key(username), used=1, since=now)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={"used": sa.case((is_over, 1), else_=Throttle.used + 1), "since": now},
            where=is_over | (Throttle.used < FAILURES),
        )
        .returning(Throttle.used)
    )
    used = session.scalar(counted)
    since = now if used else session.scalar(sa.select(Throttle.since).where(Throttle.key == _key(username)))
    session.commit()
    if used is None:
        seconds = math.ceil(((since or now) + WITHIN - now).total_seconds())
        raise TooManyTries(headers={"Retry-After": str(max(1, seconds))})


def refund(session: Session, username: str) -> None:
    """The try was right: it does not count."""
    charged = sa.update(Throttle).where(Throttle.key == _key(username), Throttle.used > 0)
    session.execute(charged.values(used=Throttle.used - 1))


@contextmanager
def unless_busy(session: Session, username: str) -> Iterator[None]:
    """Take back a try that the server was too busy to look at: else a crowd would lock the owner out."""
    try:
        yield
    except (Busy, TooManyRequests):
        refund(session, username)
        session.commit()
        raise


def forget(session: Session, now: datetime) -> None:
    """Delete what no longer counts. Committed: together with `charge` two transactions could wait for each other."""
    delete(session, Throttle, Throttle.since <= now - WITHIN)


def _key(username: str) -> bytes:
    return sha256(b"sign-in:" + key(username).encode()).digest()
