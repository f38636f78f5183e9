"""Structured logs: JSON in production, readable in development, and a file where one is wanted."""

import logging
import re
import time
from collections.abc import Iterable
from random import getrandbits

from flask import Flask, Response, g, has_request_context
from flask.globals import app_ctx, request_ctx
from pythonjsonlogger.json import JsonFormatter

from app.ops.log_batches import Batches, Stream
from app.ops.log_file import SharedFile
from app.runtime.config import Settings
from app.runtime.log_context import facts, note
from app.runtime.tracing import trace_id
from app.web.client_address import client_address

REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
FILE_BYTES, FILES = 10_000_000, 5
ours = logging.getLogger("app")
access = logging.getLogger("app.access")
QUIET = ("/assets", "/healthz", "/readyz", "/metrics")
"""Requests under these paths are logged at level DEBUG."""

CONTEXT = ("request_id", "trace_id", "user_id", "order_id", "job")
"""Fields of each line."""


class AddContext(logging.Filter):
    """Adds to each line what it is about: CONTEXT."""

    def filter(self, record: logging.LogRecord) -> bool:
        known = facts()
        record.request_id = known.get("request_id", "-")
        record.user_id = g.get("user_id") if has_request_context() else None
        record.order_id, record.job = known.get("order_id"), known.get("job")
        record.trace_id = trace_id()
        return True


class Readable(logging.Formatter):
    """One line for each event: text of providers, callers and errors may hold line breaks.

    The lines of a traceback are marked, so that none of them passes for an event.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- the parent's name
        return plain(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        first, *more = super().format(record).split("\n")
        return "\n".join([first, *(f"  | {plain(line)}" for line in more)])


def plain(text: str) -> str:
    """With escapes for line breaks, terminal sequences and all other characters that are not printable."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _formatter(settings: Settings) -> logging.Formatter:
    if settings.env in ("staging", "production"):
        names = ("asctime", "levelname", "name", "message", *CONTEXT)
        renamed = {"asctime": "time", "levelname": "level", "name": "logger"}
        return JsonFormatter(" ".join(f"%({name})s" for name in names), rename_fields=renamed)
    return Readable("%(asctime)s %(levelname)-7s %(name)s %(message)s [%(request_id)s]", "%H:%M:%S")


def handlers(settings: Settings) -> list[Stream | SharedFile]:
    """New handlers for what this process logs: standard error, and the file where one is configured."""
    made: list[Stream | SharedFile] = [Stream()]
    if settings.log_file:
        made.append(SharedFile(settings.log_file, FILE_BYTES, FILES))
    for handler in made:
        handler.setFormatter(_formatter(settings))
        handler.addFilter(AddContext())
    return made


def in_batches(settings: Settings) -> None:
    """From now on this process writes its log lines a few times a second, and not each as it comes.

    What no format of ours shows (source line, thread, process) is not collected any more:
    https://docs.python.org/3/howto/logging.html#optimization
    """
    _set_handlers([Batches(handler) for handler in handlers(settings)])
    logging._srcfile = None  # noqa: SLF001 -- the page above says so
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def request_id(given: str) -> str:
    """The id that the caller gave, where it has the form of one; otherwise a new one."""
    if REQUEST_ID.fullmatch(given):
        return given
    return f"{getrandbits(64):016x}"  # not a secret, so it need not be a secure random number


def _begin() -> None:
    request, g = request_ctx.request, app_ctx.g  # the objects behind Flask's proxies, which cost more at each access
    g.request_id = request_id(request.headers.get("X-Request-ID", ""))
    g.began = time.perf_counter()
    note(request_id=g.request_id, order_id=(request.view_args or {}).get("order_id"))


def _end(response: Response) -> Response:
    request, g = request_ctx.request, app_ctx.g
    if "request_id" not in g:  # an error before the request began, such as a malformed Host header
        _begin()
    response.headers["X-Request-ID"] = g.request_id
    path = request.url_rule.rule if request.url_rule else ascii(request.path)  # never the query: it carries codes
    level = logging.DEBUG if path.startswith(QUIET) else logging.INFO
    if access.isEnabledFor(level):
        spent = round((time.perf_counter() - g.began) * 1000, 1)
        details = {
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "ms": spent,
            "address": client_address(),
        }
        access.log(level, "%s %s %s %sms", request.method, path, response.status_code, spent, extra=details)
    return response


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the logger of the package. The root logger belongs to the program that runs Kiosk."""
    _set_handlers(handlers(settings))
    ours.setLevel(logging.INFO)
    ours.propagate = settings.env in ("development", "test")
    app.before_request(_begin)
    app.after_request(_end)


def _set_handlers(made: Iterable[logging.Handler]) -> None:
    for handler in ours.handlers[:]:
        ours.removeHandler(handler)
        handler.close()
    for handler in made:
        ours.addHandler(handler)


def flush() -> None:
    """Write what waits to be written."""
    for handler in ours.handlers:
        handler.flush()
