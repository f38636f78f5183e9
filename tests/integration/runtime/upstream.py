"""A server that counts who connects to it: what an async view calls when connections matter."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Upstream(socketserver.ThreadingTCPServer):
    """Answers every request over HTTP/1.1 with "ok", once `gate` is open, on connections that stay open."""

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        self.connections = self.requests = 0
        self.counting = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()


class Conversation(socketserver.StreamRequestHandler):
    server: Upstream
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with self.server.counting:
            self.server.connections += 1
        while self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            with self.server.counting:
                self.server.requests += 1
            self.server.gate.wait(30)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@contextmanager
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)
