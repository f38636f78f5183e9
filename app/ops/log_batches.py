"""Lines of a log that are written together: one call of the system for all that requests log in a moment."""

import logging
import threading
from collections import deque
from collections.abc import Sequence

from app.ops.log_file import SharedFile

SECONDS = 0.1
"""How long a line waits. That much is lost where a process is killed; one that ends by itself writes all."""

MOST = 1000
"""Lines that wait."""


class Stream(logging.StreamHandler):  # type: ignore[type-arg]  # any stream
    """The standard library's, with several lines in one call."""

    def emit_all(self, records: Sequence[logging.LogRecord]) -> None:
        try:
            self.stream.write("".join(self.format(record) + self.terminator for record in records))
            self.flush()
        except Exception:  # noqa: BLE001 -- as in its `emit`: a line is no reason to fail
            self.handleError(records[-1])


class Batches(logging.Handler):
    """Gives lines to `target` together. One that is a warning or worse goes there at once, behind those before it.

    Filters look at a record when it is made, in the thread that made it.
    """

    def __init__(self, target: Stream | SharedFile) -> None:
        super().__init__()
        self._target, self._waiting = target, deque[logging.LogRecord]()
        self.filters, target.filters = target.filters, []
        self._writing, self._is_over = threading.Lock(), threading.Event()
        threading.Thread(target=self._flush_often, args=(SECONDS,), name="log", daemon=True).start()

    def createLock(self) -> None:  # noqa: N802 -- the parent's name
        """None: no request waits while a line of another is written."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        self._waiting.append(record)
        if record.levelno >= logging.WARNING or len(self._waiting) > MOST:
            self.flush()

    def flush(self) -> None:
        with self._writing:
            if records := [self._waiting.popleft() for _ in range(len(self._waiting))]:
                self._target.emit_all(records)

    def close(self) -> None:
        self._is_over.set()
        self.flush()
        super().close()

    def _flush_often(self, seconds: float) -> None:
        while not self._is_over.wait(seconds):
            self.flush()
