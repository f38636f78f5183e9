"""Each process of a server on a processor core of its own, where there are as many as cores.

Python runs one thread of a process at a time. Where its threads are on several cores, handing over from one to the
next costs a third of the processor time of a request (docs/performance.md).
"""

import fcntl
import os
import sys
from contextlib import suppress
from pathlib import Path


def stay_on_one(folder: Path, processes: int) -> None:
    """Call it before this process has threads that work: those that exist already stay where they are.

    Where the processes are fewer than the cores, or some cores would have more of them than others, nothing is done:
    other servers on the machine would choose the same cores. Nor where the system does not allow it.

    The files in `folder`, which the processes of this server share, say which core is taken; the system unlocks the
    file of a process that ends, however it does.
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
    """Whether no other process has it. Then it is open, and locked, as long as this process lives."""
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return False
    return True
