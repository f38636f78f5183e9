"""What every Kiosk needs: the database, a worker, Redis where it is set, and a clock that is right."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from app.ops import capacity
from app.ops.migrations import outdated, revision
from app.runtime import sqlite_files
from app.runtime.checks import Check, Clock, Line
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.runtime.jobs import jobs
from app.runtime.schedule import TURN, Chore

CLOCKS_DIFFER = timedelta(seconds=30)
"""More than an answer takes, and less than the tolerance for anything that is signed with a time."""

SILENT = timedelta(minutes=2)


def checks() -> Iterator[tuple[str, Check]]:
    yield "database", check_database
    yield "worker", check_worker
    yield "Redis", check_redis


def check_database() -> Iterator[Line]:
    file = sqlite_files.path(db.engine)
    if sqlite_files.is_missing(db.engine):
        yield Line("FAIL", "database", f"there is no file {file}", "run `kiosk db upgrade`")
        return
    try:
        current = revision()
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        yield Line("FAIL", "database", reason, "see whether it runs, and check KIOSK_SQLALCHEMY_DATABASE_URI")
        return
    if current in outdated():
        yield Line("FAIL", "database", f"its tables are those of revision {current}", "run `kiosk db upgrade`")
    else:
        yield Line("ok", "database", f"{db.engine.dialect.name} answers, at revision {current}")
    yield from _check_sqlite(file) if file is not None else _check_connections()


def _check_sqlite(file: Path) -> Iterator[Line]:
    right = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with db.engine.connect() as connection:
        wrong = [name for name, value in right.items() if connection.scalar(sa.text(f"PRAGMA {name}")) != value]
    if wrong:
        yield Line("FAIL", "SQLite", f"{', '.join(wrong)} cannot be set", "keep the file on a disk of this machine")
    mode = file.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Line("warn", "SQLite", f"others on this machine can reach {file}", f"run `chmod 600 {file}`")
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        yield Line(
            "FAIL", "SQLite", f"{file} or its folder cannot be written", "give both to the user that Kiosk runs as"
        )


def _check_connections() -> Iterator[Line]:
    try:
        capacity.check(settings())
    except capacity.TooManyConnections as error:
        words, _, mend = str(error).partition(": ")
        yield Line("FAIL", "connections", words, mend)
    else:
        each = f"{settings().pool_size} for each of {settings().processes} processes"
        yield Line("ok", "connections", f"{each}, and some are left for an operator")


def check_worker() -> Iterator[Line]:
    if sqlite_files.is_missing(db.engine):  # the check of the database says so
        return
    try:
        last = db.session.scalar(sa.select(Chore.reached).where(Chore.name == TURN))
    except sa.exc.SQLAlchemyError:
        return
    turn = datetime.fromtimestamp(last, UTC) if last is not None else None
    if turn is not None and utcnow() - turn <= SILENT:
        yield Line("ok", "worker", "at work")
    else:
        words = "none has had a turn yet" if turn is None else f"none since {turn:%F %T} UTC"
        yield Line("warn", "worker", words, "start `kiosk worker`, or read its log")


def check_redis() -> Iterator[Line]:
    if not settings().redis_url:
        yield Line("ok", "Redis", "not set: each process does its own jobs, and counts its own visitors")
    elif jobs().is_reachable():
        yield Line("ok", "Redis", "answers")
    else:
        yield Line("FAIL", "Redis", "does not answer", "see whether it runs, and check KIOSK_REDIS_URL")


def of_clocks(clocks: Mapping[str, Clock]) -> Iterable[tuple[str, Check]]:
    """One check of this machine's clock against others, by whose they are."""
    return [("clock", partial(_check_clock, clocks))]


def _check_clock(clocks: Mapping[str, Clock]) -> Iterator[Line]:
    """With a wrong clock the provider refuses our sessions, and we refuse its events, ID tokens and app codes."""
    compared = {whose: utcnow() - theirs for whose, read in clocks.items() if (theirs := read()) is not None}
    wrong = {whose: ahead for whose, ahead in compared.items() if abs(ahead) > CLOCKS_DIFFER}
    for whose, ahead in wrong.items():
        words = f"this machine's is {_rounded(abs(ahead))} {'ahead of' if ahead > timedelta() else 'behind'} {whose}"
        yield Line("FAIL", "clock", words, "have it set by NTP")
    if compared and not wrong:
        yield Line("ok", "clock", f"as {' and '.join(compared)}")


def _rounded(time: timedelta) -> str:
    return f"{round(time / timedelta(minutes=1))} min" if time > timedelta(minutes=2) else f"{time.seconds} s"


def read_database_clock() -> datetime | None:
    """The database's; SQLite has none."""
    if db.engine.dialect.name == "sqlite":
        return None
    try:
        with db.engine.connect() as connection:
            time: datetime = connection.scalars(sa.text("SELECT clock_timestamp()")).one()
    except sa.exc.SQLAlchemyError:
        return None
    return time
