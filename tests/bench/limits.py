"""`python -m tests.bench limits`: what a check of a limit costs, also after ever more clients have come."""

import time

from app.web.limits import SIGN_IN
from app.web.rate_counters import Memory

CLIENTS = (0, 1_000, 10_000, 100_000, 1_000_000)
CHECKS = 2_000


def main() -> None:
    counts, come = Memory(), 0
    print(f"{'clients that were counted in this minute':44}{'µs':>8}")
    for many in CLIENTS:
        for number in range(come, many):
            check(counts, f"client {number}")
        come = many
        print(f"{many:>44,}{min(timed(counts) for _ in range(5)) * 1e6:8.1f}")


def timed(counts: Memory) -> float:
    """Seconds per check."""
    began = time.perf_counter()
    for number in range(CHECKS):
        check(counts, f"another {number}")
    return (time.perf_counter() - began) / CHECKS


def check(counts: Memory, client: str) -> None:
    counts.take(SIGN_IN.name, SIGN_IN.times, client, time.monotonic())
