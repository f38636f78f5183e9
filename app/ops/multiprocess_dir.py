"""The folder in which the processes of one server keep what they count, so that any of them can tell for all."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.runtime.child_environment import announce

PREFIX = "kiosk-metrics-"
LOCK = "lock"


@contextmanager
def shared() -> Iterator[Path]:
    """A fresh folder, for this process and all that it forks; it goes with them.

    What servers that were killed have left behind goes first: nobody holds the lock in it any more.
    """
    sweep_up()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (folder / "new").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a fork holds it too
        (folder / "new").rename(folder / LOCK)  # nobody who sweeps up finds it before it is held
        announce("PROMETHEUS_MULTIPROC_DIR", str(folder))
        owner = os.getpid()
        try:
            yield folder
        finally:
            if os.getpid() == owner:
                shutil.rmtree(folder, ignore_errors=True)


def sweep_up() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("r+") as held:  # another user's cannot be opened, and is theirs
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
