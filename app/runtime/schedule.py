"""Chores: work that a worker does from time to time. CHORES and EACH_TURN in app/__init__.py list it.

Several workers may run. One of them does a chore: it claims the chore's row for LEASE, again at each turn while it is
at it, and then until the next time. So what a killed worker leaves another one begins after LEASE. The work of each
turn is done by every worker, since it claims its own rows.
"""

import inspect
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.runtime.async_bridge import blocking
from app.runtime.db import Model, Moment, affected, insert_once, utcnow

TURN = "sweep"
"""The row that says when a worker last came to the end of a turn. The sweep was once all that a turn did."""

UNFINISHED = "unfinished"
"""What work returns that has more to do: it is due again at once."""

LEASE = timedelta(minutes=2)
"""How long a worker has a chore after it claimed it, or extended the claim."""

Work = Callable[[Session, datetime], object]
"""A plain function or a coroutine function. It gets the session and the time, and commits what it does."""


class TryLater(Exception):
    """Raised by work that cannot be done now, for no fault of our own: a provider does not answer."""


class Chore(Model):
    """When a chore is due, and how far it came."""

    __tablename__ = "chores"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Moment)
    reached: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """A number of the chore's own, such as the Unix time of the newest event that was fetched."""
    cursor: Mapped[str | None] = mapped_column(sa.String(255))
    """Where work that is done in parts goes on, such as the id of the last event of a page."""


@dataclass(frozen=True)
class Entry:
    name: str
    work: Work
    interval: timedelta


class Schedule:
    """One per application: its chores, the work of each turn, and whether this process is to stop."""

    def __init__(self) -> None:
        self.chores: list[Entry] = []
        self.each_turn: list[Entry] = []
        self._stopping = threading.Event()

    def every(self, interval: timedelta, name: str, work: Work) -> None:
        """Do `work` once per interval. Its row in the table has this name."""
        self.chores.append(Entry(name, work, interval))

    def at_each_turn(self, name: str, work: Work) -> None:
        """Do `work` at each turn of each worker, every few seconds."""
        self.each_turn.append(Entry(name, work, timedelta(0)))

    def stop(self) -> None:
        """Begin nothing more. Long work looks at `is_stopping` between its parts."""
        self._stopping.set()

    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def wait(self, seconds: float) -> None:
        """Until it is time for the next turn, or to stop."""
        self._stopping.wait(seconds)


async def run(work: Work, session: Session) -> object:
    """Do the work now. Returns its result."""
    if inspect.iscoroutinefunction(work):
        return await work(session, utcnow())
    return await blocking(work, session, utcnow())


def due(session: Session, names: Collection[str], now: datetime) -> set[str]:
    """Those of these chores that may be due. `claim` decides. Committed."""
    later = set(session.scalars(sa.select(Chore.name).where(Chore.name.in_(names), Chore.due_at > now)))
    session.commit()
    return {*names} - later


def claim(session: Session, name: str, lasts: timedelta, now: datetime) -> bool:
    """Claim a chore for so long. False where it is not due, or another worker has it. Committed."""
    insert_once(session, Chore, {"name": name, "due_at": now, "reached": 0})
    mine = sa.update(Chore).where(Chore.name == name, Chore.due_at <= now).values(due_at=now + lasts)
    is_mine = affected(session, mine.execution_options(synchronize_session=False)) > 0
    session.commit()
    return is_mine


def hold(session: Session, names: Collection[str], now: datetime) -> None:
    """Extend the claims of this process to LEASE from now. A chore that has just ended stays as it is. Committed."""
    mine = sa.update(Chore).where(Chore.name.in_(names), Chore.due_at < now + LEASE).values(due_at=now + LEASE)
    session.execute(mine.execution_options(synchronize_session=False))
    session.commit()


def put_off(session: Session, name: str, until: datetime) -> None:
    """A chore is due again at `until`. Committed."""
    session.execute(sa.update(Chore).where(Chore.name == name).values(due_at=until))
    session.commit()


def remember(session: Session, name: str, reached: int, now: datetime, cursor: str | None = None) -> None:
    """Note how far a chore came. Committed."""
    values = {"reached": reached, "cursor": cursor}
    insert_once(session, Chore, {"name": name, "due_at": now, **values})
    session.execute(sa.update(Chore).where(Chore.name == name).values(values))
    session.commit()


def reached(session: Session, name: str) -> int:
    """How far a chore came; 0 where it was never done. Committed."""
    known = session.scalar(sa.select(Chore.reached).where(Chore.name == name))
    session.commit()
    return known or 0


def cursor(session: Session, name: str) -> tuple[int, str | None]:
    """How far a chore came, and where it goes on. Committed."""
    known = session.execute(sa.select(Chore.reached, Chore.cursor).where(Chore.name == name)).one_or_none()
    session.commit()
    return (known.reached, known.cursor) if known else (0, None)


def schedule(app: Flask | None = None) -> Schedule:
    """That of `app`, or of the current application."""
    made: Schedule = (app or current_app).extensions["schedule"]
    return made


def init_app(app: Flask) -> Schedule:
    made = app.extensions["schedule"] = Schedule()
    return made
