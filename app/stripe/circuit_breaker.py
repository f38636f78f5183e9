"""Keeps a provider that hangs from taking the whole shop with it: few calls at once, and none while it hangs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from blinker import Signal

from app.stripe.errors import Unavailable

AT_ONCE = 16
"""Calls under way, and so threads that wait: half of a server's."""

FAILURES = 8
REST_SECONDS = 5

changed = Signal()
"""With `busy`, the calls under way, and `resting`, whether the provider hung on the last ones."""

refused = Signal()
"""With `reason`: "busy" or "resting"."""


class Shelter:
    """A bulkhead and a circuit breaker, on one event loop.

    Only calls that cost time open the circuit. A provider that answers 500 at once holds nobody up, and may answer
    better the next time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._busy = self._failures = 0
        self._rests_until = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Raises Unavailable instead of letting the call through."""
        if self._busy >= AT_ONCE:
            refused.send(self, reason="busy")
            raise Unavailable(f"{AT_ONCE} calls are under way")
        if self._clock() < self._rests_until:
            refused.send(self, reason="resting")
            raise Unavailable("the provider hung on the last calls")
        if self._failures >= FAILURES:
            self._rests_until = self._clock() + REST_SECONDS  # one call tries; the others wait for what it finds
        self._busy += 1
        self._tell()
        try:
            yield
        except httpx.TimeoutException:
            self._failures += 1
            if self._failures >= FAILURES:
                self._rests_until = self._clock() + REST_SECONDS
            raise
        else:
            self._failures, self._rests_until = 0, 0.0
        finally:
            self._busy -= 1
            self._tell()

    @property
    def is_resting(self) -> bool:
        """Whether the provider hung on the last calls, and has not answered one since."""
        return self._failures >= FAILURES

    def _tell(self) -> None:
        changed.send(self, busy=self._busy, resting=self.is_resting)
