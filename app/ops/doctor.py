"""`kiosk doctor`: asks everything that Kiosk needs whether it is there, and says what to do where it is not.

Each question runs on a thread of its own and within PATIENCE_SECONDS, so that what hangs delays nothing else.
"""

import asyncio
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa
from flask import Flask

from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.providers import Provider, providers
from app.mail.message import sender
from app.mail.smtp import MailError, greet
from app.ops.health import outdated, revision
from app.ops.probe import Hangs, Probe
from app.payments import findings
from app.payments.inbox import TURN, Chore
from app.runtime.async_bridge import bridge
from app.runtime.config import ConfigError, settings
from app.runtime.db import db, now
from app.runtime.jobs import jobs
from app.stripe.errors import Misconfigured, PaymentError
from app.stripe.gateway import gateway

PATIENCE_SECONDS = 10
KEPT_SECONDS = 60
"""Until all is told: nothing is asked twice."""

CLOCKS_DIFFER = timedelta(seconds=30)
"""More than an answer takes, and less than any that is signed with a time may differ."""

MAIL_SECONDS = 8
SILENT = timedelta(minutes=2)


class Line(msgspec.Struct, frozen=True):
    level: Literal["ok", "warn", "FAIL"]
    name: str
    words: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.level:<4} {self.name}: {self.words}" + (f"; {self.mend}" if self.mend else "")


def examine(make: Callable[[], Flask]) -> Iterator[Line]:
    """A line for each thing looked at; `make` makes the application, or raises ConfigError."""
    try:
        app = make()
    except ConfigError as error:
        yield from (Line("FAIL", "configuration", *_parted(problem)) for problem in error.problems)
        yield Line("warn", "the rest", "was not looked at", "mend the configuration first")
        return
    except (sa.exc.ArgumentError, ImportError) as error:
        yield Line("FAIL", "configuration", str(error), "check KIOSK_SQLALCHEMY_DATABASE_URI")
        return
    with app.app_context():
        yield Line("ok", "configuration", f"{settings().env}, at {settings().public_url}")
        found = list(_checks())
    asked = [(name, Probe(partial(_ask, app, check), PATIENCE_SECONDS, KEPT_SECONDS)) for name, check in found]
    for _, probe in asked:
        probe.begin()
    for name, probe in asked:
        try:
            yield from probe.answer()
        except Hangs:
            yield Line(
                "FAIL", name, f"no answer within {PATIENCE_SECONDS} s", "see whether it runs, and who is between"
            )


def _parted(problem: str) -> tuple[str, str]:
    words, _, mend = problem.partition(": ")
    return words, mend


def _ask(app: Flask, check: Callable[[], Iterable[Line]]) -> list[Line]:
    with app.app_context():
        return list(check())


def _checks() -> Iterator[tuple[str, Callable[[], Iterable[Line]]]]:
    yield "database", _database
    yield "worker", _worker
    yield "Redis", _redis
    yield "payments", _payments
    yield "clock", _clock
    for name, provider in providers().items():
        yield f"sign-in at {name}", partial(_provider, provider)
    yield "mail", _mail


def _database() -> Iterator[Line]:
    file = _file()
    if file is not None and not file.exists():  # to connect would make an empty one
        yield Line("FAIL", "database", f"there is no file {file}", "run `kiosk db upgrade`")
        return
    try:
        found = revision()
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        yield Line("FAIL", "database", reason, "see whether it runs, and check KIOSK_SQLALCHEMY_DATABASE_URI")
        return
    if found in outdated():
        yield Line("FAIL", "database", f"its tables are those of revision {found}", "run `kiosk db upgrade`")
    else:
        yield Line("ok", "database", f"{db.engine.dialect.name} answers, at revision {found}")
    if file is not None:
        yield from _sqlite(file)


def _file() -> Path | None:
    """Of an SQLite database."""
    return Path(db.engine.url.database or "") if db.engine.dialect.name == "sqlite" else None


def _sqlite(file: Path) -> Iterator[Line]:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with db.engine.connect() as connection:
        wrong = [name for name, value in wanted.items() if connection.scalar(sa.text(f"PRAGMA {name}")) != value]
    if wrong:
        yield Line("FAIL", "SQLite", f"{', '.join(wrong)} cannot be set", "keep the file on a disk of this machine")
    mode = file.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Line("warn", "SQLite", f"others on this machine can reach {file}", f"run `chmod 600 {file}`")
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        yield Line(
            "FAIL", "SQLite", f"{file} or its folder cannot be written", "give both to the user that Kiosk runs as"
        )


def _worker() -> Iterator[Line]:
    if (file := _file()) is not None and not file.exists():
        return  # the database has a line of its own
    try:
        last = db.session.scalar(sa.select(Chore.reached).where(Chore.name == TURN))
        needed = findings.unclosed(db.session(), now())
    except sa.exc.SQLAlchemyError:
        return
    if last is None or now() - datetime.fromtimestamp(last, UTC) > SILENT:
        words = (
            "none has had a turn yet" if last is None else f"none since {datetime.fromtimestamp(last, UTC):%F %T} UTC"
        )
        yield Line("warn", "worker", words, "start `kiosk worker`, or read its log")
    else:
        yield Line("ok", "worker", "at work")
    if needed:
        yield Line("warn", "orders", f"{len(needed)} need a person", "run `kiosk reconcile`, and see docs/payments.md")


def _redis() -> Iterator[Line]:
    if not settings().redis_url:
        yield Line("ok", "Redis", "not set: each process does its own jobs, and counts its own visitors")
    elif jobs().is_heard():
        yield Line("ok", "Redis", "answers")
    else:
        yield Line("FAIL", "Redis", "does not answer", "see whether it runs, and check KIOSK_REDIS_URL")


def _payments() -> Iterator[Line]:
    account = settings().payments
    if not account.secret_key:
        yield Line("warn", "payments", "no key: no order can be paid", "set KIOSK_PAYMENTS__SECRET_KEY")
        return
    try:
        bridge.run(_read_one())
    except Misconfigured as error:
        yield Line("FAIL", "payments", f"the key is refused ({error})", "check KIOSK_PAYMENTS__SECRET_KEY")
    except PaymentError as error:
        yield Line("FAIL", "payments", f"no answer ({error})", "check KIOSK_PAYMENTS__API_BASE, and the way out")
    else:
        moves = "real money moves" if gateway().livemode else "a key for tests: no money moves"
        level: Literal["ok", "warn"] = "warn" if settings().env == "production" and not gateway().livemode else "ok"
        yield Line(level, "payments", f"the key is accepted; {moves}")
    if not account.webhook_secrets:
        mend = "set KIOSK_PAYMENTS__WEBHOOK_SECRET"
        yield Line("FAIL", "payments", "no secret to know the provider's messages by", mend)


async def _read_one() -> None:
    """The harmless question: a list that is read anyway, and most likely an empty one."""
    async for _ in gateway().events(int(now().timestamp())):
        return


def _clock() -> Iterator[Line]:
    """A wrong one makes the provider refuse sessions, and us its messages, ID tokens and the codes of apps."""
    ours = {"the payment provider's": _providers_clock, "the database's": _databases_clock}
    compared = {whose: now() - theirs for whose, ask in ours.items() if (theirs := ask()) is not None}
    wrong = {whose: ahead for whose, ahead in compared.items() if abs(ahead) > CLOCKS_DIFFER}
    for whose, ahead in wrong.items():
        words = f"this machine's is {_rounded(abs(ahead))} {'ahead of' if ahead > timedelta() else 'behind'} {whose}"
        yield Line("FAIL", "clock", words, "have it set by NTP")
    if compared and not wrong:
        yield Line("ok", "clock", f"as {' and '.join(compared)}")


def _rounded(time: timedelta) -> str:
    return f"{round(time / timedelta(minutes=1))} min" if time > timedelta(minutes=2) else f"{time.seconds} s"


def _providers_clock() -> datetime | None:
    if not settings().payments.secret_key:
        return None
    try:
        return bridge.run(gateway().clock())
    except PaymentError:  # it has a line of its own
        return None


def _databases_clock() -> datetime | None:
    """SQLite has none."""
    if db.engine.dialect.name == "sqlite":
        return None
    try:
        with db.engine.connect() as connection:
            found: datetime = connection.scalars(sa.text("SELECT clock_timestamp()")).one()
    except sa.exc.SQLAlchemyError:
        return None
    return found


def _provider(provider: Provider) -> Iterator[Line]:
    name = f"sign-in at {provider.name}"
    try:
        words = bridge.run(_examined(provider))
    except OAuthFailure as failure:
        yield Line("FAIL", name, str(failure), f"check KIOSK_OAUTH__{provider.name}__ISSUER, and the way out")
    else:
        yield Line("ok", name, words)


async def _examined(provider: Provider) -> str:
    return await (await provider.connect()).examine()


def _mail() -> Iterator[Line]:
    if not (url := settings().mail_url):
        yield Line("warn", "mail", "none is sent: nobody can reset a password by themselves", "set KIOSK_MAIL_URL")
        return
    host = urlsplit(url).hostname
    try:
        bridge.run(_greet(url))
    except MailError as error:
        yield Line("FAIL", "mail", f"{host}: {error}", "see whether it runs, and check KIOSK_MAIL_URL")
    else:
        yield Line("ok", "mail", f"{host} takes mail")


async def _greet(url: str) -> None:
    try:
        async with asyncio.timeout(MAIL_SECONDS):
            await greet(url, sender(settings()))
    except TimeoutError as error:
        raise MailError(f"no greeting within {MAIL_SECONDS} s") from error
