"""One line per step; the output of a step only where it failed, closed by one line that names the mend."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Programs of the virtual environment go first: Node is there where the machine has none.
ENV = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
HEAD, TAIL = 10, 40  # lines of a failed step's output that are shown: npm says first what is wrong, others last


class StepError(Exception):
    """Says in one line what is missing or wrong, and how to mend it."""


def say(text: str) -> None:
    print(text, flush=True)


def run(command: Sequence[str | Path], mend: str, *, cwd: Path = ROOT, env: Mapping[str, str] = ENV) -> str:
    """What the command printed. Where it failed, the end of it on stderr and a StepError that says `mend`."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", check=False,
        )  # fmt: skip
    except OSError as error:
        raise StepError(f"{error.strerror}: {command[0]}. {mend}") from error
    if done.returncode:
        lines = done.stdout.splitlines()
        shown = lines if len(lines) <= HEAD + TAIL else [*lines[:HEAD], "…", *lines[-TAIL:]]
        print("\n".join(shown), file=sys.stderr)
        raise StepError(mend)
    return done.stdout
