"""/metrics, in the format of https://prometheus.io/docs/instrumenting/exposition_formats/"""

import socket
import threading
from collections.abc import Iterable, Sequence
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from app.ops.counters import counters
from app.ops.database_gauges import DatabaseGauges
from app.runtime.metrics import DatabaseGauge
from app.web.api import Access, Api

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

routes = Api("metrics")
PATHS = ("/metrics", "/healthz", "/readyz")
"""All that a worker answers: it serves nothing else."""


@routes.get("/metrics", access=Access.OPERATOR)
def show_metrics() -> Response:
    """The metrics, for Prometheus: by METRICS_TOKEN, or without it from this machine, not through a proxy."""
    from prometheus_client.exposition import choose_encoder

    counters().update_gauges(current_app)
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(current_app.extensions["metrics"]), content_type=kind)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = 5
    """Seconds. A client that sends more slowly is disconnected."""

    def log_message(self, *_: Any) -> None:
        """The application's own log has a line already."""


def listen(app: Flask, bind: str, port: int) -> int:
    """Answers for PATHS on a thread of its own, until the process ends. Gives the port. Raises OSError."""

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PATHS:
            return app(environ, start)
        start("404 Not Found", [("Content-Length", "0")])
        return []

    server = make_server(bind, port, answer, _Server6 if ":" in bind else _Server, _Handler)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server.server_port


def init_app(app: Flask, gauges: Sequence[DatabaseGauge]) -> None:
    """`gauges` are those of all features."""
    from prometheus_client import CollectorRegistry, values
    from prometheus_client.multiprocess import MultiProcessCollector

    shown = CollectorRegistry()
    if values.ValueClass is values.MutexValue:
        shown.register(app.extensions["counters"].registry)
    else:
        # Reads what each process of this server has put into the folder.
        MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
    collector = app.extensions["database_gauges"] = DatabaseGauges(app, gauges)
    shown.register(collector)
    app.extensions["metrics"] = shown
