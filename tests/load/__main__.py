"""`make load`: a shop of several processes under load, with a report, thresholds, and a look at its metrics meanwhile.

    python -m tests.load --servers 2 --visitors 40 --seconds 30

Everything runs on this machine, the visitors too, so figures compare with one another and not with another machine's.
Exit status 1 where a threshold is passed or the books are wrong afterwards.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from app import create_app, db
from app.models import Item, User
from app.users import passwords
from tests.books import Books
from tests.databases import PostgresqlServer
from tests.fleet import Fleet
from tests.integration.conftest import migrate
from tests.processes import ROOT

LOCUST = ROOT / ".tools" / "load" / "bin" / "locust"
REPORTS = ROOT / "test-results" / "load"
PEOPLE, ITEMS, ON_HAND = 200, 60, 10**6
PASSWORD = "a long and quiet afternoon"
WATCHED = (
    "kiosk_requests_in_progress",
    "kiosk_database_connections_in_use",
    "kiosk_payment_calls_in_progress",
    "kiosk_outbound_calls_in_progress",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--visitors", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-load-"))
    database = PostgresqlServer(durable=True)
    migrate(database.address)
    fleet = Fleet(database.address, folder, processes=[1] * options.servers, redis=True, proxy=True)
    try:
        fleet.start()
        return Run(fleet, options).go()
    finally:
        fleet.stop()
        database.close()


class Run:
    def __init__(self, fleet: Fleet, options: argparse.Namespace) -> None:
        self.fleet, self.options = fleet, options
        self.app = create_app({**fleet.settings, "REDIS_URL": ""})
        self.highest = dict.fromkeys(WATCHED, 0.0)
        self.over = threading.Event()

    def go(self) -> int:
        """The exit status."""
        self._stock()
        watching = threading.Thread(target=self._watch)
        watching.start()
        status = self._visit()
        self.over.set()
        watching.join()
        for name, value in self.highest.items():
            print(f"{name + ', at most':48}{value:8.0f}")
        wrong = self._differences()
        print("\n".join(["The books are in line." if not wrong else "WRONG:", *wrong]))
        return 1 if status or wrong else 0

    def _stock(self) -> None:
        hashed = passwords.hashed(PASSWORD)  # one for all: hashing two hundred takes a while
        with self.app.app_context():
            db.session.add_all(User(username=name, password_hash=hashed) for name in self.people)
            items = [Item(name=f"Item {number}", price=500 + number, on_hand=ON_HAND) for number in range(ITEMS)]
            db.session.add_all(items)
            db.session.commit()
            self.stock = {item.id: item.on_hand for item in items}

    @property
    def people(self) -> list[str]:
        return [f"buyer-{number}" for number in range(PEOPLE)]

    def _visit(self) -> int:
        report = REPORTS / f"{self.options.servers}-servers"
        report.mkdir(parents=True, exist_ok=True)
        shop = {"people": self.people, "password": PASSWORD, "provider": self.fleet.provider_url}
        many, seconds = str(self.options.visitors), str(self.options.seconds)
        command = [LOCUST, "-f", ROOT / "tests/load/locustfile.py", "--headless", "--only-summary", "--host"]
        command += [self.fleet.urls[0], "-u", many, "-r", many, "-t", f"{seconds}s", "--stop-timeout", "10"]
        command += ["--csv", report / "load", "--html", report / "load.html"]
        done = subprocess.run(command, env={**os.environ, "KIOSK_LOAD": json.dumps(shop)}, check=False)
        print(f"report: {report / 'load.html'}")
        return done.returncode

    def _watch(self) -> None:
        while not self.over.wait(1):
            sums = dict.fromkeys(WATCHED, 0.0)
            for port in self.fleet.ports:
                text = (
                    httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10, trust_env=False).raise_for_status().text
                )
                for family in text_string_to_metric_families(text):
                    if family.name in sums:
                        sums[family.name] += sum(sample.value for sample in family.samples)
            self.highest = {name: max(value, sums[name]) for name, value in self.highest.items()}

    def _differences(self) -> list[str]:
        self.fleet.control.settle_webhooks(timeout=30)
        result = self.app.test_cli_runner().invoke(args=["reconcile", "--report", "json"])
        wrong = [] if result.exit_code == 0 else [f"reconcile: {result.stdout[:2000]}"]
        with self.app.app_context():
            return wrong + Books(self.fleet.control.state(), self.stock, {}).differences()


if __name__ == "__main__":
    sys.exit(main())
