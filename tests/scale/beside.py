"""What an item's page takes while strangers search, over many items, with PostgreSQL and a real server.

    python -m tests.scale beside

As long as the page is asked for, again and again by one visitor, each of SEARCHERS asks one search after the other; one
that is refused waits as long as it is told. No two searches are alike, so no answer is kept from another one. First all
come from one address, and then each from one of its own.
"""

import http.client
import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

from app import create_app, db
from app.runtime.db import utcnow
from tests.databases import PostgresqlServer
from tests.integration.conftest import close, migrate
from tests.integration.live import LiveKiosk
from tests.scale.rows import THINGS, Rows
from tests.settings import environment, settings

ITEMS, SEARCHERS = 100_000, 80
PAGES, SECONDS = 200, 60
"""So many item pages are asked for, or as many as can be had in so many seconds."""

TOLD = "Retry-After"


@dataclass
class Searches:
    """What came of them, and how long those took that were answered, in milliseconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)


def main() -> None:
    with _server() as port:
        print(f"{'an item page, milliseconds':34}{'median':>9}{'p99':>9}{'longest':>9}{'refused':>9}  searches")
        _tell("nobody searches", *_pages(port), Searches())
        for name, alike in (("one address", True), ("an address each", False)):
            with _searching(port, alike=alike) as searches:
                took, refused = _pages(port)
            _tell(f"{SEARCHERS} searches, {name}", took, refused, searches)


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
        status, _ = _asked(port, f"/api/items/{1 + len(took) * 37}", "192.0.2.1")
        took.append((time.perf_counter() - began) * 1000)
        refused += status != http.client.OK
    return took[1:], refused


@contextmanager
def _searching(port: int, *, alike: bool) -> Iterator[Searches]:
    searches, over, numbers = Searches(), threading.Event(), count()

    def search(address: str) -> None:
        while not over.is_set():
            number = next(numbers)
            words = quote(f"{THINGS[number % len(THINGS)]} {number % 900 + 100}")
            began = time.perf_counter()
            status, pause = _asked(port, f"/api/items?q={words}", address)
            searches.statuses[status] += 1
            if status == http.client.OK:
                searches.took.append((time.perf_counter() - began) * 1000)
            over.wait(pause)

    addresses = ["198.51.100.1" if alike else f"198.51.100.{number}" for number in range(1, SEARCHERS + 1)]
    threads = [threading.Thread(target=search, args=(each,)) for each in addresses]
    for thread in threads:
        thread.start()
    try:
        yield searches
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _asked(port: int, path: str, address: str) -> tuple[int, float]:
    """The status, and how many seconds to wait before the next."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path, headers={"X-Forwarded-For": address})
        answer = connection.getresponse()
        json.loads(answer.read())
        return answer.status, float(answer.headers.get(TOLD, 0))
    finally:
        connection.close()


def _tell(name: str, took: list[float], refused: int, searches: Searches) -> None:
    came = ", ".join(f"{number} x {status}" for status, number in sorted(searches.statuses.items()))
    if searches.took:
        came += f", median {statistics.median(searches.took):,.0f} ms"
    figures = (statistics.median(took), sorted(took)[len(took) * 99 // 100], max(took), refused)
    print(f"{name:34}" + "".join(f"{each:9,.0f}" for each in figures) + f"  {came}", flush=True)
