"""How `kiosk serve` deals with many connections, and with such as send nothing or too much."""

import json
import socket
from contextlib import ExitStack, suppress
from http.client import HTTPResponse

import httpx
import pytest

from app.commands.serve import OTHERS, READS
from app.web.overload import QUEUE_SECONDS
from tests.integration.live import LiveKiosk
from tests.settings import environment, settings

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def kiosk(databases, tmp_path_factory):
    """A server that these tests share: none of them changes anything."""
    address = databases.new()
    found = LiveKiosk(tmp_path_factory.mktemp("server") / "kiosk.log")
    found.start(environment(settings(address, public_url=found.url)))
    yield found
    found.http.close()
    found.stop()
    databases.drop(address)


def asked(kiosk, path="/api/providers"):
    answer = httpx.get(kiosk.url + path, timeout=30, trust_env=False, verify=False)
    return answer.status_code


def connected(kiosk):
    return socket.create_connection(("127.0.0.1", kiosk.port), timeout=30)


def test_connections_that_send_nothing_hold_no_thread(kiosk):
    with ExitStack() as silent:
        for _ in range(2 * (READS + OTHERS)):
            silent.enter_context(connected(kiosk))

        assert kiosk.http.get("/api/providers", timeout=3).status_code == 200


def test_the_first_word_may_come_late(kiosk):
    with connected(kiosk) as slow:
        assert asked(kiosk) == 200

        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n")

        assert slow.recv(100).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/healthz", 200), ("GET", "/api/providers", 200), ("POST", "/api/token/refresh", 422)],
)
def test_nobody_waits_for_clients_that_send_slowly(kiosk, method, path, status):
    with ExitStack() as slow:
        for _ in range(2 * OTHERS):
            client = slow.enter_context(connected(kiosk))
            client.sendall(
                b"POST /api/token/refresh HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                b"Content-Length: 9\r\n\r\n{"
            )

        answer = httpx.request(
            method, kiosk.url + path, json={}, timeout=QUEUE_SECONDS - 1, trust_env=False, verify=False
        )

        assert answer.status_code == status


def test_clients_that_do_not_hang_up_keep_nobody_waiting(kiosk):
    with ExitStack() as stubborn:
        for _ in range(8):
            client = stubborn.enter_context(connected(kiosk))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200 OK")

        assert httpx.get(f"{kiosk.url}/healthz", timeout=4, trust_env=False, verify=False).status_code == 200


@pytest.mark.long
def test_more_connections_at_once_than_there_are_threads_wait_or_are_told_to_come_back(kiosk):
    request = b"GET /api/profile HTTP/1.1\r\nHost: shop\r\nCookie: kiosk=unknown\r\nConnection: close\r\n\r\n"
    with ExitStack() as crowd:
        clients = [crowd.enter_context(connected(kiosk)) for _ in range(512)]
        for client in clients:
            client.sendall(request)

        answers = [client.recv(10_000) for client in clients]

    statuses = {answer[9:12] for answer in answers}
    assert statuses in ({b"401"}, {b"401", b"503"})
    assert all(b"Retry-After: " in answer for answer in answers if answer[9:12] == b"503")


def told(kiosk, *parts):
    """Status, headers and body of the answer to what is sent as it is, and what came after it."""
    with connected(kiosk) as client, suppress(ConnectionError):
        client.sendall(b"".join(parts))
        answer = HTTPResponse(client)
        answer.begin()
        return answer.status, answer.headers, answer.read(), answer.fp.read() if answer.fp else b""


HOST = b" HTTP/1.1\r\nHost: shop\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 70_000 + HOST + b"\r\n", 414),
        (b"GET /" + HOST + b"X: y\r\n" * 20_000 + b"\r\n", 431),
        (b"G@T /" + HOST + b"\r\n", 400),
        (b"POST /api/login" + HOST + b"Content-Length: many\r\n\r\n", 400),
    ],
)
def test_what_cannot_be_read_is_refused(kiosk, request_, status):
    assert told(kiosk, request_)[0] == status


@pytest.mark.parametrize(
    ("chunk", "refused"),
    [
        (b"zz\r\n{}\r\n", (400, "malformed_body")),
        (b"-2\r\n{}\r\n", (400, "malformed_body")),
        (b"2\r\n{}and more\r\n", (422, "invalid_input")),  # what was read before it is a body
    ],
)
def test_a_chunk_that_is_none_is_the_clients_fault_and_answered_once(kiosk, chunk, refused):
    headers = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

    status, head, body, more = told(kiosk, b"POST /api/login", HOST, headers, chunk, b"0\r\n\r\n")

    assert (status, json.loads(body)["error"]) == refused
    assert (head["Content-Type"], more) == ("application/problem+json", b"")
