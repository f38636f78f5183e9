"""The simulator's time, which the control API can move."""

import time

from simulators.payments.store import Store


class Clock:
    """Real time plus an offset that survives a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def offset(self) -> float:
        return float(self._store["meta"].get("clock", {}).get("offset", 0))

    def exact(self) -> float:
        return time.time() + self.offset

    def now(self) -> int:
        """Unix seconds."""
        return int(self.exact())

    def move(self, seconds: float) -> None:
        with self._store:
            self._store.put("meta", "clock", {"offset": self.offset + seconds})
