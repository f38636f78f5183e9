"""Whether the process is alive, and whether it can serve."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec
import sqlalchemy as sa
from flask import Flask, current_app

from app.ops.drain import drain
from app.ops.migrations import outdated, revision
from app.ops.probe import Hangs, Probe
from app.runtime.errors import Unavailable
from app.runtime.jobs import jobs
from app.web.api import Access, Api

routes = Api("ops")
PATIENCE_SECONDS = 2
QUEUE_SECONDS = 5
"""How old the last look at the job queue may be: load balancers ask often."""


Degraded = Callable[[], Iterable[str]]
"""What of a feature is slower than it should be, in words for an operator. It asks no other system."""


class NotReady(Unavailable):
    error = "not_ready"


class Health(msgspec.Struct, frozen=True):
    status: Literal["ok"]


class Readiness(msgspec.Struct, frozen=True):
    """`degraded` says what is slower than it should be. Requests are served all the same."""

    status: Literal["ok"]
    degraded: list[str]


@routes.get("/healthz", access=Access.ALL)
def is_alive() -> Health:
    """Whether the process answers. It asks no other system: a restart of this one would not mend it."""
    return Health("ok")  # `alive.py` answers GET with this before Flask; as a route it is described


@routes.get("/readyz", access=Access.ALL, raises=(NotReady,))
def is_ready() -> Readiness:
    """Whether requests can be served: the database answers in time, with the tables of this release or of a later one.

    A release works on the next one's tables too (docs/operations.md): an upgrade takes no server out of service.
    """
    if drain.is_on:
        raise NotReady("This server is about to stop.")
    try:
        current = current_app.extensions["revision"].answer()
    except Hangs as error:
        raise NotReady("The database hangs.") from error
    except sa.exc.SQLAlchemyError as error:
        raise NotReady("The database does not answer.") from error
    if current in outdated():
        raise NotReady("The database is not of this release: run `kiosk db upgrade`.")
    reasons = (reason for degraded in current_app.extensions["degraded"] for reason in degraded())
    return Readiness("ok", list(reasons))


def queue_degraded() -> Iterator[str]:
    try:
        is_reachable = current_app.extensions["queue"].answer()
    except Hangs:
        is_reachable = False
    if not is_reachable:
        yield "Redis does not answer: the sweep does the jobs, later than the queue would."


def init_app(app: Flask, degraded: Iterable[Degraded]) -> None:
    def ask() -> str | None:
        with app.app_context():
            return revision()

    app.extensions["revision"] = Probe(ask, PATIENCE_SECONDS)
    app.extensions["degraded"] = (queue_degraded, *degraded)
    app.extensions["queue"] = Probe(jobs(app).is_reachable, PATIENCE_SECONDS, QUEUE_SECONDS)
