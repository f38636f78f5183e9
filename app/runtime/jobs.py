"""The job queue. A job only says that a row is to be worked on. Its handler claims the row, which has all it needs.

So it does no harm if a job is lost, comes twice or is killed: the sweep finds the row later. In production the queue is
in Redis, and `kiosk worker` runs the handlers. Without REDIS_URL it is in memory, and this process runs them.
"""

import logging
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import dramatiq
from blinker import Signal
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import QueueJoinTimeout
from dramatiq.middleware import CurrentMessage
from flask import Flask, current_app

from app.runtime.async_bridge import bridge
from app.runtime.away import Away
from app.runtime.config import Settings
from app.runtime.db import db, writing
from app.runtime.log_context import facts, log_context
from app.runtime.metrics import Counter
from app.runtime.tracing import cause, span
from app.runtime.turns import lent

log = logging.getLogger(__name__)

Handler = Callable[[str], Awaitable[object]]
"""A coroutine function. It gets the job's key, and runs in an application context of its own."""

QUEUE = "kiosk"
THREADS = 2
WAIT_MILLISECONDS = 2000
"""How long `enqueue` waits for work that this process does itself."""

DRAIN_MILLISECONDS = 15_000
"""How long jobs under way may take to end, when the process does."""

job_ended = Signal()
"""With `kind` and `outcome`: "ok" or "error"."""

METRICS = (Counter("jobs", "Jobs that were handled.", job_ended, ("kind", "outcome")),)


class Jobs:
    """One queue per application, with a handler for each kind of job."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        self._app = weakref.ref(app)
        self._handlers: dict[str, Handler] = {}
        self.broker: dramatiq.Broker = _redis(redis_url) if redis_url else StubBroker(middleware=[CurrentMessage()])
        self._faults = redis_faults() if redis_url else ()
        declare = dramatiq.actor(broker=self.broker, actor_name="work", queue_name=QUEUE)
        self._actor = declare(self._handle)
        self._lock = threading.Lock()
        self._away, self._has_answered, self._first_call = Away(), threading.Event(), threading.Lock()
        self._pid = 0
        self._worker: dramatiq.Worker | None = None

    def on(self, kind: str, handler: Handler) -> None:
        self._handlers[kind] = handler

    def enqueue(self, kind: str, key: str, *, wait: bool = True) -> None:
        """Put a job into the queue. Never fails: the sweep does the work of a job that is lost.

        Where the queue is in memory this waits for the job to be done, for 2 seconds at most, unless `wait` is False.
        """
        with self._first_contact():
            self._send(kind, key)
        if isinstance(self.broker, StubBroker):
            self.work()
            if not wait:
                return
            with lent(), suppress(QueueJoinTimeout):  # else eight events at once keep all others from their turn
                self.broker.join(QUEUE, timeout=WAIT_MILLISECONDS)

    @contextmanager
    def _first_contact(self) -> Iterator[None]:
        """One thread at a time until Redis has answered once: dramatiq's first call holds a lock."""
        if self._has_answered.is_set():
            yield
            return
        with self._first_call:
            yield

    def _send(self, kind: str, key: str) -> None:
        if not self._away.may_ask():
            log.warning("job %s %s is not queued: Redis is away", kind, key)
            return
        try:
            why = {"request_id": str(facts().get("request_id", "-")), **cause()}
            self._actor.send_with_options(args=(kind, key), why=why)  # an option: older workers ignore it
        except self._faults as error:
            self._away.report(is_up=False)
            log.warning("job %s %s is not queued: %r", kind, key, error)
        else:
            self._away.report(is_up=True)
            self._has_answered.set()

    def is_reachable(self) -> bool:
        """Whether a job could be put into the queue now."""
        if not isinstance(self.broker, StubBroker):
            try:
                self.broker.client.ping()  # type: ignore[attr-defined]  # that of Redis, which is imported where it is used
            except self._faults:
                return False
        return True

    def work(self, threads: int = THREADS) -> None:
        """Handle jobs in this process from now on, on threads of its own."""
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            self._worker = dramatiq.Worker(self.broker, worker_threads=threads, worker_timeout=100)
            self._worker.start()

    def close(self) -> None:
        """Finish the jobs under way, and take no others."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None and self._pid == os.getpid():
            worker.stop(timeout=DRAIN_MILLISECONDS)

    def _handle(self, kind: str, key: str) -> None:
        app = self._app()
        if app is None or kind not in self._handlers:
            return
        message = CurrentMessage.get_current_message()
        why: Mapping[str, str] = message.options.get("why", {}) if message else {}
        with app.app_context(), log_context(job=f"{kind} {key}", request_id=why.get("request_id", "-")), writing():
            outcome = "ok"
            try:
                with span(f"job {kind}", "consumer", {"kiosk.job": f"{kind} {key}"}, why):
                    bridge.run(self._handlers[kind](key))  # type: ignore[arg-type]
            except Exception:
                outcome = "error"
                log.exception("job %s %s", kind, key)
                db.session.rollback()
            job_ended.send(self, kind=kind, outcome=outcome)


def redis_faults() -> tuple[type[Exception], ...]:
    """The errors of a Redis that cannot be reached.

    Imported here, since its client takes a fifth of the time that `import app` takes, and is not always used.
    """
    from redis import RedisError

    return (RedisError,)


def _redis(url: str) -> dramatiq.Broker:
    """A request waits for a second at most for a Redis that hangs, and tries once: the sweep makes up for it."""
    import redis
    from dramatiq.brokers.redis import RedisBroker

    once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=once)
    return RedisBroker(client=client, middleware=[CurrentMessage()])  # type: ignore[no-untyped-call]  # dramatiq's own


def jobs(app: Flask | None = None) -> Jobs:
    """Those of `app`, or of the current application."""
    made: Jobs = (app or current_app).extensions["jobs"]
    return made


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["jobs"] = Jobs(app, settings.redis_url)
