"""A log file that several processes write to. None of them renames it under another.

`logging.handlers.RotatingFileHandler` is for one process: of several, each renames what another has just begun.
"""

import errno
import fcntl
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def formatted(handler: logging.Handler, records: Sequence[logging.LogRecord]) -> list[str]:
    """The lines of the records. One that cannot be formatted is reported as any handler of logging does it."""
    lines = []
    for record in records:
        try:
            lines.append(handler.format(record) + "\n")
        except Exception:  # noqa: BLE001 -- whatever the text of an argument raises
            handler.handleError(record)
    return lines


def _write(file: int, lines: bytes) -> None:
    """Raises OSError, also where there was room for a part only."""
    if os.write(file, lines) < len(lines):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class SharedFile(logging.Handler):
    """Appends each line, or several, in one call, which the system keeps in one piece (O_APPEND).

    A process that finds the file full (`most` bytes) renames it, under a lock on that very file; `kept` older ones
    stay. No process waits for the lock: while one renames, or hangs at it, the others write on. A line that another
    process is about to write at that moment goes to the renamed file, so none is lost.
    """

    def __init__(self, path: str, most: int, kept: int) -> None:
        super().__init__()
        self._path, self._most, self._kept = Path(path).absolute(), most, kept
        self._file: int | None = None
        self._pid = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.emit_all([record])

    def emit_all(self, records: Sequence[logging.LogRecord]) -> None:
        try:
            lines = "".join(formatted(self, records)).encode(errors="backslashreplace")
            file = self._current()
            size = os.fstat(file).st_size
            if size and size + len(lines) > self._most and self._moved_away(file):
                file = self._current()
            _write(file, lines)
        except Exception:  # noqa: BLE001 -- as with every handler of logging: a line is no reason to fail
            self.handleError(records[-1])

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        super().close()

    def _current(self) -> int:
        """A descriptor of the file that is at the path now. A fork opens its own, for it would share the lock."""
        if self._file is None or self._pid != os.getpid() or not self._is_there(self._file):
            if self._file is not None:
                os.close(self._file)
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            self._pid = os.getpid()
        return self._file

    def _is_there(self, file: int) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(file))
        except FileNotFoundError:
            return False

    def _moved_away(self, file: int) -> bool:
        """Whether another file is to be written to now; not while another process is renaming this one."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        try:
            if self._is_there(file):
                for number in range(self._kept - 1, 0, -1):
                    with suppress(FileNotFoundError):
                        self._older(number).replace(self._older(number + 1))
                self._path.replace(self._older(1))
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
        return True

    def _older(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
