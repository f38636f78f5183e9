"""Runs a command for as long as whoever started it lives: `lifeline.py SIGNAL USER COMMAND…`.

Standard input is the lifeline. When it ends, because a fixture let go or because pytest was killed, the command
gets SIGNAL, and ten seconds later its whole process group is killed. The first line of output is its process id.
USER may be empty; another one than oneself is for root alone.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

PATIENCE = 10  # seconds


def main() -> int:
    number, user, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        user=user or None,
        extra_groups=[] if user else None,
    )
    print(child.pid, flush=True)  # noqa: T201 -- the caller reads it
    return keep(child.pid, number, sys.stdin.read)


def keep(pid: int, number: int, until: Callable[[], object]) -> int:
    """The exit status of a child that leads a process group, negative for a signal.

    Once `until` returns the child gets the signal, and its whole group is killed where it does not end in time.
    """
    ended = threading.Event()

    def watch() -> None:
        until()
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        ended.wait(PATIENCE)
        kill_group(pid)

    threading.Thread(target=watch, daemon=True).start()
    _, status = os.waitpid(pid, 0)
    ended.set()
    kill_group(pid)  # workers whose master was killed
    return os.waitstatus_to_exitcode(status)


def kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
