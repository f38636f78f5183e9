"""How many at once, and how often: what keeps a provider that is slow, or odd, from taking the server with it."""

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Full(Exception):
    """There is no place, and none to be waited for."""


class OnLoop(Generic[T]):
    """A lock or the like, which belongs to one event loop: a fork has another loop, and gets another one."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: tuple[asyncio.AbstractEventLoop, T] | None = None

    def here(self) -> T:
        loop = asyncio.get_running_loop()
        if self._made is None or self._made[0] is not loop:
            self._made = loop, self._make()
        return self._made[1]


class Line:
    """So many places, and a line of so many who wait for one, first come, first served. Used on one event loop."""

    def __init__(self, places: int, waiting: int) -> None:
        self._places = OnLoop(lambda: asyncio.Semaphore(places))
        self._most_waiting = waiting
        self._waiting = 0

    async def enter(self, patience: float) -> bool:
        """Take a place, which `leave` gives back. Whether it had to wait, `patience` seconds at most. Raises Full."""
        places = self._places.here()
        if not places.locked():
            await places.acquire()  # which does not wait
            return False
        if self._waiting >= self._most_waiting or patience <= 0:
            raise Full
        self._waiting += 1
        try:
            async with asyncio.timeout(patience):
                await places.acquire()
        except TimeoutError:
            raise Full from None
        finally:
            self._waiting -= 1
        return True

    def leave(self) -> None:
        self._places.here().release()


class Spare:
    """So many tries at once, and another one every so many seconds."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._left, self._at = float(most), clock()

    def take(self) -> bool:
        """Whether there was one left."""
        moment = self._clock()
        self._left = min(self._most, self._left + (moment - self._at) / self._seconds)
        self._at = moment
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        self._left = min(self._most, self._left + 1)
