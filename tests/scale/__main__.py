"""`make scale`: what a request of each hot route takes over few rows and over many, with PostgreSQL.

    python -m tests.scale 100 10000 1000000
    python -m tests.scale beside

Every table that grows gets so many rows. What is told is processor time, of Kiosk and of its connections to the
database together: other programs on the machine delay answers, and hardly change that. It ought to be the same in each
column. Then, or alone, come strangers with a loop beside an item's page: `beside.py`.
"""

import logging
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, db
from app.models import User
from app.runtime.db import utcnow
from tests.databases import PostgresqlServer
from tests.integration.conftest import browser, close, migrate, sign_in
from tests.processes import wait_for
from tests.scale import beside, report
from tests.scale.rows import Rows
from tests.settings import settings

NUMBERS = (100, 10_000, 1_000_000)
ROUNDS, TIMES = 5, 5
PATIENCE = 180
"""Seconds for the first answer, which counts all rows of a long list: a busy machine may take several tries."""

ROUTES = {
    "an item": ("nobody", "/api/items/17"),
    "an item's page": ("nobody", "/items/17"),
    "the items": ("nobody", "/api/items"),
    "the items by price": ("nobody", "/api/items?sort=price&page={turn}"),
    "the categories": ("nobody", "/api/categories"),
    "a buyer's orders": ("buyer", "/api/orders"),
    "an order": ("buyer", "/api/orders/17"),
    "a buyer's to-dos": ("buyer", "/api/todos"),  # feature: todos
    "all orders": ("staff", "/api/orders"),
    "orders by payment": ("staff", "/api/orders?sort=-paid_at"),
    "orders by status": ("staff", "/api/orders?sort=status"),
    "an order's history": ("staff", "/api/orders/17/history"),
    "staff's to-dos": ("staff", "/api/todos"),  # feature: todos
    "the users": ("staff", "/api/users"),
    "users who may not sign in": ("staff", "/api/users?active=false"),
    "drafts and items": ("staff", "/api/items?drafts=true"),
    "items that are sold out": ("staff", "/api/items?only=sold_out"),
    "findings": ("staff", "/api/findings"),
    "closed findings": ("staff", "/api/findings/closed"),
    "the dashboard": ("staff", "/api/dashboard"),
    "metrics": ("nobody", "/metrics"),
    "the first rows of the orders as CSV": ("staff", "/api/orders.csv"),
    "items, in the middle": ("nobody", "/api/items?per_page=2&page={half}"),
    "orders, in the middle": ("staff", "/api/orders?per_page=2&page={half}"),
    "to-dos, in the middle": ("staff", "/api/todos?per_page=2&page={half}"),  # feature: todos
    "users, in the middle": ("staff", "/api/users?per_page=2&page={half}"),
    "drafts and items, in the middle": ("staff", "/api/items?drafts=true&per_page=2&page={half}"),
    "closed findings, in the middle": ("staff", "/api/findings/closed?per_page=2&page={half}"),
    "a search for one item": ("nobody", "/api/items?q=kettle {number}"),
    "a search for one order": ("staff", "/api/orders?q=user-{number}"),
    "a search for one user": ("staff", "/api/users?q=user-{number}"),
    "a search that many items fit": ("nobody", "/api/items?q=kettle {turn}"),
    "a search that many orders fit": ("staff", "/api/orders?q=lamp-{turn}"),
}


def main(numbers: tuple[int, ...]) -> None:
    logging.getLogger("app.access").setLevel(logging.WARNING)
    with ExitStack() as stack:
        shops = [stack.enter_context(_shop(number)) for number in numbers]
        report.write(numbers, {name: _milliseconds(shops, *route) for name, route in ROUTES.items()})


def say(words: str) -> None:
    """How far it is: a million rows take some minutes."""
    print(words, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Shop:
    app: Flask
    number: int
    people: dict[str, FlaskClient]


@contextmanager
def _shop(number: int) -> Iterator[Shop]:
    database, began = PostgresqlServer(), time.monotonic()
    try:
        migrate(database.address)
        app = create_app(settings(database.address, TESTING=True))
        with app.app_context():
            Rows(db.session(), number, utcnow()).fill()
        say(f"{number:,} rows of each table: made in {time.monotonic() - began:.0f} s")
        yield opened(app, number)
        close(app)
    finally:
        database.close()


def opened(app: Flask, number: int) -> Shop:
    """Each connection's own process in the database does all of the work for it from here on, and it is counted."""
    with app.app_context():
        db.session.execute(sa.text("ALTER ROLE CURRENT_USER SET max_parallel_workers_per_gather = 0"))
        db.session.commit()
        db.engine.dispose()
    return Shop(app, number, _people(app, number))


def _people(app: Flask, number: int) -> dict[str, FlaskClient]:
    with app.app_context():
        buyer, staff = db.session.get_one(User, 17), db.session.get_one(User, number)
        return {"nobody": browser(app), "buyer": sign_in(app, buyer), "staff": sign_in(app, staff)}


def _milliseconds(shops: Sequence[Shop], who: str, path: str) -> list[float]:
    """Of each shop, which take turns; the least of the rounds counts, since other programs slow some of them down."""
    rounds = [[_median(shop, who, path, turn * TIMES) for shop in shops] for turn in range(ROUNDS)]
    return [min(took) * 1000 for took in zip(*rounds, strict=True)]


def _median(shop: Shop, who: str, path: str, turn: int) -> float:
    """Of TIMES requests in seconds, no two alike. One comes before that is not counted: it fills caches."""
    client = shop.people[who]
    paths = [path.format_map(_numbers(shop.number, turn + each)) for each in range(TIMES + 1)]
    wait_for(lambda: _ask(client, paths[0]) == HTTPStatus.OK, f"an answer to {paths[0]}", PATIENCE)
    connections, took = _connections(shop.app), list[float]()
    for each in paths[1:]:
        began = _processor_time(connections)
        assert _ask(client, each) == HTTPStatus.OK, each
        took.append(_processor_time(connections) - began)
    return statistics.median(took)


def _numbers(number: int, turn: int) -> dict[str, int]:
    """What stands in a path. `half` is a page of two rows in the middle."""
    return {"turn": 10 + turn, "half": number // 4 + turn, "number": number - turn}


def _ask(client: FlaskClient, path: str) -> int:
    """The status. Of what is sent in pieces the first is enough."""
    answer = client.get(path, buffered=False)
    next(iter(answer.response))
    answer.close()
    return answer.status_code


def _connections(app: Flask) -> list[Path]:
    """What the kernel tells of each process of PostgreSQL that this one is connected to."""
    query = sa.text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
    with app.app_context():
        return [Path(f"/proc/{pid}/schedstat") for pid in db.session.scalars(query)]


def _processor_time(connections: Sequence[Path]) -> float:
    """Seconds so far. https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat"""
    return time.process_time() + sum(int(each.read_text().split()[0]) for each in connections) / 1e9


if __name__ == "__main__":
    if sys.argv[1:] != ["beside"]:
        main(tuple(map(int, sys.argv[1:])) or NUMBERS)
    beside.main()
