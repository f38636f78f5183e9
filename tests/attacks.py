"""What attackers try, what has to come of it, and what did: `pytest -m attack` prints the list.

A test that is marked `attack` tells its outcome by `came_of`, or by an assertion that calls it.
"""

import pytest

PROPERTY = "attack"
_told: list[tuple[str, object]] | None = None  # of the test that runs now


def begin(item: pytest.Item) -> None:
    global _told  # noqa: PLW0603 -- assertions are plain functions, and one test runs at a time
    _told = item.user_properties if item.get_closest_marker("attack") else None


def end(item: pytest.Item) -> None:
    """A list with an attack on it whose outcome nobody knows would be worth nothing."""
    if item.get_closest_marker("attack") and not any(name == PROPERTY for name, _ in item.user_properties):
        pytest.fail("an attack whose outcome is not told: use tests.attacks.came_of", pytrace=False)


def came_of(actual: str, expected: str, because: str = "", *, at: str = "") -> None:
    """That an attack `at` some place came to `expected`, such as "403 cross_site_request"; noted for the list."""
    if _told is not None:
        _told.append((PROPERTY, (at, expected, actual)))
    assert actual == expected, because or at


def lines(reports: list[pytest.TestReport]) -> list[str]:
    """A line for each outcome: the test's name as a sentence, what was expected, and what came."""
    rows = [
        (sentence(report.nodeid), *outcome)
        for report in sorted(reports, key=lambda each: each.nodeid)
        for name, outcome in report.user_properties
        if name == PROPERTY
    ]
    listed = [
        f"{'ok  ' if expected == actual else 'FAIL'} {what}{at and f', at {at}'}: expected {expected}, got {actual}"
        for what, at, expected, actual in rows
    ]
    return [*listed, f"{len(reports)} attacks, {len(rows)} outcomes"]


def sentence(nodeid: str) -> str:
    """`tests/x.py::test_a_state_works_once[a_b]` is "a state works once [a_b]"."""
    name, bracket, case = nodeid.partition("::")[2].partition("[")
    return name.removeprefix("test_").replace("_", " ") + (f" {bracket}{case}" if bracket else "")
