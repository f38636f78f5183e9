"""A shop on several machines, its customers, and its books."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import sqlalchemy as sa

from app import create_app, db
from app.models import Attempt, Event, Item, Refund
from app.runtime.db import utcnow
from tests.books import Books
from tests.chaos.buyers import Crowd, sign_in
from tests.databases import PostgresqlServer
from tests.fleet import Fleet
from tests.processes import wait_for

BUYERS, THREADS, PAUSE = 12, 3, 0.2
WITHOUT_END = 10**6
FATES = {"paid": 8, "cancelled": 1, "declined": 1}


class Cluster:
    """`keys` are the orders that buyers were told of, by Idempotency-Key, from the first test on."""

    def __init__(self, fleet: Fleet, database: PostgresqlServer) -> None:
        assert fleet.proxy
        assert fleet.valkey
        self.fleet, self.database, self.proxy, self.valkey = fleet, database, fleet.proxy, fleet.valkey
        self.app = create_app({**fleet.settings, "REDIS_URL": ""})
        self.keys: dict[str, int] = {}
        self.crowds = 0
        with self.app.app_context():
            self.cookies = [sign_in(self.app, f"buyer-{number}", "customer") for number in range(BUYERS)]
            self.staff = [sign_in(self.app, "grace", "staff")]
            items = [Item(name=f"Item {number}", price=500, on_hand=WITHOUT_END) for number in range(8)]
            db.session.add_all(items)
            db.session.commit()
            self.stock = {item.id: item.on_hand for item in items}

    def recover(self) -> None:
        self.database.start()
        self.fleet.start()

    @contextmanager
    def customers(self) -> Iterator["Customers"]:
        """They shop while the block runs."""
        items = [(item, False) for item in self.stock]
        people = (self.fleet.urls, self.fleet.control, self.cookies, self.staff)
        crowd = Crowd(*people, items, fates=FATES, pause=PAUSE, keep_alive=False)
        self.crowds += 1
        shopping = threading.Thread(target=crowd.shop, args=(WITHOUT_END, THREADS, self.crowds))
        shopping.start()
        try:
            yield Customers(crowd)
        finally:
            crowd.over.set()
            shopping.join()
        self.keys |= crowd.figures.keys

    def ask(self, method: str, path: str, cookie: str = "", **more: object) -> httpx.Response:
        """Once, through the proxy."""
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"kiosk={cookie or self.cookies[0]}"}
        headers |= more.pop("headers", {})  # type: ignore[arg-type]
        url = self.proxy.url + path
        return httpx.request(method, url, headers=headers, timeout=15, trust_env=False, verify=False, **more)

    def signed_in(self) -> list[int]:
        """What each browser that is signed in hears when it asks who it is."""
        return [self.ask("GET", "/api/profile", cookie).status_code for cookie in (*self.cookies, *self.staff)]

    def differences(self) -> list[str]:
        """All that is wrong with the books, once everything is at work again and one sweep is done."""
        self.recover()
        self.fleet.control.settle_webhooks(timeout=15)
        self._let_leases_end()
        result = self.app.test_cli_runner().invoke(args=["reconcile", "--report", "json"])
        report = json.loads(result.stdout)
        wrong = [] if result.exit_code == 0 else [f"reconcile: {report}"]
        with self.app.app_context():
            return wrong + Books(self.fleet.control.state(), self.stock, self.keys).differences()

    def _let_leases_end(self) -> None:
        """Those of whoever was killed: nobody waits half a minute for them here."""
        with self.app.app_context():
            for model in (Attempt, Event, Refund):
                db.session.execute(sa.update(model).values(lease_until=utcnow()).where(model.lease_until > utcnow()))
            db.session.commit()


class Customers:
    def __init__(self, crowd: Crowd) -> None:
        self.figures = crowd.figures

    def buy(self, number: int) -> None:
        """Waits until so many more orders were acknowledged."""
        wanted = len(self.figures.keys) + number
        wait_for(lambda: len(self.figures.keys) >= wanted, f"{number} more orders; {self.figures.counts}")

    @property
    def failures(self) -> int:
        """Requests that had no answer, or a 5xx."""
        counts = self.figures.counts
        return sum(counts[each] for each in counts if each == "torn requests" or each.startswith("answers "))


def act(cluster: Cluster, kind: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """How to kill and how to start one of `kind`."""
    found = {
        "server": cluster.fleet.servers[0],
        "worker": cluster.fleet.workers[0],
        "proxy": cluster.proxy,
        "database": cluster.database,
        "valkey": cluster.valkey,
    }[kind]
    return found.kill, found.start
