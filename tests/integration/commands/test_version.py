"""One version, wherever it is written; and `make release`, which writes it."""

import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.processes import KIOSK, ROOT

pytestmark = pytest.mark.any_database

CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\n- Sign-in is faster.\n- So is the page.\n\n## 0.1.0 - 2026-11-26\n\n- All.\n"
)


def run(folder: Path, *command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def git(folder: Path, *arguments: str) -> str:
    done = run(folder, "git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with what a release writes to, at version 0.1.0, and a changelog of two sections."""
    for name in ("NAME", "EMAIL"):
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", "ada@example.com")
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", "ada@example.com")
    for name in ("pyproject.toml", "Dockerfile", "scripts/release.py", "scripts/steps.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        text = (ROOT / name).read_text()
        (tmp_path / name).write_text(re.sub(rf'(version ?= ?"){re.escape(declared(ROOT))}"', r'\g<1>0.1.0"', text))
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / ".gitignore").write_text("__pycache__\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "All of it")
    return tmp_path


def release(checkout: Path, version: str) -> "subprocess.CompletedProcess[str]":
    return run(checkout, sys.executable, "scripts/release.py", version)


def declared(folder: Path) -> str:
    return tomllib.loads((folder / "pyproject.toml").read_text())["project"]["version"]


def labelled(folder: Path) -> str:
    return re.findall(r'image\.version="(.*?)"', (folder / "Dockerfile").read_text())[0]


def sections(folder: Path) -> list[str]:
    return re.findall(r"^## (.*)$", (folder / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_command_the_package_the_image_and_the_changelog_name_one_version():
    unreleased, newest = sections(ROOT)[:2]

    told = run(ROOT, KIOSK, "--version")

    assert (told.returncode, told.stdout) == (0, f"kiosk {declared(ROOT)}\n"), "`make install` after a new version"
    assert labelled(ROOT) == declared(ROOT)
    assert unreleased == "Unreleased"
    assert re.fullmatch(rf"{re.escape(declared(ROOT))} - \d{{4}}-\d\d-\d\d", newest)


def test_a_release_dates_the_changelog_and_is_committed_and_tagged(checkout):
    done = release(checkout, "0.2.0")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "v0.2.0 is committed and tagged here. Next: `git push --follow-tags`.",
    )
    assert (declared(checkout), labelled(checkout)) == ("0.2.0", "0.2.0")
    assert sections(checkout) == ["Unreleased", f"0.2.0 - {datetime.now(UTC):%Y-%m-%d}", "0.1.0 - 2026-11-26"]
    text = (checkout / "CHANGELOG.md").read_text()
    assert text.index("## 0.2.0") < text.index("- Sign-in is faster.") < text.index("## 0.1.0")
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "describe", "--exact-match") == "v0.2.0\n"
    assert git(checkout, "show", "--no-patch", "--format=%s") == "Release 0.2.0\n"


def test_a_release_takes_a_version_of_three_numbers_alone(checkout):
    for version in ("", "0.2", "v0.2.0", "0.02.0", "0.2.0-rc1"):
        done = release(checkout, version)

        assert (done.returncode, done.stderr) == (
            1,
            f"{version!r} is no version: say one such as 0.2.0, as in `make release VERSION=0.2.0`.\n",
        )


def test_a_release_is_after_the_one_before(checkout):
    assert "is not after the version" in release(checkout, "0.1.0").stderr
    assert "is not after the version" in release(checkout, "0.0.9").stderr


def test_changes_that_no_commit_has_are_in_no_release(checkout):
    (checkout / "CHANGELOG.md").write_text(CHANGELOG + "- More.\n")

    assert "commit them first" in release(checkout, "0.2.0").stderr
    assert declared(checkout) == "0.1.0"


def test_a_release_without_news_is_none(checkout):
    (checkout / "CHANGELOG.md").write_text(CHANGELOG.replace("- Sign-in is faster.\n- So is the page.\n\n", ""))
    git(checkout, "commit", "--quiet", "--all", "--message", "No news")

    assert "there is nothing to release" in release(checkout, "0.2.0").stderr


def test_a_release_takes_what_is_under_headings_along_with_them(checkout):
    headings = CHANGELOG.replace("- Sign-in", "### Buyers\n\n- Sign-in").replace("- So is", "\n### Speed\n\n- So is")
    (checkout / "CHANGELOG.md").write_text(headings)
    git(checkout, "commit", "--quiet", "--all", "--message", "Headings")

    done = release(checkout, "0.2.0")

    assert done.returncode == 0, done.stderr
    dated = f"## Unreleased\n\n## 0.2.0 - {datetime.now(UTC):%Y-%m-%d}\n"
    assert (checkout / "CHANGELOG.md").read_text() == headings.replace("## Unreleased\n", dated)


def test_headings_alone_are_no_news(checkout):
    (checkout / "CHANGELOG.md").write_text(
        CHANGELOG.replace("- Sign-in is faster.\n- So is the page.\n", "### Buyers\n\n### Speed\n")
    )
    git(checkout, "commit", "--quiet", "--all", "--message", "Headings alone")

    assert "there is nothing to release" in release(checkout, "0.2.0").stderr


def test_a_tag_that_is_there_stays_as_it_is(checkout):
    git(checkout, "tag", "v0.2.0")

    assert "The tag v0.2.0 is there already" in release(checkout, "0.2.0").stderr
    assert git(checkout, "status", "--porcelain") == ""
