"""`kiosk worker`: runs the handlers of jobs and the chores, and sends mails. Any number of them may run."""

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.mail.delivery import STOP_SECONDS, delivery
from app.ops import capacity, traces
from app.runtime import schedule
from app.runtime.async_bridge import bridge
from app.runtime.db import db, utcnow, writing
from app.runtime.jobs import jobs
from app.runtime.log_context import log_context, note
from app.runtime.schedule import TURN, Entry, Schedule, TryLater

log = logging.getLogger(__name__)

TURN_SECONDS = 10
SOON = timedelta(minutes=5)
"""When a chore that failed is tried again."""

THREADS = 4


def run(app: Flask, begun: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl-C; the work at hand is finished first. Calls `begun` once a signal can end it.

    Raises OperatorError where it may not begin.
    """
    capacity.check(app.extensions["settings"])
    plan = schedule.schedule(app)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: plan.stop())
    jobs(app).work(THREADS)
    begun()
    while not plan.is_stopping():
        with app.app_context(), log_context(job=TURN), writing():
            turn(plan)
        delivery(app).wake()
        plan.wait(TURN_SECONDS)
    jobs(app).close()
    delivery(app).stop(STOP_SECONDS)
    traces.close(app)
    bridge.close()


def turn(plan: Schedule) -> None:
    """Do the work of each turn, note that it is done, then do the chores that are due."""
    failures = [each for each in plan.each_turn if not _succeeds(each)]
    if not failures:
        _outlive(lambda: schedule.remember(db.session(), TURN, int(utcnow().timestamp()), utcnow()))
    for chore in plan.chores:
        if plan.is_stopping():
            return
        _outlive(partial(_do_if_due, chore))


def _do_if_due(chore: Entry) -> None:
    note(job=chore.name, order_id=None)
    if schedule.claim(db.session(), chore.name, chore.interval, utcnow()) and not _succeeds(chore):
        schedule.put_off(db.session(), chore.name, utcnow() + SOON)


def _succeeds(entry: Entry) -> bool:
    note(job=entry.name, order_id=None)
    return _outlive(lambda: bridge.run(schedule.run(entry.work, db.session())))


def _outlive(work: Callable[[], object]) -> bool:
    """Whether `work` succeeds. A worker outlives a database that restarts, a provider that is away, and a bug."""
    try:
        work()
    except (TryLater, SQLAlchemyError) as error:
        log.warning("this turn came to nothing: %r", error)
    except Exception:
        log.exception("this turn came to nothing")
    else:
        return True
    with suppress(SQLAlchemyError):
        db.session.rollback()
    return False
