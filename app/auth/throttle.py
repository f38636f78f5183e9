"""How often a password or a code may be tried on one account, whether there is such an account or not.

A try is charged before it is looked at, so that a hundred at once get no more than as many one after the other.
Whoever turns out to be right gets it back, and nothing else: the failures of somebody who guesses stay counted while
the account's owner comes and goes.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.auth.models import Throttle
from app.runtime.errors import Problem
from app.users.models import key
from app.users.passwords import Busy
from app.web.limits import TooManyRequests

FAILURES = 5
WITHIN = timedelta(minutes=5)
"""Since the last try that was charged: no five minutes ever see more than FAILURES."""


class TooManyTries(Problem):
    status = HTTPStatus.TOO_MANY_REQUESTS
    error = "too_many_tries"
    detail = "Too many tries to sign in to this account. Wait, then try again."


def charge(session: Session, username: str, now: datetime) -> None:
    """Count a try on `username`, committed: call it before hashing. Raises TooManyTries, also where it would be right.

    What fails stays charged; `refund` what was right, and hash within `unless_busy`.
    """
    over = Throttle.since <= now - WITHIN
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = (
        insert(Throttle)
        .values(key=_key(username), used=1, since=now)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={"used": sa.case((over, 1), else_=Throttle.used + 1), "since": now},
            where=over | (Throttle.used < FAILURES),
        )
        .returning(Throttle.used)
    )
    left = session.scalar(counted)
    since = now if left else session.scalar(sa.select(Throttle.since).where(Throttle.key == _key(username)))
    session.commit()
    if left is None:
        seconds = math.ceil(((since or now) + WITHIN - now).total_seconds())
        raise TooManyTries(headers={"Retry-After": str(max(1, seconds))})


def refund(session: Session, username: str) -> None:
    """The try was right: it does not count."""
    right = sa.update(Throttle).where(Throttle.key == _key(username), Throttle.used > 0)
    session.execute(right.values(used=Throttle.used - 1))


@contextmanager
def unless_busy(session: Session, username: str) -> Iterator[None]:
    """A try that there was no time to look at does not count: else a crowd would lock out whoever is right."""
    try:
        yield
    except (Busy, TooManyRequests):
        refund(session, username)
        session.commit()
        raise


def forget(session: Session, now: datetime) -> None:
    """Clear what no longer counts. In a transaction of its own: two that charge and clear would wait for each other."""
    session.execute(sa.delete(Throttle).where(Throttle.since <= now - WITHIN))
    session.commit()


def _key(username: str) -> bytes:
    return sha256(b"sign-in:" + key(username).encode()).digest()
