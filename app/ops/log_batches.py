"""Lines of a log that are written together: one call of the system for all that requests log in a moment."""

import logging
import select
import threading
from collections import deque
from collections.abc import Iterator, Sequence

from app.ops.log_file import SharedFile, formatted

SECONDS = 0.1
"""How long a line waits. That much is lost where a process is killed; one that ends by itself writes all."""

MOST = 1000
"""Lines that wait."""


class Stream(logging.StreamHandler):  # type: ignore[type-arg]  # any stream
    """The standard library's, with several lines in one call.

    The system keeps so many bytes in one piece where several processes write to one pipe, and not more:
    https://man7.org/linux/man-pages/man7/pipe.7.html
    """

    def emit_all(self, records: Sequence[logging.LogRecord]) -> None:
        try:
            for piece in _pieces(formatted(self, records), select.PIPE_BUF):
                self.stream.write(piece)
                self.flush()
        except Exception:  # noqa: BLE001 -- as in its `emit`: a line is no reason to fail
            self.handleError(records[-1])


def _pieces(lines: Sequence[str], most: int) -> Iterator[str]:
    """Whole lines, of `most` bytes together or a single longer one."""
    piece, size = list[str](), 0
    for line in lines:
        length = len(line.encode(errors="backslashreplace"))
        if piece and size + length > most:
            yield "".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += length
    yield "".join(piece)


class Batches(logging.Handler):
    """Gives lines to `target` together. One that is a warning or worse goes there at once, behind those before it.

    Filters look at a record when it is made, in the thread that made it. It is formatted later: its arguments must
    not change, nor be rows of a session.
    """

    def __init__(self, target: Stream | SharedFile) -> None:
        super().__init__()
        self._target, self._waiting = target, deque[logging.LogRecord]()
        self.filters, target.filters = target.filters, []
        self._writing = threading.RLock()  # the text of an argument may log something itself
        self._is_over = threading.Event()
        threading.Thread(target=self._flush_often, args=(SECONDS,), name="log", daemon=True).start()

    def handle(self, record: logging.LogRecord) -> bool:
        """Without the lock of other handlers: no request waits while a line of another one is written."""
        is_kept = bool(self.filter(record))
        if is_kept:
            self.emit(record)
        return is_kept

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
        self._target.close()
        super().close()

    def _flush_often(self, seconds: float) -> None:
        while not self._is_over.wait(seconds):
            self.flush()
