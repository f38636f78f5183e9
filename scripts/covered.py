"""Says how much of app/ the tests reach, and fails below what is held. `make coverage` runs them first."""

import json
import sys

from steps import ROOT, VENV, StepError, run

LINES, BRANCHES = 95, 90  # percent, at least
FOLDER = ROOT / ".mutants"


def main() -> None:
    tool = VENV / "bin" / "coverage"
    mend = "Coverage is not known: run `make coverage`."
    data = f"--data-file={FOLDER / '.coverage'}"
    print(run([tool, "report", data], mend))
    run([tool, "json", data, "--quiet", "-o", FOLDER / "report.json"], mend)
    totals = json.loads((FOLDER / "report.json").read_text())["totals"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"lines {lines:.1f} %, of {LINES} held; branches {branches:.1f} %, of {BRANCHES} held")
    if lines < LINES or branches < BRANCHES:
        raise StepError("Tests reach less of app/ than is held: test what is named above, or delete it.")


if __name__ == "__main__":
    try:
        main()
    except StepError as error:
        sys.exit(f"make coverage: {error}")
