"""Counts per minute, by client or user: in Redis for all servers together, in memory for each process.

While Redis is away each process counts for itself, and tries Redis again now and then.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.runtime.away import Away
from app.runtime.jobs import redis_faults

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter

log = logging.getLogger(__name__)

SECONDS = 60


class Memory:
    """Counts of this process: the exact times of the last minute. A check costs the same however many there are.

    It has what was counted in the last minute, MOST times at most. Where there were more, the clients that were counted
    the longest ago start again at 0.
    """

    MOST = 100_000
    """Times: some 30 MB where each is of another client."""

    def __init__(self) -> None:
        self._counted: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        """By limit and whose. The one that was counted last is the last."""
        self._size = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._size

    def take(self, name: str, times: int, whose: str, now: float) -> float | None:
        """Count one more at `now`, in seconds by a monotonic clock. If it is one too many: how many seconds to wait."""
        key, since = (name, whose), now - SECONDS
        with self._lock:
            self._clear(since)
            counted = self._counted.get(key, [])
            over = next((number for number, each in enumerate(counted) if each > since), len(counted))
            del counted[:over]
            self._size -= over
            if len(counted) >= times:
                return counted[-times] - since
            counted.append(now)
            self._counted[key] = counted
            self._counted.move_to_end(key)
            self._size += 1
            return None

    def _clear(self, since: float) -> None:
        """Remove clients that are out of date, or too many: at most two at each call, so that no call takes long."""
        for _ in range(2):
            key = next(iter(self._counted), None)
            if key is not None and (self._counted[key][-1] <= since or self._size >= self.MOST):
                self._size -= len(self._counted.pop(key))

    def clear(self) -> None:
        with self._lock:
            self._counted.clear()
            self._size = 0


class Counts:
    """How often each limit allows something in a minute, and how often it was done."""

    def __init__(self, redis_url: str, times: Mapping[str, int]) -> None:
        self._times = times
        self._near, self._far = Memory(), _redis(redis_url) if redis_url else None
        self._faults = redis_faults() if redis_url else ()
        self._away = Away()

    def take(self, name: str, whose: str) -> float | None:
        """Count one more. If it is one too many: how many seconds to wait."""
        times = self._times[name]
        if self._far is not None and self._away.may_ask():
            try:
                return self._take_far(self._far, name, times, whose)
            except self._faults as error:
                self._away.report(is_up=False)
                log.warning("this process counts for itself: %r", error)
        return self._near.take(name, times, whose, time.monotonic())

    def _take_far(self, far: "MovingWindowRateLimiter", name: str, times: int, whose: str) -> float | None:
        from limits import RateLimitItemPerSecond

        item = RateLimitItemPerSecond(times, SECONDS, namespace="kiosk")
        is_one_more = far.hit(item, name, whose)
        self._away.report(is_up=True)
        try:
            return None if is_one_more else far.get_window_stats(item, name, whose).reset_time - time.time()
        except self._faults:  # gone since it said no
            return SECONDS

    def reset(self) -> None:
        """Forget what this process counted."""
        self._near.clear()


def _redis(url: str) -> "MovingWindowRateLimiter":
    """A request waits only a moment for a Redis that hangs."""
    from limits.storage import storage_from_string
    from limits.strategies import MovingWindowRateLimiter
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    retry = Retry(NoBackoff(), 0)
    storage = storage_from_string(url, socket_timeout=1, socket_connect_timeout=1, retry=retry)  # type: ignore[arg-type]
    return MovingWindowRateLimiter(storage)
