"""A copy of this checkout in which a product is started, with what is installed here."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from tests.processes import ROOT

AUTHOR = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.com", "-c", "commit.gpgsign=false"]
HERE = Path(sys.executable).parent
PAGE_PACKAGES = Path("frontend", "node_modules")
KNOWN_TYPES = ".mypy_cache"


class Failed(AssertionError):
    """Holds what the program printed."""


class Checkout:
    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def copied(cls, root: Path) -> "Checkout":
        """What could be committed here, committed there."""
        listed = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
        for path in filter(None, listed):
            if (ROOT / path).is_file():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / path, root / path)
        run(root, "git", "init", "--quiet", "--initial-branch", "main")
        (root / ".git" / "info" / "exclude").write_text(f"/{PAGE_PACKAGES}\n")  # a link there, and no folder
        found = cls(root)
        found.commit("Kiosk")
        return found

    def git(self, *arguments: str) -> str:
        return run(self.root, "git", *AUTHOR, *arguments)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def start(self, *arguments: str) -> str:
        return run(self.root, "scripts/start", *arguments)

    def paths(self) -> list[str]:
        return [path for path in self.git("ls-files", "-z").split("\0") if path]

    # ---------------------------------------------------------------- what is installed

    def install(self) -> None:
        """Without a network: an environment that sees the packages of this one, and has the product's own command."""
        environment = self.root / ".venv"
        run(self.root, sys.executable, "-m", "venv", "--without-pip", environment)
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
        there = sysconfig.get_path("purelib")
        # The copy first: the packages here have this checkout among them.
        (packages / "packages.pth").write_text(f"{self.root}\nimport site; site.addsitedir({there!r})\n")
        for program in HERE.iterdir():
            link(program, environment / "bin")
        pip = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--disable-pip-version-check"]
        run(self.root, *pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", self.root)
        (self.root / PAGE_PACKAGES).symlink_to(ROOT / PAGE_PACKAGES)
        # mypy takes what it knows of a file only where the file is the same: that of the packages, above all.
        if (ROOT / KNOWN_TYPES).is_dir():
            shutil.copytree(ROOT / KNOWN_TYPES, self.root / KNOWN_TYPES)

    def format(self) -> None:
        """`make fmt`, without its look for packages."""
        self.run("ruff", "check", "--fix-only", "--quiet", ".")
        self.run("ruff", "format", "--quiet", ".")
        run(self.root / "frontend", "npm", "run", "--silent", "format")
        self.run("python", "scripts/api.py", "frontend/src/api/schema.d.ts")
        run(self.root / "frontend", "npm", "run", "--silent", "messages")
        self.run("python", "scripts/messages.py")

    def build_page(self) -> None:
        run(self.root / "frontend", "npm", "run", "--silent", "build")

    def check(self, names: Iterable[str] = ()) -> str:
        """`make check`, without its look for packages."""
        return self.run("python", "scripts/check.py", *names)

    def test(self, *options: str) -> str:
        """As `make unit` and `make integration` do."""
        return self.run("pytest", "-q", "-p", "no:playwright", "-p", "no:schemathesis", *options)

    def run(self, program: str, *arguments: str) -> str:
        """A program of the environment."""
        return run(self.root, self.root / ".venv" / "bin" / program, *arguments)


def link(program: Path, folder: Path) -> None:
    """The program in another environment: a script begins with the path of the Python that runs it."""
    there = folder / program.name
    if there.exists() or not program.is_file():
        return
    begins = program.read_bytes()[:2]
    text = program.read_text() if begins == b"#!" else ""
    if str(HERE) not in text.partition("\n")[0]:
        there.symlink_to(program)
        return
    there.write_text(text.replace(str(HERE), str(folder), 1))
    there.chmod(0o755)


def run(folder: Path, *command: str | Path) -> str:
    # What pytest says to the processes of this run is not for those of the product's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=environment, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))} in {folder}:\n{done.stdout[-20_000:]}")
    return done.stdout
