"""A cached value that knows its age."""

import time
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    def __init__(self) -> None:
        self.value: T | None = None
        self.since = 0.0
        """By `time.monotonic()`."""

    def fresh(self, seconds: float) -> T | None:
        """The value, if it is younger than so many seconds; otherwise None."""
        return self.value if time.monotonic() - self.since < seconds else None

    def keep(self, value: T, since: float | None = None) -> T:
        self.value, self.since = value, time.monotonic() if since is None else since
        return value
