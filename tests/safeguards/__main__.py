"""`make safeguards`: takes each safeguard out in turn, in a copy, and shows which test notices.

    python -m tests.safeguards [WORD…]      only those whose name has one of these words

Exit status 1 where no test fails, or where an edit no longer fits the sources.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.copies import Copy
from tests.safeguards.edits import SAFEGUARDS, Safeguard

AT_ONCE = 2
SECONDS = 360
FAILED = 1
"""pytest's exit status where tests were run and some of them failed."""


def main() -> int:
    words = sys.argv[1:]
    chosen = [each for each in SAFEGUARDS if not words or any(word in each.name for word in words)]
    began = time.monotonic()
    if not in_good_health(chosen):
        print("With every safeguard in place some of these tests fail: nothing can be shown.")
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(shown, chosen))
    missed = [each.name for each, verdict in zip(chosen, verdicts, strict=True) if not verdict]
    print(f"\n{len(chosen)} safeguards, {len(missed)} that no test misses, {time.monotonic() - began:.0f} s")
    print("\n".join(f"  nobody notices: {name}" for name in missed))
    return bool(missed)


def in_good_health(chosen: list[Safeguard]) -> bool:
    """All tests that are to notice something pass as long as there is nothing to notice."""
    with Copy() as copy:
        for database in sorted({each.database for each in chosen}):
            tests = sorted({test for each in chosen if each.database == database for test in each.tests})
            status, said = copy.test(["-n", str(AT_ONCE), "--database", database, *tests], SECONDS)
            if status:
                print("\n".join(said))
                return False
    return True


def shown(safeguard: Safeguard) -> bool:
    """Whether a test fails without it."""
    with Copy() as copy:
        for edit in safeguard.edits:
            edit.apply(copy.folder)
        status, said = copy.test(["-x", "--database", safeguard.database, *safeguard.tests], SECONDS)
    failed = [line.split()[1] for line in said if line.startswith("FAILED ")]
    noticed = status == FAILED and bool(failed)
    notice = failed[0].rpartition("/")[2] if noticed else f"NOBODY (pytest ends with {status})"
    print(f"{safeguard.name:62} {notice}", flush=True)
    if status not in (0, FAILED):
        print("\n".join(said[-15:]))
    return noticed


if __name__ == "__main__":
    sys.exit(main())
