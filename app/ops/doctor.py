"""`kiosk doctor`: asks everything that Kiosk needs whether it is there, and says what to do where it is not.

The folders have the checks, in their `checks.py`. Each runs on a thread of its own and within PATIENCE_SECONDS, so that
one that hangs delays no other.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import sqlalchemy as sa
from flask import Flask

from app.ops.probe import Hangs, Probe
from app.runtime.checks import Check, Checks, Line
from app.runtime.config import ConfigError, settings

PATIENCE_SECONDS = 10
CACHED_SECONDS = 60
"""Until all checks are shown: no check runs twice."""


def examine(make: Callable[[], Flask]) -> Iterator[Line]:
    """One line or several for each check. `make` makes the application, or raises ConfigError."""
    try:
        app = make()
    except ConfigError as error:
        yield from (Line("FAIL", "configuration", *_parted(problem)) for problem in error.problems)
        yield Line("warn", "the rest", "was not looked at", "mend the configuration first")
        return
    except (sa.exc.ArgumentError, ImportError) as error:
        yield Line("FAIL", "configuration", str(error), "check KIOSK_SQLALCHEMY_DATABASE_URI")
        return
    with app.app_context():
        yield Line("ok", "configuration", f"{settings().env}, at {settings().public_url}")
        named = [pair for checks in app.extensions["checks"] for pair in checks()]
    running = [(name, Probe(partial(_run, app, check), PATIENCE_SECONDS, CACHED_SECONDS)) for name, check in named]
    for _, probe in running:
        probe.begin()
    for name, probe in running:
        try:
            yield from probe.answer()
        except Hangs:
            words = f"no answer within {PATIENCE_SECONDS} s"
            yield Line("FAIL", name, words, "see whether it runs, and what is in between")


def _parted(problem: str) -> tuple[str, str]:
    words, _, mend = problem.partition(": ")
    return words, mend


def _run(app: Flask, check: Check) -> list[Line]:
    with app.app_context():
        return list(check())


def init_app(app: Flask, checks: Iterable[Checks]) -> None:
    app.extensions["checks"] = tuple(checks)
