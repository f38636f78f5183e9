"""Starts `kiosk` commands without the second that its imports take: forks them from a process that is past these.

From there on such a program is what it always is: its arguments, environment, folder, session and exit are its own.
It ends with the tests, as in `tests/lifeline.py`. Run as a program, this file is the process that is forked.
"""

import atexit
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests import lifeline

ROOT = Path(__file__).resolve().parent.parent
LATE = (
    *("app.models", "app.commands.serve", "app.commands.worker", "flask_migrate.cli", "alembic.command"),
    *("httpcore", "anyio._backends._asyncio"),
)
"""What a command imports only once it is known which one it is, or has begun its work."""


class Warm:
    """The process that `kiosk` commands are forked from. It ends with this one."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for pytest, which then ends all this in order
            )
        atexit.register(self._close)

    def _close(self) -> None:
        self._channel.close()
        self._process.wait()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def start(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        stop: signal.Signals,
        output: int,
        errors: int,
        folder: Path = ROOT,
    ) -> "Forked":
        """`output` and `errors` are descriptors that the program writes to; it runs in `folder`."""
        request = {"command": command, "env": dict(env), "stop": int(stop), "folder": str(folder)}
        mine, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._channel, [b"."], [theirs.fileno(), output, errors])
            mine.sendall(json.dumps(request).encode() + b"\n")
        except BrokenPipeError as error:
            words = f"the process that `kiosk` is forked from has ended with {self._process.wait()}: see above"
            raise AssertionError(words) from error
        return Forked(mine)


class Forked:
    """A program that was forked, as `subprocess.Popen` shows one."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lines = control.makefile("rb")
        self._lock = threading.Lock()
        self._status: int | None = None
        self.pid = int(self._lines.readline() or -1)

    def let_go(self) -> None:
        with suppress(OSError):  # it has ended by itself
            self._control.shutdown(socket.SHUT_WR)

    def poll(self) -> int | None:
        ready, _, _ = select.select([self._control], [], [], 0) if self._status is None else ([], [], [])
        return self.wait() if ready else self._status

    def wait(self) -> int:
        with self._lock:
            if self._status is None:
                self._status = int(self._lines.readline() or -signal.SIGKILL)
                self._lines.close()
                self._control.close()
        return self._status


_warm: Warm | None = None
_beginning = threading.Lock()


def warm() -> Warm:
    global _warm  # noqa: PLW0603 -- one for all tests of this process
    with _beginning:
        if _warm is None or _warm.has_ended:  # killed, or the tree could not be imported at that moment
            _warm = Warm()
        return _warm


# ---------------------------------------------------------------- in the process that is forked


def fork_on_demand(channel: socket.socket) -> bool:
    """Returns True in each `kiosk` that was asked for, and False when nobody can ask any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    while True:
        asked, descriptors, _, _ = socket.recv_fds(channel, 1, 3)
        if not asked:
            return False
        if os.fork() == 0:
            channel.close()
            return keep_one(*descriptors)
        for each in descriptors:
            os.close(each)


def keep_one(descriptor: int, output: int, errors: int) -> bool:
    """Returns in the program alone; this process waits for its end."""
    control = socket.socket(fileno=descriptor)
    lines = control.makefile("rb")
    request = json.loads(lines.readline())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        lines.close()
        control.close()
        os.chdir(request["folder"])
        become(request["command"], request["env"], output, errors)
        return True
    control.sendall(b"%d\n" % pid)
    status = lifeline.keep(pid, request["stop"], lines.read)
    control.sendall(b"%d\n" % status)
    os._exit(0)


def become(command: list[str], env: dict[str, str], output: int, errors: int) -> None:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, each in enumerate((nothing, output, errors)):
        os.dup2(each, number)
    for each in {nothing, output, errors} - {0, 1, 2}:
        os.close(each)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = command
    os.environ.clear()
    os.environ.update(env)


if __name__ == "__main__":
    from app.commands.cli import main

    for module in LATE:
        importlib.import_module(module)
    if fork_on_demand(socket.socket(fileno=int(sys.argv[1]))):
        main()
