"""`kiosk serve`: gunicorn, with threads, because a request may wait for a provider."""

import logging
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import Config
from flask.helpers import get_debug_flag
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from app.commands.server_process import ServerProcess
from app.mail.delivery import STOP_SECONDS, delivery
from app.ops import capacity, logs, traces
from app.ops.drain import drain
from app.ops.multiprocess_dir import shared
from app.runtime import config
from app.runtime.async_bridge import bridge
from app.runtime.jobs import jobs
from app.runtime.parent_watch import watch_parent
from app.web.client_address import authority

THREADS = 32
"""Per process. Fewer may have a connection to the database at a time (`pool_size` of the settings)."""


LONGEST_LINE = 8190
"""Of a request, in bytes, and gunicorn's most: the codes of some providers are thousands of characters long."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from app import create_app

        return create_app()

    def run(self) -> None:
        Master(self).run()


class Master(Arbiter):  # type: ignore[misc]  # gunicorn ships no types
    """Says at `/readyz` that it is about to stop, and serves for `drain_seconds` more: load balancers look there."""

    drain_seconds = 0.0

    def handle_term(self) -> None:
        drain.begin()
        time.sleep(self.drain_seconds)
        super().handle_term()


class Unquoted(logging.Filter):
    """gunicorn quotes what it cannot read: a request line with a token in its query, a header with a cookie."""

    def filter(self, record: logging.LogRecord) -> bool:
        words = record.getMessage()
        if words.startswith("Invalid request from "):
            words = ": ".join(words.split(": ")[:2])  # from which address, and what kind of fault
        record.msg, record.args = words.partition("?")[0], None
        return True


def _log(settings: config.Settings) -> type[Logger]:
    """Gives gunicorn's own lines the form of ours, and sends them to the same places."""

    class Log(Logger):  # type: ignore[misc]  # gunicorn ships no types
        def setup(self, cfg: Any) -> None:
            super().setup(cfg)
            for handler in self.error_log.handlers[:]:
                self.error_log.removeHandler(handler)
            for handler in logs.handlers(settings):
                handler.addFilter(Unquoted())
                self.error_log.addHandler(handler)

    return Log


def run(bind: str, port: int, workers: int, *, with_parent: bool) -> None:
    """Serves until SIGTERM or Ctrl-C. Refuses a bad configuration before anything listens; raises OperatorError."""
    from app import load_settings

    try:
        settings = load_settings(Config("", {"DEBUG": get_debug_flag()}))
    except config.ConfigError as error:
        raise click.ClickException("\n       ".join(error.problems)) from error
    capacity.check(settings, workers)
    Master.drain_seconds = settings.drain_seconds
    drain.share()
    with shared() as folder:
        options = _options(f"{authority(bind)}:{port}", workers, folder, with_parent=with_parent)
        Server({**options, "logger_class": _log(settings)}).run()


def _options(bind: str, workers: int, folder: Path, *, with_parent: bool) -> dict[str, Any]:
    return {
        "bind": bind,
        "workers": workers,
        "worker_class": ServerProcess,
        "threads": THREADS,
        "keepalive": 30,
        "limit_request_line": LONGEST_LINE,
        "timeout": 60,
        "graceful_timeout": 25,
        "control_socket_disable": True,
        # What proxies say is read in app/web/client_address.py, by KIOSK_TRUSTED_PROXIES; gunicorn trusts loopback.
        "forwarded_allow_ips": "",
        "loglevel": "warning",
        "when_ready": _ready(with_parent=with_parent),
        "post_worker_init": _leave_interrupts_to_the_master,
        "worker_exit": _close,
        "child_exit": partial(_drop_gauges, folder),
    }


def _leave_interrupts_to_the_master(_worker: Any) -> None:
    """Ctrl-C reaches every process of the terminal; the master tells its workers, once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _close(_arbiter: Any, worker: Any) -> None:
    """The last request is answered. A job that it has enqueued, or a mail, may be under way."""
    if (app := getattr(worker, "wsgi", None)) is not None:  # None where the application could not be made
        jobs(app).close()
        delivery(app).stop(STOP_SECONDS)
        traces.close(app)
    bridge.close()


def _drop_gauges(folder: Path, _arbiter: Any, worker: Any) -> None:
    """Drop the gauges of a process that has ended. Its counters stay."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid, str(folder))  # type: ignore[no-untyped-call]


def _ready(*, with_parent: bool) -> Any:
    def when_ready(arbiter: Any) -> None:
        if with_parent:
            watch_parent()
        addresses = " ".join(str(listener) for listener in arbiter.LISTENERS)
        click.echo(f"kiosk serves on {addresses}")

    return when_ready
