"""The payment simulator against Stripe's official libraries for Python and Node.

Shown are how many calls work, and what differs between `description.json` and the library.
"""

import json
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from simulators.payments import control, drift, versions
from tests.interop.environments import ROOT, node, python, run, tell

HERE = Path(__file__).parent
DESCRIPTION = ROOT / "simulators" / "payments" / "description.json"
HOOK = "http://127.0.0.1:9/"  # takes nothing: that events are due is enough


def changed(program: Path) -> Iterator[str]:
    """Where the description, and the version that the simulator speaks, differ from the library's."""
    folder = run(program, "-c", "import stripe, os; print(os.path.dirname(stripe.__file__))").strip()
    fresh = run(sys.executable, HERE / "describe.py", folder)
    kept = DESCRIPTION.read_text()
    for line in unified_diff(
        kept.splitlines(), fresh.splitlines(), "description.json", "the library", n=0, lineterm=""
    ):
        yield line[:300]
    if json.loads(fresh)["version"] != versions.DESCRIBED:
        yield f"the description should be of {versions.DESCRIBED}"


def recordings() -> bool:
    """Compares the simulator with the real answers that are kept in `recorded`; whether it is as they are."""
    files = sorted((HERE / "recorded").glob("*.json"))
    print(f"recorded answers: {len(files)} files")
    statuses = [drift.main(["--recorded", str(file)]) for file in files]  # all of them, whatever the first says
    return not any(statuses)


def check() -> bool:
    """Prints all of it; whether all is well."""
    program, folder = python("stripe", HERE / "requirements.txt"), node("stripe-node", HERE)
    differences = list(changed(program))
    print(f"description: {len(differences)} differences from the library", *differences, sep="\n  ")
    with control.started(webhook_url=HOOK) as simulator:
        calls = run(program, HERE / "stripe_calls.py", simulator.url, control.SECRET_KEY)
        works = tell("Stripe for Python", calls.splitlines())
        simulator.reset()
        calls = run("node", "stripe_calls.mjs", simulator.url, control.SECRET_KEY, folder=folder)
        works = tell("Stripe for Node", calls.splitlines()) and works
    works = recordings() and works
    return works and not differences
