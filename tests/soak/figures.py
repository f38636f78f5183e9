"""What the processes of a program take, as Linux tells in /proc: https://docs.kernel.org/filesystems/proc.html"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


def of_program(group: int) -> dict[str, float]:
    """Of all processes of this process group: memory in KiB, open files, threads."""
    taken: Counter[str] = Counter()
    for process in _members(group):
        with suppress(OSError):  # it has ended meanwhile
            taken["memory, KiB"] += int((process / "statm").read_text().split()[1]) * PAGE // 1024
            taken["files"] += len(list((process / "fd").iterdir()))
            taken["threads"] += len(list((process / "task").iterdir()))
    return dict(taken)


def _members(group: int) -> Iterator[Path]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            _, _, rest = (process / "stat").read_text().rpartition(")")
            if int(rest.split()[2]) == group:
                yield process
