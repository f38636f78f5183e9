"""The folder in which the processes of one server write their counts, so that each of them can show the sum."""

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.runtime.child_environment import announce, withdraw

log = logging.getLogger(__name__)

PREFIX = "kiosk-metrics-"
LOCK = "lock"
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

KINDS = ("counter", "histogram", "gauge_livesum", "gauge_livemax")
ROOM = 1024 * 1024
"""Bytes for each kind: several times what all routes fill."""


@contextmanager
def shared() -> Iterator[Path]:
    """A fresh folder, for this process and all that it forks; it goes with them.

    Folders that killed servers have left behind are removed first: no process holds their locks any more.
    """
    remove_old()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (folder / "new").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a fork holds it too
        (folder / "new").rename(folder / LOCK)  # `remove_old` looks for this name: it is locked by now
        announce(VARIABLE, str(folder))
        owner = os.getpid()
        try:
            yield folder
        finally:
            if os.getpid() == owner:
                shutil.rmtree(folder, ignore_errors=True)


def reserve(folder: Path) -> None:
    """Take the room for what this process counts, before an application is made in it.

    prometheus-client maps files into memory, and a process that writes to such a page dies (SIGBUS) where the disk has
    no room for it. A process that gets no room counts for itself alone.
    """
    files = [folder / f"{kind}_{os.getpid()}.db" for kind in KINDS]
    try:
        for each in files:
            with each.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError as error:
        for each in files:
            each.unlink(missing_ok=True)
        withdraw(VARIABLE)
        log.warning("%s: this process counts for itself, and /metrics tells of it alone: %s", folder, error.strerror)


def remove_old() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("r+") as held:  # another user's cannot be opened, and is theirs
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
