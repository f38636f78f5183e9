"""`kiosk worker`: answers the doorbell, sweeps, and does the chores. Any number of them may run."""

import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.bridge import bridge
from app.db import db, now, writing
from app.jobs import jobs
from app.orders import audit
from app.orders.sweep import Report, backfill, claim, sweep
from app.payments.errors import PaymentError
from app.payments.gateway import gateway

log = logging.getLogger(__name__)

SWEEP_SECONDS = 10
THREADS = 4


def run(app: Flask) -> None:
    """Until SIGTERM or Ctrl-C; what is under way is finished first."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    answering = jobs(app).work(THREADS)
    while not stopping.wait(SWEEP_SECONDS):
        with app.app_context(), writing():
            turn()
            db.session.remove()
    if answering is not None:
        answering.stop(timeout=15_000)
    bridge.close()


def turn() -> None:
    """One pass over everything that is due."""
    _attempt(lambda: sweep(db.session(), gateway(), Report()))
    if _attempt_claim("backfill-hourly", timedelta(hours=1)):
        _attempt(lambda: backfill(db.session(), gateway()))
    if _attempt_claim("audit-nightly", timedelta(hours=24)):
        _attempt(lambda: audit.audit(db.session(), gateway()))


def _attempt_claim(name: str, every: timedelta) -> bool:
    try:
        return claim(db.session(), name, every, now())
    except SQLAlchemyError:
        log.exception("chore %s", name)
        db.session.rollback()
        return False


def _attempt(work: Callable[[], Awaitable[object]]) -> None:
    """A worker outlives a database that restarts and a provider that is away: the next turn tries again."""
    try:
        bridge.run(work())  # type: ignore[arg-type]
    except (PaymentError, SQLAlchemyError) as error:
        log.warning("this turn came to nothing: %r", error)
        db.session.rollback()
