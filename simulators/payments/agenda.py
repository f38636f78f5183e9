"""What is due when."""

import heapq
from collections.abc import Callable, Iterable


class Agenda:
    """Names in order of the time at which they are due.

    Nothing is ever struck off: `due_of` tells when a name is due now, None where it is not any more,
    and an entry that says something else is passed over.
    """

    def __init__(self, due_of: Callable[[str], float | None], names: Iterable[str]) -> None:
        self._due_of = due_of
        self._heap = [(due, name) for name in names if (due := due_of(name)) is not None]
        heapq.heapify(self._heap)

    def add(self, due: float, name: str) -> None:
        heapq.heappush(self._heap, (due, name))

    def is_ready(self, now: float) -> bool:
        """Whether something is due."""
        while self._heap and self._heap[0][0] <= now:
            due, name = self._heap[0]
            if self._due_of(name) == due:
                return True
            heapq.heappop(self._heap)
        return False

    def take(self, now: float) -> str | None:
        """Takes the name that has been due the longest, if any is."""
        return heapq.heappop(self._heap)[1] if self.is_ready(now) else None
