"""`make soak`: a shop's mix for an hour at a steady rate, with kills, and what grows in the second half of it.

    python -m tests.soak --seconds 3600 --rate 8

The first server and the first worker live all the while and are measured; the second ones are killed in turn, once a
minute, and started again. What is printed is the slope of each figure over the second half, for an hour. Rows of orders
and what belongs to them grow with the orders; all else ought to stay as it is.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx
import sqlalchemy as sa

from app import create_app, db
from app.models import Item, User
from tests.databases import PostgresqlServer
from tests.fleet import Fleet, Program
from tests.integration.conftest import migrate, sign_in
from tests.soak.figures import of_program

PEOPLE, ITEMS, THREADS = 20, 50, 4
SAMPLE_SECONDS, KILL_SECONDS = 5, 60


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--rate", type=float, default=8, help="requests a second")
    options = parser.parse_args()
    database = PostgresqlServer(durable=True)
    migrate(database.address)
    fleet = Fleet(database.address, Path(tempfile.mkdtemp(prefix="kiosk-soak-")), processes=[1, 1], redis=True)
    try:
        fleet.start()
        soak = Soak(fleet, options.rate)
        soak.run(options.seconds)
        soak.report()
    finally:
        fleet.stop()
        database.close()
    return 0


class Soak:
    def __init__(self, fleet: Fleet, rate: float) -> None:
        self.fleet, self.pause = fleet, THREADS / rate
        self.app = create_app({**fleet.settings, "REDIS_URL": ""})
        self.over = threading.Event()
        self.answers: Counter[str] = Counter()
        self.seen: dict[str, list[tuple[float, float]]] = defaultdict(list)
        with self.app.app_context():
            people = [User(username=f"buyer-{number}") for number in range(PEOPLE)]
            items = [Item(name=f"Lamp {number}", price=500 + number, on_hand=10**6) for number in range(ITEMS)]
            db.session.add_all([*people, *items])
            db.session.commit()
            self.items = [item.id for item in items]
            cookies = (sign_in(self.app, person).get_cookie("kiosk") for person in people)
            self.cookies = [cookie.value for cookie in cookies if cookie]

    def run(self, seconds: int) -> None:
        work = (*[self._visit] * THREADS, self._kill)
        threads = [threading.Thread(target=each) for each in work]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        while (at := time.monotonic() - began) < seconds:
            self._sample(at)
            time.sleep(SAMPLE_SECONDS)
        self.over.set()
        for thread in threads:
            thread.join()

    def report(self) -> None:
        print(", ".join(f"{number} x {outcome}" for outcome, number in sorted(self.answers.items())))
        print(f"{'':36}{'at the end':>14}{'more an hour':>14}")
        for name, samples in sorted(self.seen.items()):
            half = samples[len(samples) // 2 :]
            slope = statistics.linear_regression(*zip(*half, strict=True)).slope if len(half) > 1 else 0
            print(f"{name:36}{samples[-1][1]:14,.0f}{slope * 3600:14,.0f}")

    def _sample(self, at: float) -> None:
        for program in (self.fleet.servers[0], self.fleet.workers[0]):
            if program.process is not None:
                for name, figure in of_program(program.process.pid).items():
                    self.seen[f"{program.name}: {name}"].append((at, figure))
        with self.app.app_context(), db.engine.connect() as connection:
            number = connection.scalar(sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"))
            self.seen["database: connections"].append((at, number or 0))
            for table in db.metadata.sorted_tables:
                rows = connection.scalar(sa.select(sa.func.count()).select_from(table))
                self.seen[f"rows: {table.name}"].append((at, rows or 0))

    def _kill(self) -> None:
        """The second ones in turn; those that are measured live."""
        victims: list[Program] = [self.fleet.servers[1], self.fleet.workers[1]]
        turn = 0
        while not self.over.wait(KILL_SECONDS):
            victim = victims[turn % len(victims)]
            victim.kill()
            with suppress(AssertionError):  # a busy machine: it is there a little later
                victim.start()
            turn += 1

    def _visit(self) -> None:
        rng = random.Random(os.urandom(8))
        with httpx.Client(timeout=15, trust_env=False) as http:
            while not self.over.wait(self.pause):
                http.base_url = httpx.URL(rng.choice(self.fleet.urls))
                http.cookies.set("kiosk", rng.choice(self.cookies))
                http.headers["Sec-Fetch-Site"] = "same-origin"
                try:
                    answer = rng.choices([self._look, self._search, self._buy], [6, 2, 2])[0](http, rng)
                    self.answers[f"{answer.status_code // 100}xx"] += 1
                except httpx.TransportError:  # a server is being killed
                    self.answers["no answer"] += 1

    def _look(self, http: httpx.Client, rng: random.Random) -> httpx.Response:
        return http.get(rng.choice(["/api/items", f"/api/items/{rng.choice(self.items)}", "/api/orders"]))

    def _search(self, http: httpx.Client, rng: random.Random) -> httpx.Response:
        return http.get("/api/items", params={"q": rng.choice(["lamp", "lamp 7", "nothing like it"])})

    def _buy(self, http: httpx.Client, rng: random.Random) -> httpx.Response:
        lines = [{"item_id": rng.choice(self.items), "quantity": 1}]
        answer = http.post("/api/orders", json={"lines": lines}, headers={"Idempotency-Key": uuid4().hex})
        if answer.status_code == httpx.codes.CREATED:
            session = answer.json()["checkout_url"].rpartition("/")[2]
            self.fleet.control.pay(session)
        return answer


if __name__ == "__main__":
    sys.exit(main())
