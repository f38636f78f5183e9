"""`kiosk worker`: runs the handlers of jobs and the chores, and sends mails. Any number of them may run."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.mail.delivery import delivery
from app.ops import capacity, traces
from app.runtime import schedule
from app.runtime.async_bridge import bridge
from app.runtime.db import db, utcnow, writing
from app.runtime.jobs import jobs
from app.runtime.log_context import log_context, note
from app.runtime.schedule import LEASE, TURN, UNFINISHED, Entry, Schedule, TryLater

log = logging.getLogger(__name__)

TURN_SECONDS = 10
TURNS = "turns"
"""The name of the thread that begins the others."""

SOON = timedelta(minutes=5)
"""When a chore that failed is tried again."""

THREADS = 4
SIGNAL_SECONDS = 1
"""How long a signal may go unnoticed."""

STOP_SECONDS = 20
"""How long work under way may take to end after SIGTERM. Then it is cut off, and goes on where it was committed.

The thread that gets the signal asks no other system, so that this time begins at once.
"""


def run(app: Flask, begun: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl-C; the work at hand is finished first. Calls `begun` once a signal can end it.

    Raises OperatorError where it may not begin.
    """
    capacity.check(app.extensions["settings"])
    plan = schedule.schedule(app)
    crew = Crew(app, plan)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: plan.stop())
    jobs(app).work(THREADS)
    begun()
    crew.begin()
    while not plan.is_stopping():
        # Not without end: a signal that the system gives to another thread does not wake this one, which handles it.
        plan.wait(SIGNAL_SECONDS)
    _end(app, crew)


def _end(app: Flask, crew: "Crew") -> None:
    until = time.monotonic() + STOP_SECONDS
    delivery(app).stop(0)
    jobs(app).close()
    crew.join(until)
    delivery(app).stop(max(0.0, until - time.monotonic()))
    traces.close(app)
    bridge.close()
    crew.join(time.monotonic() + 1)


class Crew:
    """Threads that do what is due, one for each chore and one for the work of each turn: none waits for another."""

    def __init__(self, app: Flask, plan: Schedule) -> None:
        self._app, self._plan = app, plan
        self._threads: dict[str, threading.Thread] = {}

    def begin(self) -> None:
        """Take turns, on a thread, until the worker is to stop."""
        self._begin(TURNS, self._take_turns)

    def join(self, until: float) -> None:
        """Wait for what is under way, until this time of `time.monotonic`."""
        self._threads[TURNS].join(max(0.0, until - time.monotonic()))  # first: it begins the others
        for thread in list(self._threads.values()):
            thread.join(max(0.0, until - time.monotonic()))

    def _take_turns(self) -> None:
        while not self._plan.is_stopping():
            with self._app.app_context():  # a session of its own for each turn
                _outlive(self._turn)
                _outlive(delivery(self._app).wake)
            self._plan.wait(TURN_SECONDS)

    def _turn(self) -> None:
        """Begin what is due. What is under way stays this worker's."""
        if not self._is_under_way(TURN):
            self._begin(TURN, self._work_of_each_turn)
        self._begin_chores()

    def _begin_chores(self) -> None:
        now, session = utcnow(), db.session()
        chores = {chore.name: chore for chore in self._plan.chores}
        under_way = {name for name in chores if self._is_under_way(name)}
        if under_way:
            schedule.hold(session, under_way, now)
        for name in schedule.due(session, chores.keys() - under_way, now):
            if not self._plan.is_stopping() and schedule.claim(session, name, LEASE, now):
                self._begin(name, partial(_do, chores[name], now))

    def _is_under_way(self, name: str) -> bool:
        return name in self._threads and self._threads[name].is_alive()

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        def act() -> None:
            with self._app.app_context(), log_context(job=name), writing():
                work()

        self._threads[name] = threading.Thread(target=act, name=name, daemon=True)
        self._threads[name].start()

    def _work_of_each_turn(self) -> None:
        """Do it, and note that it is done."""
        failures = [each for each in self._plan.each_turn if not _outlive(partial(_result, each))]
        if not failures:
            _outlive(lambda: schedule.remember(db.session(), TURN, int(utcnow().timestamp()), utcnow()))


def _do(chore: Entry, begun: datetime) -> None:
    results = list[object]()
    is_done = _outlive(lambda: results.append(_result(chore)))
    until = begun + chore.interval if is_done else utcnow() + SOON
    _outlive(lambda: schedule.put_off(db.session(), chore.name, begun if UNFINISHED in results else until))


def _result(entry: Entry) -> object:
    note(job=entry.name, order_id=None)
    return bridge.run(schedule.run(entry.work, db.session()))


def _outlive(work: Callable[[], object]) -> bool:
    """Whether `work` succeeds. A worker outlives a database that restarts, a provider that is away, and a bug."""
    try:
        work()
    except (TryLater, SQLAlchemyError) as error:
        log.warning("this turn came to nothing: %r", error)
    except asyncio.CancelledError:
        log.warning("this turn was cut off")
    except Exception:
        log.exception("this turn came to nothing")
    else:
        return True
    with suppress(SQLAlchemyError):
        db.session.rollback()
    return False
