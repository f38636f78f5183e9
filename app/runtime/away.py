"""Leaves Redis alone for a while where it did not answer: else each request would wait for it anew."""

import threading
import time

AWAY_SECONDS = 10


class Away:
    """Whether Redis is away. Callers ask `may_ask` before each call, and `report` afterwards."""

    def __init__(self) -> None:
        self._again, self._lock = 0.0, threading.Lock()

    def may_ask(self) -> bool:
        """Whether to call Redis. While it is away, only one caller at a time tries whether it is back."""
        with self._lock:
            if self._again and time.monotonic() >= self._again:
                self._again = time.monotonic() + AWAY_SECONDS
                return True
            return not self._again

    def report(self, *, is_up: bool) -> None:
        self._again = 0.0 if is_up else time.monotonic() + AWAY_SECONDS
