"""Leaves Redis alone for a while where it did not answer: else each request would wait for it anew."""

import threading
import time

AWAY_SECONDS = 10


class Away:
    """Of one client of Redis. Its questions are asked where `may_ask` says so, and `answered` is told what came."""

    def __init__(self) -> None:
        self._again, self._lock = 0.0, threading.Lock()

    def may_ask(self) -> bool:
        """One caller at a time finds out whether a Redis that was away is back."""
        with self._lock:
            if self._again and time.monotonic() >= self._again:
                self._again = time.monotonic() + AWAY_SECONDS
                return True
            return not self._again

    def answered(self, *, it_did: bool) -> None:
        self._again = 0.0 if it_did else time.monotonic() + AWAY_SECONDS
