"""How long the current request may wait for the database: its client is answered within 15 seconds, whatever hangs.

A request waits for its turn (`web/overload.py`) and then for the database, and both together end after REQUEST_SECONDS.
What all its calls to providers may take is in `outbound.py`.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

REQUEST_SECONDS = 12
"""The time after which a request no longer waits for the database, from when it arrived."""

queued: ContextVar[float] = ContextVar("queued", default=0.0)
"""Seconds for which the current request waited for its turn (`app/web/overload.py`)."""

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What runs within may wait for the database for so many seconds in all."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def of_request() -> AbstractContextManager[None]:
    return within(REQUEST_SECONDS - queued.get())


def renew() -> None:
    """Start the time again once the body is read: a slow client may take longer to send it than Kiosk may to answer."""
    if _until.get() is not None:
        _until.set(time.monotonic() + REQUEST_SECONDS - queued.get())


def time_left() -> float | None:
    """Seconds; None where there is no deadline, as in a worker."""
    until = _until.get()
    return None if until is None else until - time.monotonic()
