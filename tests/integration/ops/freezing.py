"""Programs that stand still: they keep their connections, and answer nothing."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A program and its children stand still meanwhile, and go on afterwards."""
    _send(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        _send(pid, signal.SIGCONT)


def _send(pid: int, number: signal.Signals) -> None:
    """The program itself first: then it begets no others meanwhile."""
    os.kill(pid, number)
    for child in children(pid):
        with suppress(ProcessLookupError):
            os.kill(child, number)


def children(pid: int) -> list[int]:
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (each / "stat").read_text().rpartition(")")[2].split()[1]
            found += [int(each.name)] * (int(parent) == pid)
    return found
