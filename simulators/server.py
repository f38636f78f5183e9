"""A small threaded HTTP/1.1 server for a WSGI application, shared by both simulators.

Why not werkzeug's or wsgiref's: both close the connection after each answer, so a client's connection
pool could not be watched at work; and a simulator must be able to hang up without an answer.

What it adds to the environ:
`simulator.connection`  number of the connection that the request came on
`simulator.gone`        callable: has the client hung up by now?
`simulator.drop`        set to True by the application: close the connection and answer nothing
"""

import argparse
import io
import itertools
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

STOPPING = (signal.SIGINT, signal.SIGTERM)
LARGEST_BODY = 1 << 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BODYLESS = (204, 304)


def add_options(parser: argparse.ArgumentParser, port: int) -> None:
    """The options that both simulators share; `port` is the default port."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=port, help="0 picks a free one (default: %(default)s)")
    parser.add_argument("--control", action="store_true", help="offer /_control/, which makes it misbehave")
    parser.add_argument("--lifeline", dest="with_parent", action="store_true", help="exit when standard input ends")


class Handler(BaseHTTPRequestHandler):
    """One connection: request after request, each answered in a single write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300  # seconds of idling; long, so that a pooled connection is not closed under its user
    server: "Server"

    def setup(self) -> None:
        super().setup()
        self.number = next(self.server.numbers)

    def answer(self) -> None:
        """Reads the body, calls the application, writes what it says."""
        body = self._body()
        if body is None:
            return
        environ = self._environ(body)
        if environ["PATH_INFO"] == "/healthz":
            self._write("200 OK", [("Content-Type", "application/json")], b'{"status": "ok"}')
            return
        status, headers, content = self._call(environ)
        if environ.get("simulator.drop"):
            self.close_connection = True
            return
        self._write(status, headers, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - what http.server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Quiet: the calls are to be had from the control API."""

    def _body(self) -> bytes | None:
        """The whole body, so that nothing of it is mistaken for the next request; None where it was refused."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            self.send_error(411)
        elif not (length.isascii() and length.isdigit()):
            self.send_error(400)
        elif int(length) > LARGEST_BODY:
            self.send_error(413)
        else:
            return self.rfile.read(int(length))
        self.close_connection = True
        return None

    def _environ(self, body: bytes) -> "WSGIEnvironment":
        path, _, query = self.path.partition("?")
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "simulator.connection": self.number,
            "simulator.gone": partial(_is_gone, self.connection),
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            if "_" not in name and key not in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
                value = value.replace("\r", "").replace("\n", "")  # noqa: PLW2901 - a folded line is one value
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _call(self, environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[..., object]:
            head[:] = status, headers
            return head.append  # PEP 3333 wants a write(); nothing here uses it

        chunks: Iterable[bytes] = self.server.app(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return head[0], head[1], content

    def _write(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if int(code) not in BODYLESS:
            self.send_header("Content-Length", str(len(content)))
        if self.command == "HEAD" or int(code) in BODYLESS:
            content = b""
        # Head and body leave in one packet: two writes would meet delayed acknowledgements, 40 ms each.
        self._headers_buffer: list[bytes]
        self._headers_buffer += [b"\r\n", content]
        self.flush_headers()

    def version_string(self) -> str:
        return "Provider-Simulator"


class Server(ThreadingTCPServer):
    """One thread per connection, none of which keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 2048  # a load test connects a thousand clients at once

    app: "WSGIApplication"

    def __init__(self, host: str, port: int) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), Handler)
        self.numbers = itertools.count(1)
        self.port = int(self.server_address[1])
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is everyday life; anything else is a fault of ours and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def serve(
    name: str,
    make_app: "Callable[[str], WSGIApplication]",
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    with_parent: bool = False,
) -> int:
    """Listens, prints `<name> simulator on <url>`, and returns 0 after SIGINT or SIGTERM.

    `make_app` is called with that url once the port is known; ValueError from it is a bad setting.
    Returns 1 where the port cannot be had or a setting is bad. It ends `with_parent` too, when standard
    input does, so that a parent that is killed leaves no orphan.
    """
    # Blocked before any thread starts, so that the wait below is the one place where they arrive.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        server = Server(host, port)
        server.app = make_app(server.url)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{name} simulator: {host}:{port}: {error}\n")
        return 1
    threading.Thread(target=server.serve_forever, name="accept", daemon=True).start()
    sys.stdout.write(f"{name} simulator on {server.url}\n")
    sys.stdout.flush()
    if with_parent:
        threading.Thread(target=_watch_input, name="parent watch", daemon=True).start()
    signal.sigwait(STOPPING)
    server.server_close()
    return 0


def _watch_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _is_gone(connection: socket.socket) -> bool:
    """Whether the client has hung up, seen without taking anything from the stream."""
    poller = select.poll()  # not select(), which ends at descriptor 1024
    try:
        poller.register(connection, select.POLLIN)
        return bool(poller.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True
