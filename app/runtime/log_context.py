"""What the current work is about, for each of its log lines: a request, a job, a turn of a worker.

One mapping for a whole piece of work, changed in place: a coroutine on the bridge and the request thread that runs its
blocking calls have contexts of their own, and share the mapping.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_facts: ContextVar[dict[str, object] | None] = ContextVar("facts", default=None)


@contextmanager
def log_context(**facts: object) -> Iterator[None]:
    """Log lines within this context have these facts, and none from outside."""
    token = _facts.set(facts)
    try:
        yield
    finally:
        _facts.reset(token)


def note(**facts: object) -> None:
    """Add facts, such as the order, to each log line from now on."""
    current = _facts.get()
    if current is not None:
        current.update(facts)


def facts() -> Mapping[str, object]:
    return _facts.get() or {}
