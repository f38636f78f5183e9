"""How `kiosk serve` deals with many connections, and with such as send nothing or too much."""

import socket
from contextlib import ExitStack

import httpx

from app.commands.serve import THREADS


def asked(kiosk, path="/api/providers"):
    answer = httpx.get(kiosk.url + path, timeout=30, trust_env=False, verify=False)
    return answer.status_code


def connected(kiosk):
    return socket.create_connection(("127.0.0.1", kiosk.port), timeout=30)


def test_connections_that_send_nothing_hold_no_thread(live_kiosk):
    kiosk = live_kiosk()
    with ExitStack() as silent:
        for _ in range(2 * THREADS):
            silent.enter_context(connected(kiosk))

        assert kiosk.http.get("/api/providers", timeout=3).status_code == 200


def test_the_first_word_may_come_late(live_kiosk):
    kiosk = live_kiosk()
    with connected(kiosk) as slow:
        assert asked(kiosk) == 200

        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n")

        assert slow.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_health_is_told_while_every_thread_waits_for_a_client(live_kiosk):
    kiosk = live_kiosk()
    with ExitStack() as slow:
        for _ in range(THREADS):
            client = slow.enter_context(connected(kiosk))
            client.sendall(b"POST /api/login HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n")

        assert httpx.get(f"{kiosk.url}/healthz", timeout=3, trust_env=False, verify=False).status_code == 200
