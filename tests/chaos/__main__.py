"""`make chaos`: thousands of orders while everything breaks; then the storm ends, and the books have to be right.

    python -m tests.chaos --seed 7 --orders 200

The seed decides what people and faults do; when exactly they meet is left to the machine. Everything runs on this one,
and ends by itself. Exit status 1, with the seed and every difference, where something was lost, doubled or oversold.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import create_app, db
from app.models import Item, Order
from app.runtime.db import utcnow
from tests.books import Books
from tests.chaos.buyers import Crowd, sign_in
from tests.chaos.storm import Storm
from tests.databases import PostgresqlDatabases
from tests.fleet import Fleet
from tests.integration.conftest import migrate
from tests.processes import ROOT

BUYERS, STAFF, THREADS = 60, 3, 56
PROCESSES = (2, 1, 1)
"""Of each server."""

SETTINGS = {"HOLD_MINUTES": 1, "SHIPPING_RATES": "shr_standard,shr_express"}
SETTINGS |= dict.fromkeys(("AUTOMATIC_TAX", "PROMOTION_CODES", "INVOICES"), "true")
"""The rates are those that the simulator of a fleet has: `--demo`."""

AFTERWARDS = 130
"""Seconds that are kept for what comes after the storm."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=5)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    after(options.minutes * 60, lambda: give_up(options.seed, options.minutes))
    folder = Path(tempfile.mkdtemp(prefix="kiosk-chaos-"))
    databases = PostgresqlDatabases(migrate)
    fleet = Fleet(databases.new(), folder, processes=PROCESSES, redis=options.seed % 2 == 0, **SETTINGS)
    try:
        run = Run(fleet, options.seed, options.orders, time.monotonic() + options.minutes * 60)
        wrong = run.go()
    finally:
        fleet.stop()
        databases.close()
    if wrong:
        print(f"\nWRONG, seed {options.seed}; what the programs said is in {folder}")
        print("\n".join(f"  {each}" for each in wrong[:50]))
        print(f"What the provider did, as a scenario: {run.write_story()}")
        return 1
    shutil.rmtree(folder)
    print("\nNothing lost, nothing doubled, nothing oversold.")
    return 0


class Run:
    def __init__(self, fleet: Fleet, seed: int, orders: int, until: float) -> None:
        self.fleet, self.seed, self.orders, self.until = fleet, seed, orders, until
        self.rng = random.Random(seed)
        self.app = create_app({**fleet.settings, "REDIS_URL": ""})
        self.figures: dict[str, object] = {}
        self.wrong: list[str] = []

    def go(self) -> list[str]:
        """What is wrong, in words."""
        self.fleet.start()
        crowd = self._people_and_items()
        self._storm(crowd)
        self._afterwards()
        self._reconcile()
        self._compare(crowd)
        self._print()
        return self.wrong + crowd.figures.wrong

    def write_story(self) -> Path:
        """Faults and webhooks, each at its second; the buyers are played anew from the seed."""
        return self.storm.write_story(ROOT / "test-results" / "stories" / f"chaos-{self.seed}.toml")

    def _people_and_items(self) -> Crowd:
        with self.app.app_context():
            cookies = [sign_in(self.app, f"buyer-{number}", "customer") for number in range(BUYERS)]
            staff = [sign_in(self.app, f"staff-{number}", "staff") for number in range(STAFF)]
            items = [
                Item(name=f"Item {number}", price=self.rng.randint(300, 9000), on_hand=self._on_hand(number))
                for number in range(40)
            ]
            db.session.add_all(items)
            db.session.commit()
            self.stock = {item.id: item.on_hand for item in items}
            known = [(item.id, (item.on_hand or 999) < 50) for item in items]
            db.session.remove()
        return Crowd(self.fleet.urls, self.fleet.control, cookies, staff, known)

    def _on_hand(self, number: int) -> int | None:
        """Every other item is scarce; a few are without end."""
        if number % 2:
            return self.rng.randint(3, 40)
        return None if number % 10 == 0 else self.rng.randint(self.orders // 8, self.orders // 3) + 50

    def _storm(self, crowd: Crowd) -> None:
        began = time.monotonic()
        self.storm = storm = Storm(self.fleet, self.seed)
        storm.start()
        closing = after(self.until - AFTERWARDS - began, crowd.over.set)
        crowd.shop(self.orders, THREADS, self.seed)
        closing.cancel()
        seconds = time.monotonic() - began
        storm.blow_over()
        self.wrong += storm.wrong
        seen = crowd.figures.counts
        self._note("orders acknowledged", len(crowd.figures.keys), seen)
        self._note("faults injected", storm.faults.total(), storm.faults)
        self._note("kills", storm.kills.total(), storm.kills)
        self.figures |= {"seconds of storm": round(seconds), "requests/s": round(seen["requests"] / seconds)}
        self.figures |= {"calls that suffered": self._suffered()}

    def _note(self, name: str, total: int, parts: Counter[str]) -> None:
        self.figures |= {name: total, **{f"  {part}": count for part, count in sorted(parts.items())}}

    def _suffered(self) -> int:
        """Since the provider was last killed: its log is in memory."""
        return sum(1 for call in self.fleet.control.calls() if call["fault"])

    def _afterwards(self) -> None:
        """The banks answer most of the payments that are under way, and whoever has not paid by now does not."""
        control = self.fleet.control
        state = control.state()
        under_way = {each["id"] for each in state["payment_intents"] if each["status"] == "processing"}
        for session in state["sessions"]:
            if session["payment_intent"] in under_way and self.rng.random() < 0.8:
                control.settle(session["id"], succeed=self.rng.random() < 0.7)
        with self.app.app_context():
            over = sa.update(Order).where(Order.status == "pending").values(hold_until=utcnow())
            db.session.execute(over)
            db.session.commit()

    def _reconcile(self) -> None:
        for name in ("first", "second"):
            began = time.monotonic()
            found, status = self._report()
            self.figures |= {f"{name} reconcile, seconds": round(time.monotonic() - began, 1)}
            self.figures |= {"  mended": len(found["mended"]), "  fetched": found["fetched"]} if name == "first" else {}
            if status or found["needs_person"] or found["unfinished"] or found["unreachable"]:
                shown = {key: value for key, value in found.items() if key != "mended"}
                self.wrong.append(f"the {name} reconcile ends with {status}: {json.dumps(shown)[:3000]}")
            with suppress(TimeoutError):
                self.fleet.control.settle_webhooks(timeout=15)
        if found["mended"] or found["fetched"]:
            self.wrong.append(f"the second reconcile reports {json.dumps(found)[:3000]}")

    def _report(self) -> tuple[dict[str, Any], int]:
        log = self.fleet.folder / "reconcile---report-json.log"
        log.unlink(missing_ok=True)
        process = self.fleet.run("reconcile", "--report", "json")
        status = process.wait()
        lines = [line for line in log.read_text().splitlines() if line.startswith('{"mended"')]
        if not lines:
            raise SystemExit(f"seed {self.seed}: `kiosk reconcile` said: {log.read_text()[-3000:]}")
        return json.loads(lines[-1]), status

    def _compare(self, crowd: Crowd) -> None:
        with self.app.app_context():
            books = Books(self.fleet.control.state(), self.stock, crowd.figures.keys)
            self.wrong += books.differences()
            self.figures |= books.figures()
            db.session.remove()
            db.engine.dispose()

    def _print(self) -> None:
        for name, value in self.figures.items():
            print(f"{name:40}{value:>12}")


def after(seconds: float, act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


def give_up(seed: int, minutes: float) -> None:
    """All programs end with this one."""
    print(f"WRONG, seed {seed}: not done within {minutes} minutes", flush=True)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
