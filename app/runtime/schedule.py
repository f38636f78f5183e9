"""Chores: work that a worker does from time to time. CHORES and EACH_TURN in app/__init__.py list it.

Several workers may run. One of them does a chore: it claims the chore's row until the next time. The work of each turn
is done by every worker, since it claims its own rows.
"""

import inspect
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.runtime.async_bridge import blocking
from app.runtime.db import Model, Moment, affected, insert_once, utcnow

TURN = "sweep"
"""The row that says when a worker last came to the end of a turn. The sweep was once all that a turn did."""

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


async def run(work: Work, session: Session) -> None:
    """Do the work now."""
    if inspect.iscoroutinefunction(work):
        await work(session, utcnow())
    else:
        await blocking(work, session, utcnow())


def claim(session: Session, name: str, interval: timedelta, now: datetime) -> bool:
    """Whether a chore is due and this process's: of two workers one gets it. Committed."""
    insert_once(session, Chore, {"name": name, "due_at": now, "reached": 0})
    mine = sa.update(Chore).where(Chore.name == name, Chore.due_at <= now).values(due_at=now + interval)
    is_mine = affected(session, mine.execution_options(synchronize_session=False)) > 0
    session.commit()
    return is_mine


def put_off(session: Session, name: str, until: datetime) -> None:
    """A chore that failed is due again at `until`. Committed."""
    session.execute(sa.update(Chore).where(Chore.name == name).values(due_at=until))
    session.commit()


def remember(session: Session, name: str, reached: int, now: datetime) -> None:
    """Note how far a chore came. Committed."""
    insert_once(session, Chore, {"name": name, "due_at": now, "reached": reached})
    session.execute(sa.update(Chore).where(Chore.name == name).values(reached=reached))
    session.commit()


def reached(session: Session, name: str) -> int:
    """How far a chore came; 0 where it was never done. Committed."""
    known = session.scalar(sa.select(Chore.reached).where(Chore.name == name))
    session.commit()
    return known or 0


def schedule(app: Flask | None = None) -> Schedule:
    """That of `app`, or of the current application."""
    made: Schedule = (app or current_app).extensions["schedule"]
    return made


def init_app(app: Flask) -> Schedule:
    made = app.extensions["schedule"] = Schedule()
    return made
