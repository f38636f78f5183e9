"""Turns: so many at once, and the others in the order in which they came."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

BACK_SECONDS = 1


class Turns:
    """First come, first served: the standard library's semaphore lets a thread that comes late go first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[Lock] = deque()
        self._back: deque[Lock] = deque()
        self._lock = Lock()

    def take(self, seconds: float) -> bool:
        """Whether the caller has a turn, for which it waited so long at most."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return True
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        return turn.acquire(timeout=seconds) or not self._withdraw(turn, self._waiting)

    def take_back(self, seconds: float) -> None:
        """A turn before all who have not begun; after so many seconds without a wait, though it be one too many."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self._back.append(turn)
        if not turn.acquire(timeout=seconds) and self._withdraw(turn, self._back):
            with self._lock:
                self._free -= 1

    def give_back(self) -> None:
        with self._lock:
            if (line := self._back or self._waiting) and self._free >= 0:
                line.popleft().release()
            else:
                self._free += 1

    def _withdraw(self, turn: Lock, line: deque[Lock]) -> bool:
        """False where its turn came at this very moment."""
        with self._lock:
            if turn not in line:
                return False
            line.remove(turn)
            return True


taken: ContextVar[Turns | None] = ContextVar("taken", default=None)
"""Those of which the request at hand has a turn."""


@contextmanager
def lent(back_within: float = BACK_SECONDS) -> Iterator[None]:
    """Within, the request at hand only waits, as for a provider, and another has its turn.

    Then it goes on before those that have not begun, after so many seconds at the latest: it may hold what those at
    work wait for, such as a row of the database.
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
