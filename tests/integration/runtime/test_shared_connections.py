"""Connections to providers: what goes over the wire, and which of httpx's errors stands for what went wrong there."""

import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from app.runtime.async_bridge import Bridge
from app.runtime.shared_connections import SharedConnections
from tests.processes import wait_for

pytestmark = pytest.mark.any_database
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TIMEOUT = httpx.Timeout(connect=5, read=5, write=5, pool=5)


class Peer:
    """Answers each request with the next of `answers`; None is a connection that is closed without an answer."""

    def __init__(self, *answers, reset=False, silent=False):
        self.answers, self.reset, self.silent = list(answers), reset, silent
        self.heard, self.over = [], threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection:
            while request := self._read(connection):
                self.heard.append(request)
                if self.silent:
                    self.over.wait(30)
                answer = self.answers.pop(0) if self.answers else OK
                if answer is not None:
                    connection.sendall(answer)
                if answer is None or b"Content-Length: 2\r\n" not in answer:
                    if self.reset:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return

    def _read(self, connection):
        data = b""
        while b"\r\n\r\n" not in data or not data.endswith((b"\r\n\r\n", b"a=1")):
            if not (part := connection.recv(65536)):
                return b""
            data += part
        return data

    def close(self):
        self.over.set()
        self._listener.close()


@pytest.fixture
def peer():
    made = []

    def make(*answers, **more):
        made.append(Peer(*answers, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@contextmanager
def calls(most=4):
    """`call(method, url, …)`: one call after another over the same connections."""
    bridge, connections = Bridge(), SharedConnections(most, 60)

    async def ask(method, url, within=TIMEOUT, **more):
        request = httpx.Request(method, url, extensions={"timeout": within.as_dict()}, **more)
        answer = await connections.handle_async_request(request)
        try:
            await answer.aread()
        finally:
            await answer.aclose()
        return answer

    try:
        yield lambda *args, **more: bridge.run(ask(*args, **more))
    finally:
        bridge.run(connections.aclose())
        bridge.close()


FAULTS = {
    "hangs up without an answer": ({"answers": [None]}, httpx.RemoteProtocolError),
    "resets the connection": ({"answers": [None], "reset": True}, httpx.ReadError),
    "hangs up in the middle of the body": (
        {"answers": [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok"]},
        httpx.RemoteProtocolError,
    ),
    "says what is no HTTP": ({"answers": [b"hello\r\n\r\n"]}, httpx.RemoteProtocolError),
    "says nothing": ({"answers": [], "silent": True}, httpx.ReadTimeout),
}


@pytest.mark.parametrize(("how", "kind"), FAULTS.values(), ids=FAULTS)
def test_what_goes_wrong_is_told_as_httpx_tells_it(peer, how, kind):
    server = peer(*how.pop("answers"), **how)

    with calls() as call, pytest.raises(kind):
        call("POST", server.url, httpx.Timeout(5, read=0.3), content=b"a=1")

    assert len(server.heard) == 1


def test_a_port_where_nobody_listens_is_a_connection_that_failed():
    with calls() as call, pytest.raises(httpx.ConnectError):
        call("GET", "http://127.0.0.1:9/")


def test_a_header_that_would_break_the_line_is_not_sent(peer):
    server = peer()

    with calls() as call, pytest.raises(httpx.LocalProtocolError):
        call("POST", server.url, content=b"a=1", headers={"Authorization": "Bearer a\r\nX-Other: b"})

    assert server.heard == []


def test_a_call_that_finds_no_free_connection_in_time_ends(peer):
    server = peer(silent=True)

    with calls(most=1) as call, ThreadPoolExecutor(1) as thread:
        first = thread.submit(call, "GET", server.url, httpx.Timeout(2))
        wait_for(lambda: server.heard, "the only connection to be in use")
        with pytest.raises(httpx.ConnectTimeout):
            call("GET", server.url, httpx.Timeout(5, pool=0.1, connect=0.1))
        assert isinstance(first.exception(10), httpx.ReadTimeout)


def test_a_request_goes_out_as_it_was_made(peer):
    server = peer()
    headers = {
        "Authorization": "Bearer sk_1",
        "Idempotency-Key": "k",
        "Content-Type": "application/x-www-form-urlencoded",
    }

    with calls() as call:
        call("POST", f"{server.url}/v1/a%2Fb?x=%5B1%5D", content=b"a=1", headers=headers)

    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    line, *sent = head.decode().split("\r\n")
    assert (line, body) == ("POST /v1/a%2Fb?x=%5B1%5D HTTP/1.1", b"a=1")
    names = {each.partition(":")[0].lower() for each in sent}
    assert names == {"host", "content-length", *(name.lower() for name in headers)}


def test_a_provider_leaves_no_cookie_and_leads_nowhere_else(peer):
    elsewhere = peer()
    moved = (
        f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok".encode()
    )
    server = peer(moved)

    with calls() as call:
        statuses = [call("GET", server.url).status_code for _ in range(2)]

    assert statuses == [302, 200]
    assert elsewhere.heard == []
    assert b"ookie" not in server.heard[1]


def test_what_stands_in_for_connections_of_httpx_stands_in_for_these(httpx_mock):
    httpx_mock.add_response(url="https://id.example/token", text="mocked")

    with calls() as call:
        assert call("GET", "https://id.example/token").text == "mocked"
