"""A copy of the tree, to be spoilt: what tests notice is shown there."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

from tests.processes import ROOT

COPIED = ("app", "simulators", "migrations", "tests")
LINKED = ("frontend", "pyproject.toml")
TIMED_OUT = -1


class Copy:
    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-copy-"))
        for name in COPIED:
            shutil.copytree(ROOT / name, self.folder / name)  # bytecode too: what is not edited is not compiled anew
        for name in LINKED:
            (self.folder / name).symlink_to(ROOT / name)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def test(self, options: list[str], seconds: float) -> tuple[int, list[str]]:
        """pytest's exit status, or TIMED_OUT, and what it said."""
        quietly = ["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", *quietly, *options]
        # Before the installed package, for pytest and for every `kiosk` that a test starts.
        env = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return TIMED_OUT, [f"not done within {seconds} s"]
        return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).splitlines()
