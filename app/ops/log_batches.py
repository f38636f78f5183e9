"""Log lines written in batches: one system call for all that the requests of a moment log.

The standard library's MemoryHandler writes in the thread of a request, line by line, and not before it is full.
"""

import logging
import select
import threading
from collections import deque
from collections.abc import Iterator, Sequence

from app.ops.log_file import SharedFile, formatted

SECONDS = 0.1
"""How long a line waits at most. A process that is killed loses the lines of this time; one that ends writes them."""

MOST = 1000
"""Lines that wait. One more, and all are written at once."""


class Stream(logging.StreamHandler):  # type: ignore[type-arg]  # any stream
    """The standard library's handler, and `emit_all` for several lines at once.

    Several processes may write to one pipe. Only what is no longer than PIPE_BUF is not mixed with the others' lines:
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
    """Whole lines, joined to pieces of up to `most` bytes. A line that is longer is a piece by itself."""
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
    """Collects log records and gives them to `target` together: at a warning at once, otherwise within SECONDS.

    The target's filters run when a record is made, in the thread that made it. It is formatted later and in another
    thread, so its arguments must not change meanwhile, nor be objects of a database session.
    """

    def __init__(self, target: Stream | SharedFile) -> None:
        super().__init__()
        self._target, self._waiting = target, deque[logging.LogRecord]()
        self.filters, target.filters = target.filters, []
        self._writing = threading.RLock()  # reentrant: to format an argument may log something
        self._is_over = threading.Event()
        threading.Thread(target=self._flush_often, args=(SECONDS,), name="log", daemon=True).start()

    def handle(self, record: logging.LogRecord) -> bool:
        """As in the standard library, but without its lock: no request waits while another one's line is written."""
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
