"""What an item's page takes while strangers ask without end, over many items, with PostgreSQL and a real server.

    python -m tests.scale beside

As long as the page is asked for, again and again by one visitor, each stranger asks for one thing after the other;
one that is refused waits as long as it is told, for two seconds at most. No two searches are alike, and hardly two
pages of lists, so few answers are kept from another one.
"""

import http.client
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import quote

from app import create_app, db
from app.runtime.db import utcnow
from tests.databases import PostgresqlServer
from tests.integration.conftest import close, migrate
from tests.integration.live import LiveKiosk
from tests.scale.rows import THINGS, Rows
from tests.settings import environment, settings

ITEMS = 100_000
PAGES, SECONDS = 2000, 60
"""So many item pages are asked for, or as many as can be had in so many seconds."""

TOLD = "Retry-After"


Wish = tuple[str, dict[str, str] | None]
"""A path, and what is posted there, if it is not read."""


def _search(number: int) -> Wish:
    return f"/api/items?q={quote(f'{THINGS[number % len(THINGS)]} {number % 900 + 100}')}", None


def _item(number: int) -> Wish:
    return f"/api/items/{number * 41 % ITEMS + 1}", None


def _page(number: int) -> Wish:
    return f"/api/items?sort=price&page={number % 499 + 1}", None


def _deep_page(number: int) -> Wish:
    return f"/api/items?page={number * 7 % 4500 + 500}", None


def _sign_in(number: int) -> Wish:
    return "/api/login", {"username": f"user-{number}", "password": "a walk in the quiet harbour"}


def _forgot(number: int) -> Wish:
    return "/api/password/forgot", {"email": f"user-{number}@example.com"}


@dataclass(frozen=True)
class Loop:
    name: str
    wish: Callable[[int], Wish]
    strangers: int
    addresses: int
    """That they have together."""


LOOPS = (
    Loop("80 search, from one address", _search, 80, 1),
    Loop("80 search, an address each", _search, 80, 80),
    Loop("4 open items", _item, 4, 4),
    Loop("4 read lists", _page, 4, 4),
    Loop("4 read deep pages", _deep_page, 4, 4),
    Loop("80 sign in, 2,000 addresses", _sign_in, 80, 2000),
    Loop("80 forgot passwords, 2,000 addresses", _forgot, 80, 2000),
)
"""Where no answer is refused few strangers do: the machine is busy with them, whatever they ask for. So what they do to
others is compared with what those do who open items."""


@dataclass
class Answers:
    """What came of the loops, and how long those took that were answered, in milliseconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)


def main() -> None:
    with _server() as port:
        print(f"{'an item page, milliseconds':38}{'median':>9}{'p99':>9}{'longest':>9}{'refused':>9}  the others")
        _tell("no one else", *_pages(port), Answers())
        for loop in LOOPS:
            with _asking(port, loop) as answers:
                took, refused = _pages(port)
            _tell(loop.name, took, refused, answers)


@contextmanager
def _server() -> Iterator[int]:
    database = PostgresqlServer()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-scale-"))
    try:
        migrate(database.address)
        app = create_app(settings(database.address, TESTING=True))
        with app.app_context():
            Rows(db.session(), ITEMS, utcnow()).fill_items()
        close(app)
        kiosk = LiveKiosk(folder / "kiosk.log", workers=2)
        kiosk.start(environment(settings(database.address, public_url=kiosk.url, TRUSTED_PROXIES="127.0.0.1")))
        try:
            yield kiosk.port
        finally:
            kiosk.http.close()
            kiosk.stop()
    finally:
        database.close()


def _pages(port: int) -> tuple[list[float], int]:
    """Milliseconds of each, and how many were refused. The first one is not counted."""
    took, refused, until = list[float](), 0, time.monotonic() + SECONDS
    while len(took) <= PAGES and (len(took) < 2 or time.monotonic() < until):
        began = time.perf_counter()
        status, _ = _asked(port, _item(len(took)), "192.0.2.1")
        took.append((time.perf_counter() - began) * 1000)
        refused += status != http.client.OK
    return took[1:], refused


@contextmanager
def _asking(port: int, loop: Loop) -> Iterator[Answers]:
    """From a process of their own, so that they do not keep the visitor from reading the clock."""
    over, came = multiprocessing.Event(), multiprocessing.Queue()
    strangers = multiprocessing.Process(target=_ask, args=(port, loop, over, came))
    strangers.start()
    answers = Answers()
    try:
        yield answers
    finally:
        over.set()
        seen = came.get(timeout=120)
        answers.statuses, answers.took = seen.statuses, seen.took
        strangers.join()


def _ask(port: int, loop: Loop, over: Event, came: "multiprocessing.Queue[Answers]") -> None:
    answers, numbers = Answers(), count()

    def ask() -> None:
        while not over.is_set():
            number, began = next(numbers), time.perf_counter()
            whose = number % loop.addresses
            status, pause = _asked(port, loop.wish(number), f"198.18.{whose // 250}.{whose % 250}")
            answers.statuses[status] += 1
            if status == http.client.OK:
                answers.took.append((time.perf_counter() - began) * 1000)
            over.wait(min(pause, 2))

    threads = [threading.Thread(target=ask) for _ in range(loop.strangers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    came.put(answers)


def _asked(port: int, wish: Wish, address: str) -> tuple[int, float]:
    """The status, and how many seconds to wait before the next."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        path, body = wish
        headers = {"X-Forwarded-For": address, "Content-Type": "application/json"}
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        json.loads(answer.read())
        return answer.status, float(answer.headers.get(TOLD, 0))
    finally:
        connection.close()


def _tell(name: str, took: list[float], refused: int, answers: Answers) -> None:
    came = ", ".join(f"{number} x {status}" for status, number in sorted(answers.statuses.items()))
    if answers.took:
        came += f", median {statistics.median(answers.took):,.0f} ms"
    figures = (statistics.median(took), sorted(took)[len(took) * 99 // 100], max(took))
    print(f"{name:38}" + "".join(f"{each:9,.1f}" for each in figures) + f"{refused:9}  {came}", flush=True)
