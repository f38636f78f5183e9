"""Asks something that may hang, and waits for the answer only so long."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from app.runtime import deadline

T = TypeVar("T")

LEAST_SECONDS = 5
"""How long a question itself may wait for the database: enough to connect anew."""


class Hangs(Exception):
    """There is no answer in time; the call is still under way."""


class Probe(Generic[T]):
    """Asks on a thread of its own, once for all callers at the same time.

    `patience` and `keep` in seconds: how long a caller waits, and how long an answer is used again.
    """

    def __init__(self, ask: Callable[[], T], patience: float, keep: float = 0) -> None:
        self._ask, self.patience, self.keep = ask, patience, keep
        self._lock = threading.Lock()
        self._answer: Future[T] = Future()
        self._began = float("-inf")
        self._ended = float("-inf")

    def answer(self) -> T:
        """Raises Hangs, or what the question raised."""
        answer, left = self.begin()
        try:
            return answer.result(timeout=max(0, left))
        except TimeoutError as error:
            if answer.done():  # the question itself raised it
                raise
            raise Hangs from error

    def begin(self) -> "tuple[Future[T], float]":
        """Start a call unless one is under way. Its future result, and the seconds that are left to wait for it."""
        with self._lock:
            is_over = self._ended >= self._began
            if is_over and time.monotonic() - self._ended >= self.keep:
                self._answer, self._began = Future(), time.monotonic()
                threading.Thread(target=self._run, args=[self._answer], name="probe", daemon=True).start()
            return self._answer, self._began + self.patience - time.monotonic()

    def _run(self, answer: "Future[T]") -> None:
        try:
            with deadline.within(max(self.patience, LEAST_SECONDS)):
                result = self._ask()
        except BaseException as error:  # noqa: BLE001 -- it is raised at the caller
            self._ended = time.monotonic()
            answer.set_exception(error)
        else:
            self._ended = time.monotonic()
            answer.set_result(result)
