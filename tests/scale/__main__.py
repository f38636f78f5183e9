"""`make scale`: what a request of each hot route takes over few rows and over many, with PostgreSQL.

    python -m tests.scale 100 10000 1000000
    python -m tests.scale beside

Every table that grows gets so many rows. What a route takes ought to be the same in each column, but for searches.
Then, or alone, come strangers with a loop beside an item's page: `beside.py`.
"""

import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from flask import Flask
from flask.testing import FlaskClient

from app import create_app, db
from app.models import User
from app.runtime.db import utcnow
from tests.databases import PostgresqlServer
from tests.integration.conftest import browser, close, migrate, sign_in
from tests.scale import beside, report
from tests.scale.rows import Rows
from tests.settings import settings

NUMBERS = (100, 10_000, 1_000_000)
TIMES = 15

ROUTES = {
    "an item": ("nobody", "/api/items/17"),
    "the items": ("nobody", "/api/items"),
    "a buyer's orders": ("buyer", "/api/orders"),
    "an order": ("buyer", "/api/orders/17"),
    "a buyer's to-dos": ("buyer", "/api/todos"),  # feature: todos
    "all orders": ("staff", "/api/orders"),
    "staff's to-dos": ("staff", "/api/todos"),  # feature: todos
    "findings": ("staff", "/api/findings"),
    "a search for an item": ("nobody", "/api/items?q=kettle {turn}"),
    "a deep page of items": ("nobody", "/api/items?page={half}"),
    "a deep page of orders": ("staff", "/api/orders?page={half}"),
    "orders by payment": ("staff", "/api/orders?sort=-paid_at"),
    "orders by status": ("staff", "/api/orders?sort=status"),
    "the users": ("staff", "/api/users"),
    "a search for an order": ("staff", "/api/orders?q=lamp-{turn}"),
    "the dashboard": ("staff", "/api/dashboard"),
    "metrics": ("nobody", "/metrics"),
}


def main(numbers: tuple[int, ...]) -> None:
    logging.getLogger("app.access").setLevel(logging.WARNING)
    columns = [_column(number) for number in numbers]
    report.write(numbers, {name: [column[name] for column in columns] for name in ROUTES})


def say(words: str) -> None:
    """How far it is: a million rows take many minutes."""
    print(words, file=sys.stderr, flush=True)


def _column(number: int) -> dict[str, float]:
    began = time.monotonic()
    with _shop(number) as app:
        say(f"{number:,} rows of each table: made in {time.monotonic() - began:.0f} s")
        people = _people(app, number)
        return {name: _milliseconds(people[who], path, number) for name, (who, path) in ROUTES.items()}


@contextmanager
def _shop(number: int) -> Iterator[Flask]:
    database = PostgresqlServer()
    try:
        migrate(database.address)
        app = create_app(settings(database.address, TESTING=True))
        with app.app_context():
            Rows(db.session(), number, utcnow()).fill()
        yield app
        close(app)
    finally:
        database.close()


def _people(app: Flask, number: int) -> dict[str, FlaskClient]:
    with app.app_context():
        buyer, staff = db.session.get_one(User, 17), db.session.get_one(User, number)
        return {"nobody": browser(app), "buyer": sign_in(app, buyer), "staff": sign_in(app, staff)}


def _milliseconds(client: FlaskClient, path: str, number: int) -> float:
    """The first request is not counted: it fills caches. The half is the number of a page in the middle."""
    paths = [path.format(turn=10 + turn, half=number // 40 + turn) for turn in range(TIMES + 1)]
    took = [_timed(partial(client.get, each)) for each in paths]
    return statistics.median(took[1:]) * 1000


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


if __name__ == "__main__":
    if sys.argv[1:] != ["beside"]:
        main(tuple(map(int, sys.argv[1:])) or NUMBERS)
    beside.main()
