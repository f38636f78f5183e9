"""The folder in which the processes of one server write their counts, so that each of them can show the sum."""

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

    Folders that killed servers have left behind are removed first: no process holds their locks any more.
    """
    remove_old()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (folder / "new").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a fork holds it too
        (folder / "new").rename(folder / LOCK)  # `remove_old` looks for this name: it is locked by now
        announce("PROMETHEUS_MULTIPROC_DIR", str(folder))
        owner = os.getpid()
        try:
            yield folder
        finally:
            if os.getpid() == owner:
                shutil.rmtree(folder, ignore_errors=True)


def remove_old() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("r+") as held:  # another user's cannot be opened, and is theirs
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
