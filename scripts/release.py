"""Makes a release of what is committed: writes version and date, commits, and tags. Pushing it is left to a person.

usage: make release VERSION=0.2.0
"""

import re
import sys
from datetime import UTC, datetime

from steps import ROOT, StepError, run, say

VERSION = r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}"
"""Major, minor, patch: https://semver.org"""

PLACES = {
    "pyproject.toml": rf'(?m)^(version = "){VERSION}(")$',
    "Dockerfile": rf'(org\.opencontainers\.image\.version="){VERSION}(")',
}
UNRELEASED = r"(?ms)^## Unreleased\n\n((?:### [^\n]*\n\n)*- .*?)(?=\n## |\Z)"


def main(version: str) -> None:
    if not re.fullmatch(VERSION, version):
        raise StepError(f"{version!r} is no version: say one such as 0.2.0, as in `make release VERSION=0.2.0`.")
    if git("status", "--porcelain"):
        raise StepError("There are changes that no commit has: commit them first.")
    newest = re.search(PLACES["pyproject.toml"], read("pyproject.toml"))
    if newest and numbers(newest[0]) >= numbers(version):
        raise StepError(f"{version} is not after the version in pyproject.toml: choose a higher one.")
    if git("tag", "--list", f"v{version}"):
        raise StepError(f"The tag v{version} is there already: choose a higher version.")
    if not re.search(UNRELEASED, read("CHANGELOG.md")):
        raise StepError("CHANGELOG.md lists nothing under Unreleased: there is nothing to release.")
    files = {name: replaced(name, pattern, rf"\g<1>{version}\g<2>") for name, pattern in PLACES.items()}
    section = rf"## Unreleased\n\n## {version} - {datetime.now(UTC):%Y-%m-%d}\n\n\g<1>"
    files["CHANGELOG.md"] = replaced("CHANGELOG.md", UNRELEASED, section)
    for name, text in files.items():
        (ROOT / name).write_text(text)
    git("commit", "--quiet", "--message", f"Release {version}", *files)
    git("tag", "--annotate", f"v{version}", "--message", f"Kiosk {version}")
    say(f"v{version} is committed and tagged here. Next: `git push --follow-tags`.")


def git(*arguments: str) -> str:
    return run(["git", *arguments], f"`git {arguments[0]}` failed: see above.")


def read(name: str) -> str:
    return (ROOT / name).read_text()


def numbers(text: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", text)]


def replaced(name: str, pattern: str, by: str) -> str:
    """The file's text, with the one place that `pattern` fits put right. Raises StepError where it is not one."""
    text, count = re.subn(pattern, by, read(name))
    if count != 1:
        raise StepError(f"{name} has {count} places to write the release to, and should have one: {pattern}")
    return text


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2] or [""])
    except StepError as error:
        sys.exit(str(error))
