"""A copy of the tree whose tests are run by a fork server: the imports take the longest in a run of a few tests.

Run as a program, this file is the fork server: a process that has imported every library, and nothing of the tree, and
forks for each run of pytest. It reads a line of JSON for each (arguments, seconds, the file for the output), and prints
the exit status.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.copies import TIMED_OUT, Copy

READY = "ready"
OWN_PACKAGES = ("app", "simulators", "tests")
WITHOUT_PLUGINS = ("-p", "no:playwright", "-p", "no:schemathesis")


class ForkingCopy(Copy):
    def __enter__(self) -> Self:
        super().__enter__()
        command = [sys.executable, "-m", "tests.mutants.fork_server"]
        env = {**os.environ, **self.environment}
        self._server = subprocess.Popen(
            command, cwd=self.folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._server.stdout.readline().strip() == READY
        return self

    def __exit__(self, *_: object) -> None:
        self._server.communicate()  # the end of its input is its end
        super().__exit__()

    def run(self, arguments: list[str], seconds: float) -> tuple[int, str]:
        output = self.folder / "output"
        self._server.stdin.write(json.dumps([[*WITHOUT_PLUGINS, *arguments], seconds, str(output)]) + "\n")
        self._server.stdin.flush()
        status = int(self._server.stdout.readline())
        return status, output.read_text(errors="replace")


# ---------------------------------------------------------------- the fork server


def serve() -> None:
    import_libraries()
    print(READY, flush=True)  # until then nothing may be changed: it imports the tree to know its libraries
    for line in sys.stdin:
        arguments, seconds, output = json.loads(line)
        pid = os.fork()
        if pid == 0:
            run_pytest(arguments, Path(output))
        print(exit_status(pid, seconds), flush=True)


def import_libraries() -> None:
    """All that the application imports but itself. Which modules that are, a process that imports it prints."""
    listing = "import json, sys, app.commands.cli; print(json.dumps(list(sys.modules)))"
    names = json.loads(subprocess.run([sys.executable, "-c", listing], capture_output=True, check=True).stdout)
    for name in names:
        if name.partition(".")[0] not in OWN_PACKAGES:
            with suppress(ImportError):
                importlib.import_module(name)


def run_pytest(arguments: list[str], output: Path) -> None:
    os.setsid()  # a group of its own, which is ended as a whole
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor, file in enumerate((nothing, log, log)):
        os.dup2(file, descriptor)
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN_PACKAGES]:
        del sys.modules[name]  # pytest rewrites the asserts of what it imports itself

    import pytest

    status = 1
    try:
        status = int(pytest.main(arguments))
        sys.stdout.flush()
    finally:
        os._exit(status)  # without what the fork server has registered for its exit


def exit_status(pid: int, seconds: float) -> int:
    descriptor = os.pidfd_open(pid)
    in_time, _, _ = select.select([descriptor], [], [], seconds)
    os.close(descriptor)
    if not in_time:
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) if in_time else TIMED_OUT


if __name__ == "__main__":
    serve()
