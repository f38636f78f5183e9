"""The doorbell: says that there is work, to whoever works. The work itself is a row, which is claimed.

So a job that is lost, doubled or killed changes nothing: the sweep finds the row. In production the bell is Redis and
`kiosk worker` answers it; without REDIS_URL it is dramatiq's broker in memory, with a worker thread in this process.
"""

import logging
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import dramatiq
import redis
from blinker import Signal
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import QueueJoinTimeout
from dramatiq.middleware import CurrentMessage
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.runtime.async_bridge import bridge
from app.runtime.config import Settings
from app.runtime.db import db, writing
from app.runtime.log_context import facts, scope
from app.runtime.tracing import cause, span

log = logging.getLogger(__name__)

Handler = Callable[[str], Awaitable[object]]

QUEUE = "kiosk"
THREADS = 2
MOMENT = 2000
"""Milliseconds that whoever rings waits for work done in this very process."""

DRAIN = 15_000
"""Milliseconds that what is under way may take to end."""

job_ended = Signal()
"""With `kind` and `outcome`: "ok" or "error"."""


class Jobs:
    """One per application. `on` says who does what; `ring` that there is something to do."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        self._app = weakref.ref(app)
        self._handlers: dict[str, Handler] = {}
        self.broker: dramatiq.Broker = _redis(redis_url) if redis_url else StubBroker(middleware=[CurrentMessage()])
        declare = dramatiq.actor(broker=self.broker, actor_name="work", queue_name=QUEUE)
        self._actor = declare(self._run)
        self._lock = threading.Lock()
        self._pid = 0
        self._worker: dramatiq.Worker | None = None

    def on(self, kind: str, handler: Handler) -> None:
        """`handler(key)` runs in an application context of its own, as a coroutine on the bridge."""
        self._handlers[kind] = handler

    def ring(self, kind: str, key: str, *, wait: bool = True) -> None:
        """Never fails: what nobody hears now the sweep finds later. In memory, may wait a moment for it to be done."""
        try:
            why = {"request_id": str(facts().get("request_id", "-")), **cause()}
            self._actor.send_with_options(args=(kind, key), why=why)  # an option: older workers overlook it
        except redis.RedisError as error:
            log.warning("nobody heard of %s %s: %r", kind, key, error)
        if isinstance(self.broker, StubBroker):
            self.work()
            if not wait:
                return
            with suppress(QueueJoinTimeout):
                self.broker.join(QUEUE, timeout=MOMENT)

    def is_heard(self) -> bool:
        """Whether a ring reaches somebody now."""
        if isinstance(self.broker, RedisBroker):
            try:
                self.broker.client.ping()
            except redis.RedisError:
                return False
        return True

    def work(self, threads: int = THREADS) -> None:
        """Answer the bell in this process, on threads of its own; once per process."""
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            self._worker = dramatiq.Worker(self.broker, worker_threads=threads, worker_timeout=100)
            self._worker.start()

    def close(self) -> None:
        """Answer no more, once what is under way is finished."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None and self._pid == os.getpid():
            worker.stop(timeout=DRAIN)

    def _run(self, kind: str, key: str) -> None:
        app = self._app()
        if app is None or kind not in self._handlers:
            return
        message = CurrentMessage.get_current_message()
        why: Mapping[str, str] = message.options.get("why", {}) if message else {}
        with app.app_context(), scope(job=f"{kind} {key}", request_id=why.get("request_id", "-")), writing():
            outcome = "ok"
            try:
                with span(f"job {kind}", "consumer", {"kiosk.job": f"{kind} {key}"}, why):
                    bridge.run(self._handlers[kind](key))  # type: ignore[arg-type]
            except Exception:
                outcome = "error"
                log.exception("job %s %s", kind, key)
                db.session.rollback()
            job_ended.send(self, kind=kind, outcome=outcome)


def _redis(url: str) -> dramatiq.Broker:
    """Whoever rings waits for a bell that hangs for a moment, and does not try again: the sweep does."""
    once = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=once)
    return RedisBroker(client=client, middleware=[CurrentMessage()])  # type: ignore[no-untyped-call]  # dramatiq's own


def jobs(app: Flask | None = None) -> Jobs:
    """Those of `app`, or of the application at work."""
    found: Jobs = (app or current_app).extensions["jobs"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["jobs"] = Jobs(app, settings.redis_url)
