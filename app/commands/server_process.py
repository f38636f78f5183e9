"""A process of `kiosk serve`: gunicorn's, which answers for its health whatever its threads wait for."""

import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from app.runtime import deadline

HEALTH = (b"GET /healthz", b"GET /readyz", b"HEAD /healthz", b"HEAD /readyz")
HEALTH_THREADS = 2


class ServerProcess(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """A connection gets a thread once it has sent something: one that is silent holds none."""

    def init_process(self) -> None:
        self.health_threads = ThreadPoolExecutor(HEALTH_THREADS, "health")
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


def _peek(connection: socket.socket) -> bytes:
    """What has come, without taking it. Raises BlockingIOError where that is nothing."""
    return connection.recv(max(map(len, HEALTH)), socket.MSG_PEEK | socket.MSG_DONTWAIT)
