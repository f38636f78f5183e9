"""`make mutants`: changes the code in small ways, one at a time, in a copy, and shows which changes no test notices.

    python -m tests.mutants [--sample 300] [--seed N] [--minutes 5] [FILE or folder…]

cosmic-ray makes the mutants. Each meets the tests that reach its line, which `make coverage` has found out: nearest
ones first, until one fails. A seed's run that was not done in time goes on where it was when it is started again.
Exit status 1 where a mutant survived.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from functools import cache
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

from cosmic_ray import plugins
from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult
from coverage import CoverageData

from tests.copies import TIMED_OUT, Copy
from tests.mutants.fork_server import ForkingCopy
from tests.processes import ROOT

FOLDERS = (
    "app/auth",
    "app/checkout",  # feature: shop
    "app/orders",  # feature: shop
    "app/payments",  # feature: shop
    "app/stripe",  # feature: shop
)
RESULTS = ROOT / ".mutants"  # test-results/ is emptied by each run of pytest
AT_ONCE = 2
SECONDS = 120
"""For the tests of one mutant. One that makes them go on for longer counts as noticed."""
FARTHEST = 150
"""So many tests meet a mutant at most: there are lines that a thousand reach."""
FEW = 10
"""A line that fewer tests reach meets all tests of its file."""
NO_PROGRAM = ("BitOr", "BinaryOperator_Pow")
"""`str | None` is a type, and `**more` no power: the import notices such a change, which would flatter the score."""
FOR_MYPY = ("frozen=True", "@abstractmethod")
"""Lines whose change mypy alone notices, and no program that it has checked."""
DESCRIPTIONS = "field_words.py"
"""What the API's description says of each field, with an example that may be any."""
PASSED, NOTHING_RAN = 0, 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.mutants")
    parser.add_argument("targets", nargs="*", default=FOLDERS)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--minutes", type=float, default=5)
    chosen = parser.parse_args()
    print(f"SEED={chosen.seed}", flush=True)
    ends = time.monotonic() + chosen.minutes * 60
    return max([shown(Path(each), chosen.sample, chosen.seed, ends) for each in chosen.targets])


def shown(target: Path, sample: int, seed: int, ends: float) -> int:
    session = WorkDB(drawn(target, sample, seed), WorkDB.Mode.open)
    copies: SimpleQueue[Copy] = SimpleQueue()

    def judge(item: WorkItem) -> None:
        if time.monotonic() < ends:
            copy = copies.get()
            session.set_result(item.job_id, judged(copy, item.mutations[0]))
            copies.put(copy)

    with ForkingCopy() as one, ForkingCopy() as another, ThreadPoolExecutor(AT_ONCE) as pool:
        for copy in (one, another):
            copies.put(copy)
        list(pool.map(judge, session.pending_work_items))
    return told(target, session)


def drawn(target: Path, sample: int, seed: int) -> Path:
    """The file of a session, which is made where there is none."""
    path = RESULTS / f"{'-'.join(target.with_suffix('').parts)}-{sample}-{seed}.sqlite"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = WorkDB(path, WorkDB.Mode.create)
        files = [target] if target.is_file() else sorted(target.rglob("*.py"))
        init([each for each in files if each.name != DESCRIPTIONS], whole, {})
        chance = random.Random(seed)
        candidates = list(one_for_each_place(whole.work_items, chance))
        whole.clear()
        whole.add_work_items(chance.sample(candidates, min(sample, len(candidates))))
    return path


def one_for_each_place(items: tuple[WorkItem, ...], chance: random.Random) -> Iterator[WorkItem]:
    """There are eleven operators to put in place of a plus, and one way to negate a condition."""
    places: dict[tuple[object, ...], list[WorkItem]] = {}
    for item in sorted(items, key=lambda each: (str(each.mutations[0].module_path), each.mutations[0].start_pos)):
        change = item.mutations[0]
        if not any(name in change.operator_name for name in NO_PROGRAM) and not is_for_mypy(change):
            kind = change.operator_name.split("_")[0]
            places.setdefault((change.module_path, change.start_pos, kind), []).append(item)
    for place in places.values():
        yield chance.choice(sorted(place, key=lambda each: each.mutations[0].operator_name))


def is_for_mypy(change: MutationSpec) -> bool:
    line = (ROOT / change.module_path).read_text().splitlines()[change.start_pos[0] - 1]
    return any(words in line for words in FOR_MYPY)


def judged(copy: Copy, change: MutationSpec) -> WorkResult:
    tests = nearest(change)
    if not tests:
        return WorkResult(WorkerOutcome.NORMAL, "no test reaches it", TestOutcome.SURVIVED)
    file = copy.folder / change.module_path
    before = file.read_text()
    operator = plugins.get_operator(change.operator_name)(**change.operator_args)
    file.write_text(mutate_code(before, operator, change.occurrence))
    (copy.folder / "chosen").write_text("\n".join(tests))
    try:
        status, said = copy.test(["-x", "-p", "no:randomly", "@chosen"], SECONDS)
    finally:
        file.write_text(before)
    failed = [line for line in said if line.startswith(("FAILED ", "ERROR "))] or said[-1:]
    survived = status in (PASSED, NOTHING_RAN)
    outcome = TestOutcome.SURVIVED if survived else TestOutcome.KILLED
    why = f"{len(tests)} tests pass" if survived else "time-out" if status == TIMED_OUT else "".join(failed[:1])
    print(f"{'SURVIVED' if survived else 'killed  '} {place(change)}  {why}", flush=True)
    return WorkResult(WorkerOutcome.NORMAL, why, outcome)


# ---------------------------------------------------------------- the tests that reach a line


@cache
def reached() -> CoverageData:
    file = RESULTS / ".coverage"
    if not file.exists():
        raise SystemExit("Which tests reach which line is not known: run `make coverage`.")
    data = CoverageData(str(file))
    data.read()
    return data


@cache
def tests_by_line(file: str) -> dict[int, list[str]]:
    return {
        line: sorted({context.rpartition("|")[0] for context in contexts if context})
        for line, contexts in reached().contexts_by_lineno(file).items()
    }


def tests_of(file: Path) -> set[str]:
    return {test for tests in tests_by_line(str(file)).values() for test in tests}


def tests_by_name(file: Path) -> set[str]:
    """Those that are named after it: a test that reads a constant alone runs no line of the file."""
    return {test for context in reached().measured_contexts() if file.stem in (test := context.rpartition("|")[0])}


def nearest(change: MutationSpec) -> list[str]:
    """The tests that reach its line: first those with the file's names in theirs, and which reach most of the file.

    Few reach a line that an import runs, or whose result is cached: it meets all tests of its file.
    """
    by_line = tests_by_line(str(change.module_path))
    lines = range(change.start_pos[0], change.end_pos[0] + 1)
    tests = {test for line in lines for test in by_line.get(line, ())}
    if len(tests) < FEW:
        tests |= tests_of(change.module_path) | tests_by_name(change.module_path)
    words, lines_reached = change.module_path.with_suffix("").parts[1:], Counter(chain(*by_line.values()))

    def distance(test: str) -> tuple[int, int, str]:
        return -sum(word in test for word in words), -lines_reached[test], test

    return sorted(tests, key=distance)[:FARTHEST]


# ---------------------------------------------------------------- what came of it


def told(target: Path, session: WorkDB) -> int:
    results = dict(session.results)
    survivors = [item for item in session.work_items if item.job_id in results and not results[item.job_id].is_killed]
    for item in survivors:
        change = item.mutations[0]
        print(f"\n{place(change)}: {results[item.job_id].output}\n{diff(change)}")
    killed = len(results) - len(survivors)
    left = session.num_work_items - len(results)
    score = f"{killed / len(results):.0%}" if results else "none"
    print(f"\n{target}: {killed} of {len(results)} mutants killed ({score}), {left} left", flush=True)
    return bool(survivors)


def place(change: MutationSpec) -> str:
    return f"{change.module_path}:{change.start_pos[0]} {change.operator_name.removeprefix('core/')}"


def diff(change: MutationSpec) -> str:
    before = (ROOT / change.module_path).read_text()
    operator = plugins.get_operator(change.operator_name)(**change.operator_args)
    after = mutate_code(before, operator, change.occurrence)
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


if __name__ == "__main__":
    sys.exit(main())
