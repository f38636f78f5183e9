"""A request that has waited long for a thread is told to come back: to serve it too would keep all others waiting."""

from flask import Flask

from app.runtime import deadline
from app.runtime.errors import Unavailable

QUEUE_SECONDS = 3


class Overloaded(Unavailable):
    error = "overloaded"
    detail = "There is more to do here than can be done in time. Try again soon."


def _refuse_late() -> None:
    if deadline.queued.get() > QUEUE_SECONDS:
        raise Overloaded


def init_app(app: Flask) -> None:
    app.before_request(_refuse_late)
