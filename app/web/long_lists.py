"""What a process keeps of long lists for a minute, so that not every page has all of their rows counted.

For each list: its number of rows, and its landmarks, which are what every STEP-th row is sorted by. A page far down is
read from the landmark before it on.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from app.web.limits import TooManyRequests

T = TypeVar("T")

LONG = 10_000
"""Of so many rows a list may have more and is not long: they are counted for each page."""

STEP = 1_000
SECONDS = 60
WAIT_SECONDS = 2
REST = 100
"""So many times as long as something took to make it is kept at least: the database has other things to do."""

MOST = 64
"""Lists of which something is kept: those that were asked for last."""


@dataclass
class _Made(Generic[T]):
    value: T | None = None
    until: float = 0
    lock: Lock = field(default_factory=Lock)


class Cached(Generic[T]):
    """A value for each list."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, _Made[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, of: Hashable, make: Callable[[], T]) -> T:
        """What `make` returned at most SECONDS ago, or returns now. What took long to make is kept for longer.

        One caller makes it. Meanwhile the others get the value before; where there is none they wait for it, but not
        for longer than WAIT_SECONDS. Where `make` raises TooManyRequests the value before is good enough.
        """
        made = self._of(of)
        if made.value is not None and time.monotonic() < made.until:
            return made.value
        is_alone = made.lock.acquire(timeout=WAIT_SECONDS if made.value is None else 0)
        try:
            if made.value is None or (is_alone and time.monotonic() >= made.until):
                began = time.monotonic()
                try:
                    made.value = make()
                except TooManyRequests:
                    if made.value is None:
                        raise
                now = time.monotonic()
                made.until = now + max(SECONDS, REST * (now - began))
            return made.value
        finally:
            if is_alone:
                made.lock.release()

    def known(self, of: Hashable) -> T | None:
        """What is kept, unless it is too old."""
        made = self._made.get(of)
        return made.value if made is not None and time.monotonic() < made.until else None

    def _of(self, key: Hashable) -> _Made[T]:
        with self._lock:
            made = self._made.setdefault(key, _Made())
            self._made.move_to_end(key)
            while len(self._made) > MOST:
                self._made.popitem(last=False)
            return made
