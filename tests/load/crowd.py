"""`python -m tests.load.crowd`: 1,000 buyers order at the same moment, and a visitor looks at the catalogue meanwhile.

A server of two processes on PostgreSQL, with a payment provider that takes half a second, and then one that hangs. Told
is how each order was answered, how long the slowest one took, and what the visitor waited, beside what they wait alone.
Exit status 1 where an order is refused or waits longer than ANSWERED_WITHIN seconds.

Everything runs on this machine, the buyers too: figures compare with one another, and not with another machine's.
"""

import asyncio
import http.client
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from app import create_app, db
from app.auth import opaque_tokens, sessions
from app.models import Item, User, UserSession
from app.runtime.db import utcnow
from tests.databases import PostgresqlServer
from tests.integration.conftest import close, migrate
from tests.integration.live import LiveKiosk
from tests.processes import free_port
from tests.settings import environment, settings

BUYERS, ITEMS, PRICE, PAGES = 1000, 20, 1250, 200
EVERY = 0.05
ANSWERED_WITHIN = 15
HANGS = 3600.0
PROVIDERS = {"takes half a second": 0.5, "hangs": HANGS}
"""Seconds until it answers."""

PLACED = {201, 202}


@dataclass(frozen=True)
class Shop:
    port: int
    provider_port: int
    cookies: list[str]
    items: list[int]


@dataclass(frozen=True)
class Pages:
    took: list[float]
    """Seconds of each, the shortest first."""
    refused: int


@dataclass(frozen=True)
class Orders:
    statuses: Counter[int]
    slowest: float
    """Seconds."""


def main() -> int:
    is_right = True
    with _shop() as shop, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as beside:
        print(
            f"{'the catalogue, milliseconds':34}{'pages':>7}{'median':>9}{'p99':>9}{'longest':>9}{'refused':>9}  orders"
        )
        _tell("alone", asyncio.run(_visit(shop, lambda seen: seen < PAGES)))
        for name, seconds in PROVIDERS.items():
            crowd = beside.submit(_crowd, shop, seconds)
            pages = asyncio.run(_visit(shop, lambda _, crowd=crowd: not crowd.done()))
            _tell(f"the provider {name}", pages, crowd.result())
            orders = crowd.result()
            is_right &= set(orders.statuses) <= PLACED and orders.slowest < ANSWERED_WITHIN
    return 0 if is_right else 1


@contextmanager
def _shop() -> Iterator[Shop]:
    database, provider_port = PostgresqlServer(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-crowd-"))
    try:
        migrate(database.address)
        kiosk = LiveKiosk(folder / "kiosk.log", workers=2)
        ours = settings(database.address, public_url=kiosk.url, payments=f"http://127.0.0.1:{provider_port}")
        cookies, items = _fill(ours)
        kiosk.start(environment(ours))
        try:
            yield Shop(kiosk.port, provider_port, cookies, items)
        finally:
            kiosk.http.close()
            kiosk.stop()
    finally:
        database.close()


def _fill(ours: dict[str, object]) -> tuple[list[str], list[int]]:
    """The cookies of the buyers, and the ids of the items."""
    app, now = create_app(ours), utcnow()
    with app.app_context():
        items = [Item(name=f"Item {n:03}", price=PRICE, on_hand=10**6) for n in range(ITEMS)]
        buyers = [User(username=f"buyer{n}", email=f"buyer{n}@example.com") for n in range(BUYERS)]
        db.session.add_all([*items, *buyers])
        db.session.flush()
        tokens = [opaque_tokens.generate() for _ in buyers]
        signed_in = {"created_at": now, "used_at": now, "confirmed_at": now, "expires_at": now + sessions.LASTS}
        for buyer, token in zip(buyers, tokens, strict=True):
            db.session.add(UserSession(user_id=buyer.id, token_hash=opaque_tokens.digest(token), **signed_in))
        db.session.commit()
        ids = [item.id for item in items]
    close(app)
    return tokens, ids


async def _visit(shop: Shop, goes_on: Callable[[int], bool]) -> Pages:
    """A look at the catalogue every EVERY seconds, however long those before it take."""
    looks = list[asyncio.Task[tuple[int, float]]]()
    while goes_on(len(looks)):
        path = "/api/items" if len(looks) % 2 else f"/api/items/{shop.items[0]}"
        looks.append(asyncio.create_task(_timed(shop.port, f"GET {path} HTTP/1.1\r\n".encode())))
        await asyncio.sleep(EVERY)
    statuses, took = zip(*await asyncio.gather(*looks), strict=True)
    return Pages(sorted(took), sum(status != http.client.OK for status in statuses))


async def _timed(port: int, request: bytes) -> tuple[int, float]:
    """The status of the answer, and after how many seconds all of it was there, over a connection of its own."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head, _, body = request.partition(b"\r\n")
    writer.write(b"%s\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s" % (head, port, body or b"\r\n"))
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1]), time.perf_counter() - began


# ---------------------------------------------------------------- the crowd and the provider, in a process of their own


def _crowd(shop: Shop, seconds: float) -> Orders:
    return asyncio.run(_ordered(shop, seconds))


async def _ordered(shop: Shop, seconds: float) -> Orders:
    provider = await asyncio.start_server(_answering(seconds), "127.0.0.1", shop.provider_port, backlog=BUYERS)
    orders = (_timed(shop.port, _order(shop, number, f"{seconds}-{number}")) for number in range(BUYERS))
    statuses, took = zip(*await asyncio.gather(*orders), strict=True)
    provider.close()
    return Orders(Counter(statuses), max(took))


def _order(shop: Shop, number: int, key: str) -> bytes:
    body = json.dumps({"lines": [{"item_id": shop.items[number % ITEMS], "quantity": 1}]})
    return (
        f"POST /api/orders HTTP/1.1\r\nCookie: kiosk={shop.cookies[number]}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _answering(seconds: float) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The least of a provider: each call makes a session."""
        with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
                await reader.readexactly(int(length or 0))
                await asyncio.sleep(seconds)
                name = f"cs_test_{token_hex(16)}"
                made: dict[str, object] = {
                    "id": name,
                    "status": "open",
                    "payment_status": "unpaid",
                    "url": f"https://pay.example/{name}",
                }
                made |= {"amount_total": PRICE, "currency": "eur", "livemode": False}
                text = json.dumps(made).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)

    return serve


def _tell(name: str, pages: Pages, orders: Orders | None = None) -> None:
    took = pages.took
    figures = (took[len(took) // 2], took[len(took) * 99 // 100], took[-1])
    line = f"{name:34}{len(took):7}" + "".join(f"{each * 1000:9,.0f}" for each in figures) + f"{pages.refused:9}"
    if orders is not None:
        came = ", ".join(f"{number} x {status}" for status, number in sorted(orders.statuses.items()))
        line += f"  {came}, the slowest after {orders.slowest:.1f} s"
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
