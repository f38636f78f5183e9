"""Limits how many sign-ins wait for a provider at once, and how often something is tried."""

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Full(Exception):
    """All places are taken, and as many as may wait for one do."""


class OnLoop(Generic[T]):
    """Holds a lock or the like that belongs to one event loop, and makes a new one after a fork, for the new loop."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: tuple[asyncio.AbstractEventLoop, T] | None = None

    def here(self) -> T:
        loop = asyncio.get_running_loop()
        if self._made is None or self._made[0] is not loop:
            self._made = loop, self._make()
        return self._made[1]


class Line:
    """A number of places, and a queue for them of limited length, first come, first served. Used on one event loop."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self._places = OnLoop(lambda: asyncio.Semaphore(places))
        self._most_waiting = most_waiting
        self._waiting = 0

    async def enter(self, seconds: float) -> bool:
        """Wait up to so many seconds for a place. Whether it had to wait. Raises Full. `leave` gives the place back."""
        places = self._places.here()
        if not places.locked():
            await places.acquire()  # which does not wait
            return False
        if self._waiting >= self._most_waiting or seconds <= 0:
            raise Full
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await places.acquire()
        except TimeoutError:
            raise Full from None
        finally:
            self._waiting -= 1
        return True

    def leave(self) -> None:
        self._places.here().release()


class Allowance:
    """A token bucket: at most `most` tries at once, and one more every so many seconds."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._left, self._at = float(most), clock()

    def take(self) -> bool:
        """Take one try. False where none is left."""
        moment = self._clock()
        self._left = min(self._most, self._left + (moment - self._at) / self._seconds)
        self._at = moment
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        self._left = min(self._most, self._left + 1)
