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

    def watch() -> None:
        sys.stdin.read()
        with suppress(ProcessLookupError):
            os.kill(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
        kill_group(child.pid)

    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    kill_group(child.pid)  # workers whose master was killed
    return status


def kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
