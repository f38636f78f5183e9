"""How long the work at hand may wait for the database: a client is answered within 15 seconds, whatever hangs."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

REQUEST_SECONDS = 12
"""From when a request came until the database is no longer waited for."""

queued: ContextVar[float] = ContextVar("queued", default=0.0)
"""Seconds that the request at hand waited for a thread, where the server tells."""

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is done in here waits so long for the database in all."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def of_request() -> AbstractContextManager[None]:
    return within(REQUEST_SECONDS - queued.get())


def renew() -> None:
    """The body is there only now: a client may take longer to send it than the shop may to answer."""
    if _until.get() is not None:
        _until.set(time.monotonic() + REQUEST_SECONDS - queued.get())


def time_left() -> float | None:
    """Seconds; None where there is no hurry, as in a worker."""
    until = _until.get()
    return None if until is None else until - time.monotonic()
