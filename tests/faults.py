"""Which test shows what Kiosk does when which call of the provider goes wrong how: the table in docs/payments.md.

A test says by `@pytest.mark.fault("refund", "drop", "after")` what befalls which call in it, and fails where that call
did not suffer. Words in braces are its parameters. `python -m tests.faults` writes the table, and with `--check` says
whether it is right; no cell is empty without one of REASONS.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from fnmatch import fnmatchcase
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "integration" / "payments"
PAGE = ROOT / "docs" / "payments.md"
BEGIN, END = "<!-- table of faults, by `make faults` -->", "<!-- end of the table of faults -->"

CALLS = {
    "open a session": ("POST", "/v1/checkout/sessions"),
    "end a session": ("POST", "/v1/checkout/sessions/*/expire"),
    "refund": ("POST", "/v1/refunds"),
    "read a session": ("GET", "/v1/checkout/sessions/*"),
    "read a payment": ("GET", "/v1/payment_intents/*"),
    "read a charge": ("GET", "/v1/charges/*"),
    "read a refund": ("GET", "/v1/refunds/*"),
    "read a dispute": ("GET", "/v1/disputes/*"),
    "list sessions": ("GET", "/v1/checkout/sessions"),
    "list payments": ("GET", "/v1/payment_intents"),
    "list refunds": ("GET", "/v1/refunds"),
    "list disputes": ("GET", "/v1/disputes"),
    "list events": ("GET", "/v1/events"),
}
"""What Kiosk asks of the provider: app/stripe/gateway.py."""

FAULTS = {
    "delay": "answers late",
    "hang": "never answers",
    "drop": "hangs up",
    "refuse": "says 409, 429 or 5xx",
    "break_down": "says 500 in the middle",
    "kill": "Kiosk is killed meanwhile",
}
"""What the simulator does (simulators/payments/control.py), and what befalls Kiosk while it waits."""

SEEN = {"refuse": {"error"}, "break_down": {"error"}, "kill": {"hang", "delay"}}
"""As which fault the simulator's log shows it, where that is another word."""

IN_TIME = "in time it is like any answer, and later like one that never comes"
REASONS = {
    ("end a session", "delay", "after"): IN_TIME,
    ("refund", "delay", "before"): IN_TIME,
    ("any read", "kill", ""): "nothing was changed there or here, and the next turn asks again",
}
"""Why a cell may be without a test."""


@dataclass(frozen=True, order=True)
class Cell:
    call: str
    fault: str
    when: str = ""
    """Before or after the provider has done it; empty where that makes no difference."""

    def suffered(self, calls: list[dict[str, object]]) -> bool:
        """Whether the simulator's log shows it."""
        method, path = CALLS[self.call]
        kinds = SEEN.get(self.fault, {self.fault})
        return any(
            call["method"] == method and fnmatchcase(str(call["path"]), path) and call["fault"] in kinds
            for call in calls
        )

    @property
    def reason(self) -> tuple[str, str, str]:
        """The key of its reason."""
        own = (self.call, self.fault, self.when)
        return own if own in REASONS or changes(self.call) else ("any read", self.fault, self.when)


def changes(call: str) -> bool:
    return CALLS[call][0] == "POST"


def cells() -> Iterator[Cell]:
    """All that there are."""
    for call in CALLS:
        for fault in FAULTS:
            if not changes(call):
                yield from [] if fault == "break_down" else [Cell(call, fault)]
            else:
                yield from [
                    Cell(call, fault, when) for when in ("before", "after") if (fault, when) != ("refuse", "after")
                ]


def of(item: pytest.Item) -> list[Cell]:
    """Those that a test claims."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    marks = item.iter_markers("fault")
    return [Cell(*(word.format(**given) for word in mark.args)) for mark in marks]


def shown(items: list[pytest.Item]) -> dict[Cell, set[str]]:
    """The names of the tests of each cell."""
    tests: dict[Cell, set[str]] = defaultdict(set)
    for item in items:
        for cell in of(item):
            tests[cell].add(item.originalname if isinstance(item, pytest.Function) else item.name)
    return tests


def problems(tests: dict[Cell, set[str]]) -> Iterator[str]:
    known = set(cells())
    for cell in sorted(tests.keys() - known):
        yield f"{', '.join(sorted(tests[cell]))}: there is no cell {cell}"
    empty = known - tests.keys()
    for cell in sorted(cell for cell in empty if cell.reason not in REASONS):
        yield f"no test, and no reason why: {cell}"
    for unused in REASONS.keys() - {cell.reason for cell in empty}:
        yield f"a reason that is no longer needed: {unused}"


def table(tests: dict[Cell, set[str]]) -> str:
    """Calls that have the same to show share a row."""
    rows: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for cell in cells():
        if cell.when != "after":
            after = Cell(cell.call, cell.fault, "after")
            said = proof(cell, tests), proof(after, tests) if after in cells() else ""
            rows[FAULTS[cell.fault], *said].append(cell.call)
    head = ["| call | the provider | before it is done | after it is done |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(f"| {', '.join(calls)} | {' | '.join(row)} |" for row, calls in rows.items())])


def proof(cell: Cell, tests: dict[Cell, set[str]]) -> str:
    """One test, since a reader needs no more; or why there is none."""
    return f"`{min(tests[cell])}`" if cell in tests else f"none, since {REASONS[cell.reason]}"


class Collector:
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.tests = shown(session.items)


def main(argv: list[str]) -> int:
    collector = Collector()
    with redirect_stdout(StringIO()) as said:
        status = pytest.main(["--collect-only", "-q", str(TESTS)], plugins=[collector])
    if status:
        print(f"The tests cannot be collected: {said.getvalue()[-2000:]}")
        return 1
    if wrong := list(problems(collector.tests)):
        print("\n".join(wrong))
        return 1
    page = PAGE.read_text()
    fresh = re.sub(
        f"(?s)({BEGIN}\n).*?({END})", lambda found: found[1] + table(collector.tests) + "\n" + found[2], page
    )
    if "--check" in argv:
        return int(fresh != page)
    PAGE.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
