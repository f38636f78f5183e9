"""A limit on requests, as Stripe has one for each account. Source: https://docs.stripe.com/rate-limits."""

import threading
import time
from collections import deque
from collections.abc import Callable

from simulators.payments.faults import error

TOO_MANY = 429


class Limit:
    """At most so many requests in any second of real time; None: no limit. Those that are refused do not count."""

    def __init__(self, most: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._lock = threading.Lock()
        self._times: deque[float] = deque()

    def check(self) -> None:
        """Refusal 429, with the reason in Stripe-Rate-Limited-Reason, for one too many."""
        if self._most is None:
            return
        with self._lock:
            now = self._clock()
            while self._times and self._times[0] <= now - 1:
                self._times.popleft()
            if len(self._times) >= self._most:
                raise error(TOO_MANY)
            self._times.append(now)
