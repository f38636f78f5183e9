"""A TCP proxy between Kiosk and PostgreSQL that hangs up at a COMMIT: nobody knows then what became of it."""

import contextlib
import re
import socket
import threading
from typing import Literal

from sqlalchemy.engine import make_url

COMMIT = re.compile(rb"Q\x00\x00\x00\x0bCOMMIT\x00|UPDATE attempts SET .*RETURNING attempts\.id", re.DOTALL)
"""As a simple query, or the statement that is a transaction by itself, which records the provider's answer.

https://www.postgresql.org/docs/current/protocol-message-formats.html
"""


class Proxy:
    """`address` is the database's, through it. One at a time: what is cut is counted over all connections."""

    def __init__(self, database: str) -> None:
        url = make_url(database)
        self._target = (url.host or "", url.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = url.set(port=self._listener.getsockname()[1]).render_as_string(hide_password=False)
        self._lock = threading.Lock()
        self._left: int | None = None
        self._when: Literal["before", "after"] = "after"
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, number: int, *, when: Literal["before", "after"]) -> None:
        """The COMMIT of that number from now on, 1 being the next: before it arrives, or before its answer does."""
        with self._lock:
            self._left, self._when = number, when

    @property
    def has_cut(self) -> bool:
        return self._left == 0

    def close(self) -> None:
        self._listener.close()
        for each in list(self._open):
            _hang_up(each)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._open |= {client, server}
                doomed = threading.Event()
                threading.Thread(target=self._ask, args=(client, server, doomed), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, server, doomed), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if COMMIT.search(data) and self._is_the_one():
                    if self._when == "before":
                        break
                    doomed.set()
                server.sendall(data)
        if not doomed.is_set():
            self._end(client, server)

    def _answer(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if doomed.is_set():
                    break  # so it was executed, and nobody hears
                client.sendall(data)
        self._end(client, server)

    def _is_the_one(self) -> bool:
        with self._lock:
            if not self._left:
                return False
            self._left -= 1
            return self._left == 0

    def _end(self, *ends: socket.socket) -> None:
        for each in ends:
            _hang_up(each)
            self._open.discard(each)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
