"""Runs the unit tests, and those integration tests that a change touches; `make quick` starts it.

usage: quick.py [REF]    what has changed since REF (HEAD if not given); new files count too

A file of integration tests is touched where it is changed itself, where it imports what is changed, directly or through
modules of tests, or where it is named after that: `auth/test_sessions.py` after `app/auth/sessions.py`.
Where this gives nothing, or nearly everything, it is the tests in the folder of the same name; where there is no such
folder, those touched by a change of its importers; then those of its name in any folder; and at last those that show
that the whole still holds together.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import grimp
from steps import PYTHON, ROOT

INTEGRATION = ROOT / "tests" / "integration"
NEARLY_EVERYTHING = 0.25  # of all files: so many import a module that the whole of Kiosk rests on
WHOLE = [INTEGRATION / "commands" / "test_cli.py", INTEGRATION / "web" / "test_api.py"]
NO_PLUGINS = ("-p", "no:playwright", "-p", "no:schemathesis")  # they take a second to import


def main(since: str = "HEAD") -> int:
    files = sorted(INTEGRATION.rglob("test_*.py"))
    changed = [ROOT / each for each in changed_files(since)]
    chosen = sorted({str(test.relative_to(ROOT)) for each in changed for test in touched(each, files)})
    print(f"unit tests, and {len(chosen)} of {len(files)} files of integration tests", flush=True)
    unit = run("tests/unit")
    integration = run("-n", "2", "--dist", "worksteal", "-m", "not long", *chosen) if chosen else 0
    return unit or integration


def run(*arguments: str) -> int:
    status = subprocess.run([PYTHON, "-m", "pytest", "-q", *NO_PLUGINS, *arguments], cwd=ROOT, check=False).returncode
    nothing_left = 5  # pytest's own status: all tests of these files take long
    return 0 if status == nothing_left else status


def changed_files(since: str) -> Iterator[str]:
    for command in (["diff", "--name-only", since], ["ls-files", "--others", "--exclude-standard"]):
        yield from subprocess.run(
            ["git", *command], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.splitlines()


def touched(changed: Path, tests: Sequence[Path]) -> list[Path]:
    if changed in tests:
        return [changed]
    if changed.suffix != ".py" or not changed.is_file() or "unit" in changed.parts:
        return []
    return close_to(changed, tests) or in_its_folder(changed, tests) or further_away(changed, tests)


def close_to(changed: Path, tests: Sequence[Path]) -> list[Path]:
    named = named_after(changed, in_its_folder(changed, tests))
    close = [each for each in tests if each in named or changed in files_used(each)]
    return close if len(close) < NEARLY_EVERYTHING * len(tests) else []


def further_away(changed: Path, tests: Sequence[Path]) -> list[Path]:
    through_importers = [test for user in users(changed) for test in close_to(user, tests)]
    return through_importers or named_after(changed, tests) or WHOLE


def named_after(changed: Path, tests: Sequence[Path]) -> list[Path]:
    word = changed.stem.removesuffix("s")
    return [each for each in tests if word in each.stem]


def in_its_folder(changed: Path, tests: Sequence[Path]) -> list[Path]:
    """For a file of app/auth the tests in tests/integration/auth."""
    above, *folders = changed.relative_to(ROOT).parts[:-1]
    home = INTEGRATION.joinpath(*folders if above == "app" else [above])
    return [each for each in tests if each.is_relative_to(home)] if home != INTEGRATION else []


def users(changed: Path) -> list[Path]:
    """Modules of the application that import it."""
    graph = grimp.build_graph("app", "simulators", cache_dir=None)
    name = ".".join(changed.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    names = graph.find_modules_that_directly_import(name) if name in graph.modules else ()
    return [file for name in sorted(names) for file in files_of(name)]


@cache
def files_used(test: Path) -> set[Path]:
    """What the test imports, and what the modules of tests among these import."""
    reached: set[Path] = set()
    waiting = {test}
    while waiting:
        imports = set(imported(waiting.pop())) - reached
        reached |= imports
        waiting |= {each for each in imports if each.is_relative_to(ROOT / "tests")}
    return reached


@cache
def imported(file: Path) -> list[Path]:
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return [file for name in names for file in files_of(name)]


def files_of(name: str) -> list[Path]:
    """A module is a file or a folder; a name from within one is neither."""
    path = ROOT.joinpath(*name.split("."))
    return [each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
