"""A cache in the memory of one process, for what the database would take long to count or add up for each request."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from app.web.limits import TooManyRequests

T = TypeVar("T")

SECONDS = 60
"""How long a value is good, at least."""

REST = 100
"""A value is good for at least this many times as long as it took to make: the database has other things to do."""

WAIT_SECONDS = 2
MOST = 64
"""Values that are kept. The one that has not been asked for the longest goes first."""


@dataclass
class _Entry(Generic[T]):
    value: T | None = None
    until: float = 0
    """By the monotonic clock."""

    lock: Lock = field(default_factory=Lock)
    """Held by the caller who makes the value."""


class MinuteCache(Generic[T]):
    """Values by key. One thread makes a value, and others use the previous one meanwhile."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The cached value, or a new one from `make` where that is older than SECONDS.

        While one caller makes a new value, the others get the previous one. Where there is none they wait up to
        WAIT_SECONDS for it, and then make it themselves. Where `make` raises TooManyRequests the previous value is
        returned; where there is none, the error is raised.
        """
        entry = self._entry(key)
        if entry.value is not None and time.monotonic() < entry.until:
            return entry.value
        has_lock = entry.lock.acquire(timeout=WAIT_SECONDS if entry.value is None else 0)
        try:
            if entry.value is None or (has_lock and time.monotonic() >= entry.until):
                began = time.monotonic()
                try:
                    entry.value = make()
                except TooManyRequests:
                    if entry.value is None:
                        raise
                now = time.monotonic()
                entry.until = now + max(SECONDS, REST * (now - began))
            return entry.value
        finally:
            if has_lock:
                entry.lock.release()

    def peek(self, key: Hashable) -> T | None:
        """The cached value; None where there is none or it is too old."""
        entry = self._entries.get(key)
        return entry.value if entry is not None and time.monotonic() < entry.until else None

    def _entry(self, key: Hashable) -> _Entry[T]:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > MOST:
                self._entries.popitem(last=False)
            return entry
