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
LEFT_OUT = (".git", ".venv", "test-results", "var")
"""All else is linked: a test that misses a file of the tree would fail, and seem to notice what it did not."""
TIMED_OUT = -1


class Copy:
    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-copy-"))
        for name in COPIED:
            shutil.copytree(ROOT / name, self.folder / name)  # bytecode too: what is not edited is not compiled anew
        for each in ROOT.iterdir():
            if each.name not in (*COPIED, *LEFT_OUT):
                (self.folder / each.name).symlink_to(each)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        # Before the installed package, for pytest and for every `kiosk` that a test starts.
        return {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def test(self, options: list[str], seconds: float) -> tuple[int, list[str]]:
        """pytest's exit status, or TIMED_OUT, and what it said."""
        status, said = self.run(["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", *options], seconds)
        return status, re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()

    def run(self, arguments: list[str], seconds: float) -> tuple[int, str]:
        command, env = [sys.executable, "-m", "pytest", *arguments], {**os.environ, **self.environment}
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return TIMED_OUT, f"not done within {seconds} s"
        return done.returncode, done.stdout + done.stderr
