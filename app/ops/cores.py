"""Each process of a server on a processor core of its own, where there are as many as cores.

Python runs one thread of a process at a time. Where the threads of a process are on several cores, switching from one
thread to the next costs a third of the processor time of a request (docs/performance.md).
"""

import fcntl
import os
import sys
from contextlib import suppress
from pathlib import Path


def stay_on_one(folder: Path, processes: int) -> None:
    """Keep this process on one core, if `processes` is the number of cores or a multiple of it.

    With any other number some cores would have more to do than others, so nothing is done; nor is it where the
    operating system does not allow it. Call it before the process starts threads: those that exist are not moved.

    Which core is taken the processes of this server tell each other by locked files in `folder`. The system unlocks
    the file of a process that ends, even of one that was killed.
    """
    if sys.platform != "linux":
        return
    cores = sorted(os.sched_getaffinity(0))
    if processes % len(cores):
        return
    with suppress(OSError):
        for number in range(processes):
            if _is_ours(folder / f"core-{number}"):
                os.sched_setaffinity(0, {cores[number % len(cores)]})
                return


def _is_ours(file: Path) -> bool:
    """Lock the file until this process ends. False where another process has locked it."""
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return False
    return True
