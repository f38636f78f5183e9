"""`kiosk worker`: answers the doorbell, sweeps, and does the chores. Any number of them may run."""

import logging
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.auth import throttle
from app.auth.totp import key_rotation
from app.mail import outbox, quota
from app.mail.delivery import STOP_SECONDS, delivery
from app.ops import traces
from app.payments import audit, findings, redaction
from app.payments.inbox import TURN
from app.payments.sweep import Report, backfill, claim, put_off, remember, sweep
from app.runtime.async_bridge import blocking, bridge
from app.runtime.config import settings
from app.runtime.db import db, empty_log, now, writing
from app.runtime.jobs import jobs
from app.runtime.log_context import note, scope
from app.stripe.errors import PaymentError
from app.stripe.gateway import Gateway, gateway

log = logging.getLogger(__name__)

SWEEP_SECONDS = 10
SOON = timedelta(minutes=5)
THREADS = 4

Chore = Callable[[Session, Gateway], Coroutine[Any, Any, object]]


async def forget_tries(session: Session, _: Gateway) -> None:
    await blocking(throttle.forget, session, now())
    await blocking(quota.forget, session, now())


async def forget_mails(session: Session, _: Gateway) -> None:
    await blocking(outbox.forget, session, now())


async def empty_database_log(_session: Session, _: Gateway) -> None:
    await blocking(empty_log)


async def reduce_messages(session: Session, _: Gateway) -> None:
    await blocking(redaction.reduce_all, session)


async def end_closed_findings(session: Session, _: Gateway) -> None:
    await blocking(findings.end, session, now())


async def renew_keys(session: Session, _: Gateway) -> None:
    await blocking(key_rotation.renew_all, session, settings())


CHORES: list[tuple[str, timedelta, Chore]] = [
    ("backfill-hourly", timedelta(hours=1), backfill),
    ("audit-nightly", timedelta(hours=24), audit.audit),
    ("findings-hourly", timedelta(hours=1), end_closed_findings),
    ("throttles-hourly", timedelta(hours=1), forget_tries),
    ("log-hourly", timedelta(hours=1), empty_database_log),
    ("mails-nightly", timedelta(hours=24), forget_mails),
    ("messages-nightly", timedelta(hours=24), reduce_messages),
    ("keys-nightly", timedelta(hours=24), renew_keys),
]


def run(app: Flask, begun: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl-C; what is under way is finished first. Calls `begun` when it can be stopped so."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    jobs(app).work(THREADS)
    begun()
    while not stopping.is_set():
        with app.app_context(), scope(job="sweep"), writing():
            turn(stopping)
        delivery(app).wake()
        stopping.wait(SWEEP_SECONDS)
    jobs(app).close()
    delivery(app).stop(STOP_SECONDS)
    traces.close(app)
    bridge.close()


def turn(stopping: threading.Event) -> None:
    """One pass over everything that is due."""
    if _outlive(lambda: _do(sweep(db.session(), gateway(), Report(halt=stopping.is_set)))):
        _outlive(lambda: remember(db.session(), TURN, int(now().timestamp())))
    for name, every, chore in CHORES:
        if not stopping.is_set():
            note(job=name, order_id=None)
            _outlive(partial(_take_up, name, every, chore))


def _take_up(name: str, every: timedelta, chore: Chore) -> None:
    """Do it if it is due; where it comes to nothing, somebody tries again soon."""
    if claim(db.session(), name, every, now()) and not _outlive(lambda: _do(chore(db.session(), gateway()))):
        put_off(db.session(), name, now() + SOON)


def _do(work: Coroutine[Any, Any, object]) -> None:
    bridge.run(work)


def _outlive(work: Callable[[], None]) -> bool:
    """A worker outlives a database that restarts, a provider that is away, and a bug: the next turn tries again."""
    try:
        work()
    except (PaymentError, SQLAlchemyError) as error:
        log.warning("this turn came to nothing: %r", error)
    except Exception:
        log.exception("this turn came to nothing")
    else:
        return True
    with suppress(SQLAlchemyError):
        db.session.rollback()
    return False
