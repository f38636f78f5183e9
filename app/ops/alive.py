"""Answers `GET /healthz` before Flask: load balancers ask often, and it needs nothing of Flask.

`health.py` declares the route and says what it answers. The answer has a request id and the headers of every answer,
and is counted.
"""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from flask import Flask

from app.ops import health, logs
from app.ops.counters import Counters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/healthz"


def _answering(app: "WSGIApplication", counters: Counters) -> "WSGIApplication":
    body = msgspec.json.encode(health.is_alive())
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]

    def of_request(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
            return app(environ, start_response)
        began = time.perf_counter()
        request_id = logs.request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        counters.count("GET", PATH, 200, began)
        start_response("200 OK", [*headers, ("X-Request-ID", request_id)])
        return [body]

    return of_request


def init_app(app: Flask) -> None:
    app.wsgi_app = _answering(app.wsgi_app, app.extensions["counters"])  # type: ignore[method-assign, assignment]  # Flask's own way for a middleware
