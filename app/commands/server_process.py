"""A process of `kiosk serve`: gunicorn's, which answers for its health whatever its threads wait for."""

import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from secrets import token_hex
from selectors import EVENT_READ
from typing import Any

from gunicorn.http.errors import (
    ChunkMissingTerminator,
    ExpectationFailed,
    InvalidChunkExtension,
    InvalidChunkSize,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.runtime import deadline
from app.runtime.errors import MEDIA_TYPE, encoded, of_status

HEALTH = (b"GET /healthz", b"GET /readyz", b"HEAD /healthz", b"HEAD /readyz")
HEALTH_THREADS, CLOSING_THREADS = 2, 8

REFUSALS: dict[type[ParseException], tuple[HTTPStatus, str]] = {
    LimitRequestLine: (HTTPStatus.REQUEST_URI_TOO_LONG, "request_uri_too_long"),
    LimitRequestHeaders: (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "request_header_fields_too_large"),
    UnsupportedTransferCoding: (HTTPStatus.NOT_IMPLEMENTED, "not_implemented"),
    ExpectationFailed: (HTTPStatus.EXPECTATION_FAILED, "expectation_failed"),
}
BAD_REQUEST = (HTTPStatus.BAD_REQUEST, "bad_request")
"""All others."""

OF_THE_BODY = (InvalidChunkSize, InvalidChunkExtension, ChunkMissingTerminator)
"""Found while the application reads the body, which answers, or in what it has left of it."""


class ServerProcess(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """A connection gets a thread once it has sent something: one that is silent holds none."""

    def init_process(self) -> None:
        self.health_threads = ThreadPoolExecutor(HEALTH_THREADS, "health")
        self.closing_threads = ThreadPoolExecutor(CLOSING_THREADS, "closing")
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Called on the process's main thread, for a new connection and where one has something to read."""
        try:
            first = _peek(conn.sock)
        except BlockingIOError:
            self._wait_for_data(conn)
            return
        except OSError:  # it is gone, and a thread will notice
            first = b""
        threads = self.health_threads if first.startswith(HEALTH) else self.tpool
        future: Future[Any] = threads.submit(self._handle, conn, time.monotonic())
        future.add_done_callback(partial(self.method_queue.defer, self.finish_request, conn))

    def _wait_for_data(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _handle(self, conn: TConn, came: float) -> Any:
        deadline.queued.set(time.monotonic() - came)
        return self.handle(conn)

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """gunicorn would wait on the main thread until the client closes too, and serve no other client meanwhile."""
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
        else:
            self.nr_conns -= 1
            self.closing_threads.submit(conn.close, graceful=True)

    def handle_error(self, req: Any, client: socket.socket, addr: tuple[str, int], exc: Exception) -> None:
        """Answers as the application would, which does not see a request that cannot be read."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Invalid request from ip=%s: %s", addr[0], exc)
        if not isinstance(exc, OF_THE_BODY):
            with suppress(OSError):
                client.sendall(_refusal(*REFUSALS.get(type(exc), BAD_REQUEST)))


def _refusal(status: HTTPStatus, error: str) -> bytes:
    """A whole answer, after which the connection is closed."""
    body = encoded(of_status(status, error))
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {token_hex(8)}",
    )
    return "".join(f"{line}\r\n" for line in (*head, "")).encode() + body


def _peek(connection: socket.socket) -> bytes:
    """What has come, without taking it. Raises BlockingIOError where that is nothing."""
    return connection.recv(max(map(len, HEALTH)), socket.MSG_PEEK | socket.MSG_DONTWAIT)
