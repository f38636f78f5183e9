"""`python -m tests.bench compare`: what a request costs Kiosk, beside a plain Flask application (`peer.py`).

Both are real servers with the same server program, a process for each core, and PostgreSQL. What counts is their
processor time per request, the least of several rounds in which they take turns: other programs on the machine delay
answers, and hardly change that. The table goes to docs/performance.md, with a picture.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from app import create_app, db
from app.auth import opaque_tokens, sessions
from app.models import (
    Item,  # feature: shop
    User,
)
from app.runtime.db import utcnow
from tests.bench import peer, report
from tests.databases import PostgresqlServer
from tests.integration.conftest import migrate
from tests.processes import KIOSK, free_port, wait_for
from tests.settings import environment, settings

ROUNDS, REQUESTS, CONNECTIONS = 7, 2000, 16
PROCESSES = os.cpu_count() or 1
ENDPOINTS = {
    "is it alive": ("GET /healthz", "GET /healthz"),
    "who am I": ("GET /api/profile", "GET /me"),
    "20 of a list of 100": ("GET /api/items?per_page=20", "GET /things"),  # feature: shop
    "one of them": ("GET /api/items/1", "GET /things/1"),  # feature: shop
    "a new one": ("POST /api/todos", "POST /notes"),  # feature: todos
}
"""What Kiosk is asked, and what the peer is."""

POSTED = json.dumps({"title": "Water the plants"})

ROWS = (
    # feature: shop {
    lambda number: Item(name=f"Item {number:03}", description=f"Number {number} on offer", price=100),
    # }
)


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    header: str

    def seconds(self) -> float:
        """Processor time so far of the server and its processes."""
        return sum(map(_seconds, [self.pid, *_children(self.pid)]))


def main() -> None:
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(each) for each in _servers(stack)]
        least: dict[str, list[float]] = {name: [float("inf")] * 2 for name in ENDPOINTS}
        for _ in range(1 + ROUNDS):  # the first one warms up, and is never the least
            for name, requests in ENDPOINTS.items():
                for which, (server, request) in enumerate(zip(servers, requests, strict=True)):
                    least[name][which] = min(least[name][which], _measured(server, request))
    report.write({name: (kiosk * 1e6, other * 1e6) for name, (kiosk, other) in least.items()})


def _servers(stack: contextlib.ExitStack) -> Iterator[contextlib.AbstractContextManager[Server]]:
    postgresql = PostgresqlServer()
    stack.callback(postgresql.close)
    address, clean = postgresql.address, {key: each for key, each in os.environ.items() if key[:6] != "KIOSK_"}
    port = free_port()
    migrate(address)
    ours = settings(address, public_url=f"http://127.0.0.1:{port}")
    token = _fill(ours)
    command = [str(KIOSK), "serve", "--port", str(port), "--workers", str(PROCESSES)]
    header = f"Cookie: kiosk={token}\r\nSec-Fetch-Site: same-origin"
    yield _running(command, clean | environment(ours), port, header)
    os.environ["PEER_DATABASE"] = address.replace("postgresql:", "postgresql+psycopg:", 1)
    peer.fill()
    port = free_port()
    options = "--interface wsgi --blocking-threads 16 --no-ws --no-log --factory tests.bench.peer:create_app"
    command = [sys.executable, "-m", "granian", *options.split(), "--workers", str(PROCESSES), "--port", str(port)]
    yield _running(command, dict(os.environ), port, f"Authorization: Bearer {peer.TOKEN}")


def _fill(ours: dict[str, object]) -> str:
    """Rows of Kiosk; the token of a session."""
    app = create_app(ours)
    with app.app_context():
        db.session.add_all([row(number) for row in ROWS for number in range(100)])
        user, token = User(username="ada", email="ada@example.com"), opaque_tokens.generate()
        db.session.add(user)
        db.session.commit()
        sessions.begin(db.session(), user, utcnow(), None, token)
        db.session.commit()
    return token


@contextlib.contextmanager
def _running(command: list[str], env: dict[str, str], port: int, header: str) -> Iterator[Server]:
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(port), f"{command[0]} to answer", 60)
        yield Server(port, process.pid, header)
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _measured(server: Server, request: str) -> float:
    """Processor seconds of the server per request."""
    before = server.seconds()
    asyncio.run(_ask(server, request))
    return (server.seconds() - before) / (REQUESTS // CONNECTIONS * CONNECTIONS)


async def _ask(server: Server, request: str) -> None:
    lines = [f"{request} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", server.header]
    body = POSTED if request.startswith("POST") else ""
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    sent = "\r\n".join([*lines, "", body]).encode()
    await asyncio.gather(*(_converse(server.port, sent) for _ in range(CONNECTIONS)))


async def _converse(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(REQUESTS // CONNECTIONS):
        writer.write(sent)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith((b"http/1.1 200", b"http/1.1 201")), answer
        await reader.readexactly(int(answer.partition(b"content-length:")[2].split(b"\r\n")[0]))
    writer.close()


def _seconds(pid: int) -> float:
    """To the hundredth: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 -- of the kernel
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123 -- as above
        return [int(each) for each in file.read().split()]
