"""Limits the calls to the payment provider: few at once, and none for a while after several that hung.

Otherwise a provider that hangs would take every thread of the server.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from blinker import Signal

from app.stripe.errors import Unavailable

AT_ONCE = 32
"""Calls under way. Each keeps a thread waiting, and a server process has twice as many."""

FAILURES = 8
REST_SECONDS = 5

refused = Signal()
"""With `reason`: "busy" or "resting"."""


class CircuitBreaker:
    """A circuit breaker and a bulkhead, for calls on one event loop.

    Only time-outs open the circuit. A provider that answers 500 at once delays no request, and may recover.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self.busy = 0
        """The number of calls under way."""
        self._rests_until = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Make a call within. Raises Unavailable where none may be made now."""
        if self.busy >= AT_ONCE:
            refused.send(self, reason="busy")
            raise Unavailable(f"{AT_ONCE} calls are under way")
        if self._clock() < self._rests_until:
            refused.send(self, reason="resting")
            raise Unavailable("the provider hung on the last calls")
        if self._failures >= FAILURES:
            self._rests_until = self._clock() + REST_SECONDS  # this call tries; the others wait for its outcome
        self.busy += 1
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
            self.busy -= 1

    @property
    def is_resting(self) -> bool:
        """Whether the last calls timed out, and none was answered since."""
        return self._failures >= FAILURES
