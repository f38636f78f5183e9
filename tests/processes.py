"""Programs that tests run beside themselves, and waiting for them: never by a fixed time, always with a deadline."""

import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, TypeVar

from tests.secrecy import watch
from tests.warm import Forked, warm

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
LIFELINE = Path(__file__).with_name("lifeline.py")
KIOSK = Path(sys.executable).with_name("kiosk")
PACKAGES = os.environ.get("PYTHONPATH")  # a program that is to see others is started afresh
DEADLINE = 30  # seconds; plenty, so that a slow machine fails no test


def wait_for(condition: Callable[[], T], what: str, deadline: float = DEADLINE) -> T:
    """The first true answer of `condition`; AssertionError naming `what` where it does not come in time."""
    began = time.monotonic()
    while True:
        if answer := condition():
            return answer
        waited = time.monotonic() - began
        assert waited < deadline, f"waited {deadline} s in vain for {what}"
        # To ask takes the processor from what is waited for: the longer it takes, the more rarely.
        time.sleep(min(max(waited / 10, 0.01), 0.1))


# Below the ports that systems give to outgoing connections, else one of these takes a port between its choice and its
# use. Each process that runs tests has a range of its own, and goes round it from anywhere: another run may be beside.
RANGE = 600
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_LANE = int(os.environ.get("TEST_LANE", "0"))  # of the two in scripts/test
_FIRST = 12_000 + RANGE * ((_WORKER + 15 * _LANE) % 30)
_steps = itertools.count(secrets.randbelow(RANGE))


def free_port(in_a_row: int = 1) -> int:
    """The first of so many that nobody listens at, and that no other test of this run gets."""
    while True:
        begin = next(_steps) % RANGE
        for _ in range(in_a_row - 1):
            next(_steps)
        ports = range(_FIRST + begin, _FIRST + begin + in_a_row)
        if begin + in_a_row <= RANGE and not any(map(_taken, ports)):
            return ports[0]


def _taken(port: int) -> bool:
    with closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


class Lifeline:
    """A command that `tests/lifeline.py` runs."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], stop: signal.Signals, user: str, output: IO[bytes]
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", LIFELINE, str(int(stop)), user, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            env=dict(env),
            cwd=ROOT,
            start_new_session=True,  # Ctrl-C is for pytest, which then ends this in order
        )
        assert self._process.stdout
        first = self._process.stdout.readline()
        self._process.stdout.close()
        assert first, f"{command[0]} does not start: see {output.name}"
        self.pid = int(first)

    def let_go(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()

    def poll(self) -> int | None:
        return self._process.poll()

    def wait(self) -> int:
        return self._process.wait()


class Process:
    """A program that ends with the tests, however they end. Its output goes to the file `log`."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        user: str = "",
        stop: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.log = log
        every = dict(os.environ if env is None else env)
        words = [str(each) for each in command]
        with log.open("ab") as output:
            if command[0] == KIOSK and every.get("PYTHONPATH") == PACKAGES:
                self._program: Lifeline | Forked = warm().start(words, every, stop, output.fileno(), output.fileno())
            else:
                self._program = Lifeline(words, every, stop, user, output)
        self.pid = self._program.pid

    @property
    def running(self) -> bool:
        return self._program.poll() is None

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL for all of it, as when the power goes."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._close()

    def stop(self) -> int:
        """Ends it in order. Its exit status, negative for a signal."""
        return self._close()

    def wait(self) -> int:
        """Its exit status, once it has ended by itself."""
        return self._program.wait()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def _close(self) -> int:
        self._program.let_go()
        status = self._program.wait()
        watch.told(self.said())
        return status

    def wait_until_said(self, words: str) -> None:
        self.wait_for(lambda: words in self.said(), f"it to say {words!r}")

    def wait_for(self, condition: Callable[[], T], what: str, deadline: float = DEADLINE) -> T:
        """As `wait_for`, and gives up at once, with what the program said, where it ends meanwhile."""

        def asked() -> T:
            assert self.running, f"waited for {what}, but it ended: {self.said()[-4000:]}"
            return condition()

        try:
            return wait_for(asked, what, deadline)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()[-4000:]}") from None


def run_kiosk(*args: str | Path, env: Mapping[str, str], folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """A `kiosk` command to its end: as `subprocess.run` with its output captured, and without the time of imports."""
    command = [str(KIOSK), *map(str, args)]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        program = warm().start(command, env, signal.SIGTERM, output.fileno(), errors.fileno(), folder)
        wait_for(lambda: program.poll() is not None, f"`{' '.join(command)}` to end", 2 * DEADLINE)
        said = [file.seek(0) or file.read() for file in (output, errors)]
    return subprocess.CompletedProcess(command, program.wait(), *said)
