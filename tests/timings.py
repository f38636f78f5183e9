"""Where the time of tests goes: `pytest --timings FILE` writes it down, `python -m tests.timings FILE…` tells it.

Each file is a layer, and is named after it. Processor time is that of the processes that run tests, without the servers
and commands these start; the rest of a phase was waiting.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PHASES = ("setup", "call", "teardown")
SLOWEST = 10

spent: list[tuple[str, str, float, float]] = []
"""Test, phase, seconds, and seconds of processor time."""
_marks = [time.process_time()]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    now = time.process_time()
    report.processor = now - _marks.pop()  # pytest-xdist hands on every attribute
    _marks.append(now)
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    processor = getattr(report, "processor", 0.0)  # a process that crashed has told nothing
    spent.append((report.nodeid, report.when, report.duration, processor))


def pytest_sessionfinish(session: pytest.Session) -> None:
    file = session.config.getoption("--timings")
    if file and not hasattr(session.config, "workerinput"):
        file.write_text(json.dumps(spent))


def told(layers: dict[str, list[tuple[str, str, float, float]]]) -> Iterator[str]:
    yield f"{'seconds':24}" + "".join(f"{each:>10}" for each in ("tests", *PHASES, "processor"))
    whole: dict[str, float] = defaultdict(float)
    for layer, phases in layers.items():
        seconds: Counter[str] = Counter()
        for test, phase, duration, processor in phases:
            seconds += Counter({phase: duration, "processor": processor})
            whole[f"{layer}: {test}"] += duration
        tests = len({test for test, *_ in phases})
        yield f"{layer:24}{tests:10}" + "".join(f"{seconds[each]:10.1f}" for each in (*PHASES, "processor"))
    yield f"\nthe {SLOWEST} slowest"
    for test in sorted(whole, key=whole.__getitem__, reverse=True)[:SLOWEST]:
        yield f"{whole[test]:8.1f}  {test}"


if __name__ == "__main__":
    files = [Path(each) for each in sys.argv[1:]]
    layers = {file.name: json.loads(file.read_text()) for file in files if file.is_file()}
    sys.stdout.writelines(f"{line}\n" for line in told(layers))
