"""A limit of the requests that are worked on at once. The others wait; who waited for too long gets a 503.

To serve that one too would only make all others wait longer. Requests that only read have a limit of their own, so that
a crowd of buyers keeps no visitor from the catalogue. Requests for the server's health are not limited.
"""

import time
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Flask

from app.runtime import deadline
from app.runtime.errors import Unavailable
from app.runtime.turns import Turns, lent, taken

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

QUEUE_SECONDS = 9
"""How long a request waits for its turn."""

HEALTH = {"/healthz", "/readyz"}
SMALL = 16 * 1024
"""Bytes. Few bodies are larger: pictures, long pages."""

ASK_PROVIDERS = ("/oauth", "/checkout")
"""How the paths begin at which a GET may call a provider."""


class Overloaded(Unavailable):
    error = "overloaded"
    detail = "There is more to do here than can be done in time. Try again soon."


class Body:
    """A request's body. While this waits for a slow client, another request has the turn."""

    def __init__(self, sent: Any) -> None:
        self._sent = sent

    def read(self, size: int = -1) -> bytes:
        with lent(QUEUE_SECONDS):  # it holds nothing yet
            read: bytes = self._sent.read(size)
            return read


def _body(environ: "WSGIEnvironment") -> Any:
    """The body to read from. A small one is read to its end here, before the request has a turn."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) <= SMALL:
        return BytesIO(environ["wsgi.input"].read(int(length)))
    return Body(environ["wsgi.input"])


def in_turns(app: "WSGIApplication", reads: int, others: int) -> "WSGIApplication":
    """The application, which works on so many requests that only read, and on so many others, at once."""
    turns_of_reads, turns_of_others = Turns(reads), Turns(others)

    def of_request(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] in HEALTH:
            return app(environ, start_response)
        turns = turns_of_reads if _only_reads(environ) else turns_of_others
        environ["wsgi.input"] = _body(environ)
        arrived = time.monotonic()
        has_turn = turns.take(QUEUE_SECONDS)
        queued = deadline.queued.set(time.monotonic() - arrived)
        token = taken.set(turns if has_turn else None)
        try:
            return app(environ, start_response)
        finally:
            taken.reset(token)
            deadline.queued.reset(queued)
            if has_turn:
                turns.give_back()

    return of_request


def _only_reads(environ: "WSGIEnvironment") -> bool:
    """Whether the request changes nothing and calls no provider."""
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ["PATH_INFO"].startswith(ASK_PROVIDERS)


def _refuse_late() -> None:
    """Raises Overloaded. In Flask, so that the 503 is a problem, logged and counted as every other."""
    if deadline.queued.get() >= QUEUE_SECONDS:
        raise Overloaded


def init_app(app: Flask) -> None:
    app.before_request(_refuse_late)
