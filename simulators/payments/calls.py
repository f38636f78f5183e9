"""The log of API calls, so that a test can count what was asked, and under which key."""

import threading
from collections import deque
from dataclasses import asdict, dataclass

from simulators.payments.protocol import Params, Resource

MOST = 20_000


@dataclass
class Call:
    """One request to /v1 or /v2; `status` is None while it is being answered, or where the client never got one."""

    number: int
    at: float
    """Unix seconds, real time."""
    method: str
    path: str
    params: Params
    key: str | None
    connection: int
    """Two calls with the same number came over the same connection."""
    version: str | None = None
    status: int | None = None
    error: str | None = None
    request: str | None = None
    replayed: bool = False
    fault: str | None = None


class Calls:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=MOST)
        self._count = 0

    def note(self, *, at: float, method: str, path: str, key: str | None, connection: int) -> Call:
        with self._lock:
            self._count += 1
            call = Call(self._count, at, method, path, {}, key, connection)
            self._calls.append(call)
        return call

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

    def shown(self, method: str | None = None, path: str | None = None) -> list[Resource]:
        with self._lock:
            calls = list(self._calls)
        return [asdict(call) for call in calls if method in (None, call.method) and path in (None, call.path)]
