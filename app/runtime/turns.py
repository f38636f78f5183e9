"""Turns: so many at once, and the others in the order in which they came."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock


class Turns:
    """First come, first served: the standard library's semaphore lets a thread that comes late go first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[Lock] = deque()
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
        return turn.acquire(timeout=seconds) or not self._withdraw(turn)

    def take_now(self) -> None:
        """A turn without a wait, though it be one too many: others begin so much later."""
        with self._lock:
            self._free -= 1

    def give_back(self) -> None:
        with self._lock:
            if self._waiting and self._free >= 0:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _withdraw(self, turn: Lock) -> bool:
        """False where its turn came at this very moment."""
        with self._lock:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True


taken: ContextVar[Turns | None] = ContextVar("taken", default=None)
"""Those of which the request at hand has a turn."""


@contextmanager
def lent() -> Iterator[None]:
    """Within, the request at hand only waits, as for a provider, and another has its turn. Then it goes on at once."""
    turns = taken.get()
    if turns is None:
        yield
        return
    turns.give_back()
    try:
        yield
    finally:
        turns.take_now()
