"""A turn is the right to work now. So many threads have one at once, and the others wait in the order they came."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

BACK_SECONDS = 1
"""How long a thread that lent its turn waits to get one back."""


class Turns:
    """First come, first served: the standard library's semaphore lets a thread that comes late go first."""

    def __init__(self, count: int) -> None:
        self._free = count
        """Below zero while more threads work than `count`: see `take_back`."""

        self._new: deque[Lock] = deque()
        self._returning: deque[Lock] = deque()
        """Who waits: threads that have not begun, and those that lent their turn and go before them."""

        self._lock = Lock()

    def take(self, seconds: float) -> bool:
        """Wait up to so many seconds for a turn. Whether the caller has one now."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return True
            turn = Lock()
            turn.acquire()
            self._new.append(turn)
        return turn.acquire(timeout=seconds) or not self._withdraw(turn, self._new)

    def take_back(self, seconds: float) -> None:
        """Take a turn again, before all threads that have not begun.

        After so many seconds the caller has it in any case, even if then one thread more works than should.
        """
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self._returning.append(turn)
        if not turn.acquire(timeout=seconds) and self._withdraw(turn, self._returning):
            with self._lock:
                self._free -= 1

    def give_back(self) -> None:
        with self._lock:
            line = self._returning or self._new
            if line and self._free >= 0:
                line.popleft().release()
            else:
                self._free += 1

    def _withdraw(self, turn: Lock, line: deque[Lock]) -> bool:
        """Stop waiting. False where the turn was given at this very moment."""
        with self._lock:
            if turn not in line:
                return False
            line.remove(turn)
            return True


taken: ContextVar[Turns | None] = ContextVar("taken", default=None)
"""The Turns of which the current request has one; None where it has none."""


@contextmanager
def lent(back_within: float = BACK_SECONDS) -> Iterator[None]:
    """Around code that only waits, such as for a provider: meanwhile another request has the turn of this one.

    Afterwards this one goes on before requests that have not begun, and after `back_within` seconds at the latest: it
    may hold something that the requests at work wait for, such as a lock in the database.
    """
    turns = taken.get()
    if turns is None:
        yield
        return
    turns.give_back()
    try:
        yield
    finally:
        turns.take_back(back_within)
