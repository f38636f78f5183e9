"""Everything that can be judged without running Kiosk. Goes on after a failure, and fails at the end.

usage: check.py [NAME]...    without a name, all of CHECKS
"""

import re
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import api
import words
from steps import ROOT, VENV, StepError, run

BIN = VENV / "bin"
FRONTEND = ROOT / "frontend"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
COLUMNS = SETTINGS["tool"]["ruff"]["lint"]["pycodestyle"]["max-line-length"]


def tool(command: Sequence[str | Path], mend: str, cwd: Path = ROOT) -> Callable[[], object]:
    return partial(run, command, mend, cwd=cwd)


def requirements() -> None:
    """Every package that pyproject.toml names is in the export of its kind, and no export names a registry."""
    groups = SETTINGS["dependency-groups"]
    runtime = SETTINGS["project"]["dependencies"] + groups["build"]
    wanted = {
        "runtime": runtime,
        "development": runtime + groups["dev"],
        "uv": groups["uv"],
        "node": groups["node"],
        "load": groups["load"],
    }
    for kind, packages in wanted.items():
        text = (ROOT / "requirements" / f"{kind}.txt").read_text()
        if "://" in text:
            raise StepError(f"requirements/{kind}.txt names a registry: run `make lock`.")
        pinned = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))
        missing = {bare(package) for package in packages} - {bare(package) for package in pinned}
        if missing:
            raise StepError(f"requirements/{kind}.txt lacks {', '.join(sorted(missing))}: run `make lock`.")


def bare(package: str) -> str:
    """`Flask_Migrate>=4` is `flask-migrate`."""
    name = re.match(r"[\w.-]+", package)
    assert name, f"no package name: {package!r}"
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def shell_scripts() -> None:
    files = [file for folder in ("deploy", "scripts") for file in sorted((ROOT / folder).iterdir())]
    run(
        [BIN / "shellcheck", *(file for file in files if file.is_file() and not file.suffix)],
        "shellcheck finds fault with a script: mend what is named above.",
    )


def issue_forms() -> None:
    """Of the form that GitHub reads."""
    mend = "An issue form has not the form that GitHub reads: mend what is named above."
    config, *forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").iterdir(), key=lambda file: file.stem != "config")
    run([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-issue-config", config], mend)
    run([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *forms], mend)


def workflows() -> None:
    """Of the right form; with no action that its owner could change under us, and no more rights than they need."""
    files = sorted((ROOT / ".github" / "workflows").iterdir())
    mend = "A workflow has not the form that GitHub reads: mend what is named above."
    run([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files], mend)
    run(
        [BIN / "zizmor", "--offline", "--quiet", "--no-progress", "--min-severity=medium", *files],
        "A workflow lets in what it should not: mend what is named above, or say at the line why it is none.",
    )
    for file in files:
        text = file.read_text()
        loose = re.findall(r"uses: (?!\./)(\S+?@(?![0-9a-f]{40} )\S*)", text)
        if loose:
            raise StepError(f"{file.name} uses {', '.join(loose)}: name the commit, and its version beside it.")
        if not re.search(r"^permissions:", text, re.MULTILINE):
            raise StepError(f"{file.name} says nothing of permissions: begin with `permissions: {{}}`.")


def prose() -> None:
    """Lines of the docs fit on a screen; the rows of a table cannot be broken, and need not."""
    files = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.md")])
    places = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > COLUMNS and not line.lstrip().startswith("|")
    ]
    if places:
        raise StepError(f"Lines of more than {COLUMNS} columns: {', '.join(places)}.")


CHECKS: dict[str, Callable[[], object]] = {
    "lint": tool([BIN / "ruff", "check", "--quiet", "."], "ruff finds fault: `make fmt` mends some of it."),
    "format": tool([BIN / "ruff", "format", "--check", "--quiet", "."], "Not formatted: run `make fmt`."),
    "types": tool([BIN / "mypy"], "mypy finds fault: mend what is named above."),
    "import contracts": tool(
        [BIN / "lint-imports", "--no-logo"], "An import goes the wrong way: see the contracts in pyproject.toml."
    ),
    "requirements": requirements,
    "shell scripts": shell_scripts,
    "Dockerfiles": tool(
        [BIN / "hadolint", "Dockerfile", "simulators/Dockerfile"], "hadolint finds fault with a Dockerfile: see above."
    ),
    "compose.yaml": tool(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
        "compose.yaml has not the form that Compose reads: mend what is named above.",
    ),
    "workflows": workflows,
    "issue forms": issue_forms,
    "lines of the docs": prose,
    "words": words.check,
    "frontend lint and types": tool(
        ["npm", "run", "--silent", "check"], "The frontend has faults: `make fmt` mends some of them.", FRONTEND
    ),
    "frontend tests": tool(["npm", "test", "--silent"], "The frontend's tests fail: see above.", FRONTEND),
    "API description and client": api.check,
    # feature: shop {
    "table of faults": tool(
        [BIN / "python", "-m", "tests.faults", "--check"],
        "The table of faults in docs/payments.md is not that of the tests: mend what is named above, or `make faults`.",
    ),
    # }
}


def main(wanted: Sequence[str]) -> int:
    if unknown := set(wanted) - set(CHECKS):
        print(f"There is no check named {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.")
        return 2
    failed = []
    for name in wanted or CHECKS:
        began = time.monotonic()
        try:
            CHECKS[name]()
        except StepError as error:
            print(f"FAILED {name}: {error}", flush=True)
            failed.append(name)
        else:
            print(f"ok     {name} ({time.monotonic() - began:.1f} s)", flush=True)
    if failed:
        print(f"make check: {', '.join(failed)} failed.")
    return bool(failed)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
