"""Requests take turns: so many at once are worked on, and one that has waited long is told to come back.

To serve that one too would keep all others waiting. Health is asked without a turn, whatever the others wait for.
"""

import time
from collections import deque
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask

from app.runtime import deadline
from app.runtime.errors import Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

QUEUE_SECONDS = 9
HEALTH = {"/healthz", "/readyz"}


class Overloaded(Unavailable):
    error = "overloaded"
    detail = "There is more to do here than can be done in time. Try again soon."


class Turns:
    """First come, first served: the standard library's semaphore lets a thread that comes late go first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[Lock] = deque()
        self._lock = Lock()

    def take(self, seconds: float) -> bool:
        """Whether the caller has a turn, for which it waited so long at most."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        return turn.acquire(timeout=seconds) or not self._withdraw(turn)

    def give_back(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _withdraw(self, turn: Lock) -> bool:
        """False where its turn came at this very moment."""
        with self._lock:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True


def in_turns(app: "WSGIApplication", count: int) -> "WSGIApplication":
    """The application, of whose requests `count` are worked on at once."""
    turns = Turns(count)

    def of_request(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] in HEALTH:
            return app(environ, start_response)
        came = time.monotonic()
        has_turn = turns.take(QUEUE_SECONDS)
        token = deadline.queued.set(time.monotonic() - came)
        try:
            return app(environ, start_response)
        finally:
            deadline.queued.reset(token)
            if has_turn:
                turns.give_back()

    return of_request


def _refuse_late() -> None:
    if deadline.queued.get() >= QUEUE_SECONDS:
        raise Overloaded


def init_app(app: Flask) -> None:
    app.before_request(_refuse_late)
