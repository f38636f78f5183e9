"""`kiosk smoke URL`: the smoke run of tests/e2e in a browser, against a Kiosk that is deployed somewhere."""

import importlib.util
import os
import re
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

import click
import httpx

from app.runtime.child_environment import environment
from app.runtime.config import ROOT

TESTS = ROOT / "tests" / "e2e"
WHOLE = "signed in, bought, paid, handed over, refunded"
GRACE_SECONDS = 15
"""For taking back what was done, where the run has to be broken off."""


class Failed(click.ClickException):
    """The verdict. It is the program's answer, and goes to standard output whichever it is.

    Errors of a browser quote addresses with their queries, which carry codes of sign-ins. They are left out.
    """

    def __init__(self, message: str) -> None:
        super().__init__(_without_queries(message))

    def show(self, file: IO[str] | None = None) -> None:
        click.echo(self.message, file)


class NoVerdict(Failed):
    exit_code = 2

    def __init__(self, why: str) -> None:
        super().__init__(f"CANNOT JUDGE: {why}")


def run(url: str, people: Mapping[str, str], seconds: int) -> None:
    """`people` are the SMOKE_ variables of tests/e2e/deployed.py. Raises Failed unless all is well."""
    began = time.monotonic()
    browser = _browser()
    _reach(url)
    with tempfile.TemporaryDirectory(prefix="kiosk-smoke-") as folder:
        report, log = Path(folder, "report.xml"), Path(folder, "log")
        in_time = _browse(url, environment({"BROWSER": browser}) | dict(people), seconds, report, log)
        spent = f"{time.monotonic() - began:.0f} s"
        if not in_time:
            raise Failed(f"FAIL {url} after {spent}: not through within {seconds} s{_hint()}")
        click.echo(_without_queries(_judge(url, spent, report, log)))


def _without_queries(words: str) -> str:
    return re.sub(r"\?[^\s\"'<>]+=[^\s\"'<>]*", "?…", words)


def _browser() -> str:
    """The path of the browser to use; empty where it is Playwright's own. Raises NoVerdict where it lacks something."""
    if not TESTS.is_dir():
        raise NoVerdict("the smoke run is not part of a release: run it from a checkout of Kiosk")
    for package in ("pytest", "pytest_playwright"):
        if importlib.util.find_spec(package) is None:
            raise NoVerdict(f"{package} is missing: run `make install` in {ROOT}")
    browser: str = runpy.run_path(str(ROOT / "playwright.config.py"))["find_browser"]()
    if not browser and not _playwright_has_one():
        raise NoVerdict("no browser is there: run `make install`, or set KIOSK_BROWSER to the path of one")
    return browser


def _playwright_has_one() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:  # it tells where its own is only while it runs
        return Path(playwright.chromium.executable_path).exists()


def _reach(url: str) -> None:
    """A deployment that is not there at all is told at once, without a browser."""
    try:
        answer = httpx.get(f"{url}/readyz", timeout=10)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NoVerdict(f"{url} is no address: write it like https://shop.example") from error
    except httpx.HTTPError as error:
        raise Failed(f"FAIL {url}: it does not answer: {error}") from error
    if not answer.is_success:
        said = " ".join(answer.text[:300].split())
        raise Failed(f"FAIL {url}: /readyz says {answer.status_code}: {said}")


def _browse(url: str, env: Mapping[str, str], seconds: int, report: Path, log: Path) -> bool:
    """Whether it ended by itself in time. Broken off, it may still take back what it did, as after Ctrl-C."""
    command = [sys.executable, "-m", "pytest", str(TESTS), "-m", "smoke", "--base-url", url, "--maxfail=1"]
    command += [f"--junitxml={report}", "-o", "junit_family=xunit1"]  # the newer family keeps no properties of a test
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 -- our own tests
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            process.wait(seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
            return False
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the browser too, where it is still there
            process.wait()
    return True


def _judge(url: str, spent: str, report: Path, log: Path) -> str:
    """The line for a run that went well. Raises Failed for any other."""
    try:
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 -- pytest's, a moment old
    except (OSError, ET.ParseError) as error:
        raise NoVerdict(f"the tests do not run: {_last_line(log)}") from error
    if not cases:
        raise NoVerdict(f"no test has run: {_last_line(log)}")
    told = {each.get("name", ""): each.get("value", "") for case in cases for each in case.iter("property")}
    left = f" ({told['left']})" if "left" in told else ""
    wrong = [each for case in cases for each in case if each.tag in ("failure", "error")]
    if wrong:
        reason = wrong[0].get("message", "").partition("\n")[0].removeprefix("AssertionError: ")
        raise Failed(f"FAIL {url} after {spent}: {reason}{left}{_hint()}")
    if "stopped" in told:
        return f"PASS {url} in {spent}, as far as it went: it stopped {told['stopped']}{left}"
    if left:
        raise Failed(f"FAIL {url} after {spent}: it went well, but not all of it could be taken back{left}")
    return f"PASS {url} in {spent}: {WHOLE}"


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "they say nothing"


def _hint() -> str:
    return f"; pictures are in {ROOT / 'test-results'}"
