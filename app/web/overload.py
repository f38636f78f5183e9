"""Requests take turns: so many at once are worked on, and one that has waited long is told to come back.

To serve that one too would keep all others waiting. Requests that only look have turns of their own: a crowd of
buyers keeps no visitor from the catalogue. Health is asked without a turn, whatever the others wait for.
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
HEALTH = {"/healthz", "/readyz"}
SMALL = 16 * 1024
"""Bytes. Few bodies are larger: pictures, long pages."""

ASK_PROVIDERS = ("/oauth", "/checkout")


class Overloaded(Unavailable):
    error = "overloaded"
    detail = "There is more to do here than can be done in time. Try again soon."


class Body:
    """What a client sends. While one that sends slowly is waited for, another request has the turn."""

    def __init__(self, sent: Any) -> None:
        self._sent = sent

    def read(self, size: int = -1) -> bytes:
        with lent(QUEUE_SECONDS):  # it holds nothing yet
            read: bytes = self._sent.read(size)
            return read


def _body(environ: "WSGIEnvironment") -> Any:
    """A small one is read here, before there is a turn; of a large one each part is waited for without."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) <= SMALL:
        return BytesIO(environ["wsgi.input"].read(int(length)))
    return Body(environ["wsgi.input"])


def in_turns(app: "WSGIApplication", looks: int, others: int) -> "WSGIApplication":
    """The application, of whose requests so many that only look, and so many others, are worked on at once."""
    of_looks, of_others = Turns(looks), Turns(others)

    def of_request(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] in HEALTH:
            return app(environ, start_response)
        turns = of_looks if _only_looks(environ) else of_others
        environ["wsgi.input"] = _body(environ)
        came = time.monotonic()
        has_turn = turns.take(QUEUE_SECONDS)
        queued = deadline.queued.set(time.monotonic() - came)
        token = taken.set(turns if has_turn else None)
        try:
            return app(environ, start_response)
        finally:
            taken.reset(token)
            deadline.queued.reset(queued)
            if has_turn:
                turns.give_back()

    return of_request


def _only_looks(environ: "WSGIEnvironment") -> bool:
    """Whether it reads, and asks no provider meanwhile."""
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ["PATH_INFO"].startswith(ASK_PROVIDERS)


def _refuse_late() -> None:
    if deadline.queued.get() >= QUEUE_SECONDS:
        raise Overloaded


def init_app(app: Flask) -> None:
    app.before_request(_refuse_late)
