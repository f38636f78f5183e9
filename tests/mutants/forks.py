"""A copy of the tree whose tests begin sooner: each pytest is a fork of a process that is past the imports of all but
the tree itself, which is what takes the longest in a run of a few tests. Run as a program, this file is that process.
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

OF_THE_TREE = ("app", "simulators", "tests")
LIGHT = ("-p", "no:playwright", "-p", "no:schemathesis")


class ForkingCopy(Copy):
    def __enter__(self) -> Self:
        super().__enter__()
        command = [sys.executable, "-m", "tests.mutants.forks"]
        env = {**os.environ, **self.environment}
        self._forking = subprocess.Popen(
            command, cwd=self.folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._forking.communicate()  # the end of its input is its end
        super().__exit__()

    def run(self, arguments: list[str], seconds: float) -> tuple[int, str]:
        output = self.folder / "output"
        self._forking.stdin.write(json.dumps([[*LIGHT, *arguments], seconds, str(output)]) + "\n")
        self._forking.stdin.flush()
        status = int(self._forking.stdout.readline())
        return status, output.read_text(errors="replace")


# ---------------------------------------------------------------- in the process that forks


def fork_on_demand() -> None:
    import_libraries()
    for line in sys.stdin:
        arguments, seconds, output = json.loads(line)
        pid = os.fork()
        if pid == 0:
            run_pytest(arguments, Path(output))
        print(status_of(pid, seconds), flush=True)


def import_libraries() -> None:
    """What the application imports, without the application: another process imports that, and tells."""
    told = "import json, sys, app.commands.cli; print(json.dumps(list(sys.modules)))"
    names = json.loads(subprocess.run([sys.executable, "-c", told], capture_output=True, check=True).stdout)
    for name in names:
        if name.partition(".")[0] not in OF_THE_TREE:
            with suppress(ImportError):
                importlib.import_module(name)


def run_pytest(arguments: list[str], output: Path) -> None:
    os.setsid()
    nothing, said = os.open(os.devnull, os.O_RDONLY), os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, each in enumerate((nothing, said, said)):
        os.dup2(each, number)
    for name in [name for name in sys.modules if name.partition(".")[0] in OF_THE_TREE]:
        del sys.modules[name]  # pytest rewrites the asserts of what it imports itself

    import pytest

    status = 1
    try:
        status = int(pytest.main(arguments))
        sys.stdout.flush()
    finally:
        os._exit(status)  # else what was registered for the exit of the process that forks happens here


def status_of(pid: int, seconds: float) -> int:
    descriptor = os.pidfd_open(pid)
    in_time, _, _ = select.select([descriptor], [], [], seconds)
    os.close(descriptor)
    if not in_time:
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) if in_time else TIMED_OUT


if __name__ == "__main__":
    fork_on_demand()
