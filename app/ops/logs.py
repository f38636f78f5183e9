"""Structured logs: JSON in production, readable in development, and a file where one is wanted."""

import logging
import re
import time
from logging.handlers import RotatingFileHandler
from secrets import token_hex

from flask import Flask, Response, g, has_request_context, request
from pythonjsonlogger.json import JsonFormatter

from app.address import client_address
from app.config import Settings
from app.scope import facts, note
from app.spans import trace_id

REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
FILE_BYTES, FILES = 10_000_000, 5
ours = logging.getLogger("app")
access = logging.getLogger("app.access")
WORK = ("request_id", "trace_id", "user_id", "order_id", "job")


class AddWork(logging.Filter):
    """What a line is about: whose request it is, of which trace, on which order, in which job."""

    def filter(self, record: logging.LogRecord) -> bool:
        known = facts()
        record.request_id = known.get("request_id", "-")
        record.user_id = g.get("user_id") if has_request_context() else None
        record.order_id, record.job = known.get("order_id"), known.get("job")
        record.trace_id = trace_id()
        return True


def _formatter(settings: Settings) -> logging.Formatter:
    if settings.env in ("staging", "production"):
        names = ("asctime", "levelname", "name", "message", *WORK)
        renamed = {"asctime": "time", "levelname": "level", "name": "logger"}
        return JsonFormatter(" ".join(f"%({name})s" for name in names), rename_fields=renamed)
    return logging.Formatter("%(asctime)s %(levelname)-7s %(name)s %(message)s [%(request_id)s]", "%H:%M:%S")


def _handlers(settings: Settings) -> list[logging.Handler]:
    found: list[logging.Handler] = [logging.StreamHandler()]
    if settings.log_file:
        found.append(RotatingFileHandler(settings.log_file, maxBytes=FILE_BYTES, backupCount=FILES, delay=True))
    for handler in found:
        handler.setFormatter(_formatter(settings))
        handler.addFilter(AddWork())
    return found


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else token_hex(8)
    g.began = time.perf_counter()
    note(request_id=g.request_id, order_id=(request.view_args or {}).get("order_id"))


def _end(response: Response) -> Response:
    if "request_id" not in g:  # an error before the request began, such as a host that is no host
        _begin()
    response.headers["X-Request-ID"] = g.request_id
    spent = round((time.perf_counter() - g.began) * 1000, 1)
    path = request.url_rule.rule if request.url_rule else ascii(request.path)  # never the query: it carries codes
    details = {
        "method": request.method,
        "path": path,
        "status": response.status_code,
        "ms": spent,
        "address": client_address(),
    }
    level = logging.DEBUG if path.startswith(("/assets", "/healthz", "/readyz", "/metrics")) else logging.INFO
    access.log(level, "%s %s %s %sms", request.method, path, response.status_code, spent, extra=details)
    return response


def init_app(app: Flask, settings: Settings) -> None:
    """Set the package's own logger up; the root logger is whoever runs us's."""
    for handler in ours.handlers[:]:
        ours.removeHandler(handler)
        handler.close()
    for handler in _handlers(settings):
        ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = settings.env in ("development", "test")
    app.before_request(_begin)
    app.after_request(_end)
