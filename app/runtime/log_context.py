"""What the work at hand is about, for each log line of it: a request, a job, a turn of the sweep.

One mapping for all of a piece of work, and changed in place: a coroutine on the bridge and the thread that it sends its
blocking calls home to have contexts of their own, and see the same mapping.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_facts: ContextVar[dict[str, object] | None] = ContextVar("facts", default=None)


@contextmanager
def scope(**facts: object) -> Iterator[None]:
    """A piece of work begins here, and nothing that was noted before is about it."""
    token = _facts.set(facts)
    try:
        yield
    finally:
        _facts.reset(token)


def note(**facts: object) -> None:
    """Learned on the way, such as whose order it is: on each line from now on."""
    current = _facts.get()
    if current is not None:
        current.update(facts)


def facts() -> Mapping[str, object]:
    return _facts.get() or {}
