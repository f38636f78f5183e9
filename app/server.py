"""`kiosk serve`: gunicorn, with threads, because a request in Kiosk may wait for a provider."""

import signal
from typing import Any

import click
from flask import Config
from flask.helpers import get_debug_flag
from gunicorn.app.base import BaseApplication

from app import config
from app.bridge import bridge
from app.lifeline import hold

THREADS = 32
"""Per process; the database pool is as large."""


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


def run(bind: str, port: int, workers: int, *, lifeline: bool) -> None:
    """Serves until SIGTERM or Ctrl-C. Refuses a bad configuration before anything listens."""
    try:
        config.load(Config("", {"DEBUG": get_debug_flag()}), None)
    except config.ConfigError as error:
        raise click.ClickException("\n       ".join(error.problems)) from error
    options = {
        "bind": f"{bind}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "keepalive": 30,
        "timeout": 60,
        "graceful_timeout": 25,
        "control_socket_disable": True,
        # What proxies say is read in app/address.py, by KIOSK_TRUSTED_PROXIES; gunicorn believes loopback by itself.
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "forwarder_headers": "",
        "loglevel": "warning",
        "when_ready": _ready(lifeline=lifeline),
        "post_worker_init": _leave_interrupts_to_the_master,
        "worker_exit": _close,
    }
    Server(options).run()


def _leave_interrupts_to_the_master(_worker: Any) -> None:
    """Ctrl-C reaches every process of the terminal; the master tells its workers, once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _close(_arbiter: Any, _worker: Any) -> None:
    bridge.close()


def _ready(*, lifeline: bool) -> Any:
    def when_ready(arbiter: Any) -> None:
        if lifeline:
            hold()
        addresses = " ".join(str(listener) for listener in arbiter.LISTENERS)
        click.echo(f"kiosk serves on {addresses}")

    return when_ready
