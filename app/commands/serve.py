"""`kiosk serve`: granian, with threads, because a request may wait for a provider."""

import errno
import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from multiprocessing import connection, parent_process
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Config, Flask
from flask.helpers import get_debug_flag
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from app.mail.delivery import STOP_SECONDS, delivery
from app.ops import capacity, cores, counters, logs, traces
from app.ops.drain import drain
from app.ops.multiprocess_dir import reserve, shared
from app.runtime import config
from app.runtime.async_bridge import bridge
from app.runtime.jobs import jobs
from app.runtime.parent_watch import watch_parent
from app.web.client_address import authority
from app.web.overload import in_turns

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

READS, OTHERS = 56, 8
"""How many requests one process works on at once: those that only read, and all others.

A request does not count while it waits for a provider. More than a few writing requests at once would finish no sooner,
and each would slow down those that read.
"""

CONNECTIONS = 1024
"""Open ones per process, each with a thread once it is needed. As many more wait in the system's queue."""

LONGEST_HEAD = 64 * 1024
"""Bytes of a request's first line and headers: the codes of some providers are thousands of characters long."""

GRACE_SECONDS = 25
"""The longest that a process may take for what is under way when the server ends."""

KEPT_SECONDS = 30
"""How long a connection stays open without a request, or with one whose headers are incomplete."""


class Server(MPServer):
    """At SIGTERM it says 503 at `/readyz`, where load balancers look, and serves for `drain_seconds` more."""

    drain_seconds = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pid = os.getpid()

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        if os.getpid() != self._pid:  # in a forked process that has not begun yet: it inherited this handler
            os._exit(0)
        if args[:1] == (signal.SIGTERM,) and not drain.is_on:
            drain.begin()
            time.sleep(self.drain_seconds)
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]  # granian's own


def run(bind: str, port: int, workers: int, *, with_parent: bool) -> None:
    """Serves until SIGTERM or Ctrl-C. Refuses a bad configuration before anything listens; raises OperatorError."""
    from app import load_settings

    try:
        settings = load_settings(Config("", {"DEBUG": get_debug_flag()}))
    except config.ConfigError as error:
        raise click.ClickException("\n       ".join(error.problems)) from error
    capacity.check(settings, workers)
    port = _free(bind, port)
    drain.share()
    multiprocessing.set_start_method("fork", force=True)  # else each process would import all anew
    with shared() as folder:
        server = Server("app", bind, port, workers=workers, **OPTIONS)
        server.drain_seconds = settings.drain_seconds
        _log_as_ours(settings)
        if with_parent:
            server.on_startup(watch_parent)
        work = partial(_work, settings, folder, workers, bind, port, multiprocessing.Lock())
        server.serve(target_loader=work, wrap_loader=False)


OPTIONS: dict[str, Any] = {
    "interface": Interfaces.WSGI,
    "http": HTTPModes.http1,
    "http1_settings": HTTP1Settings(header_read_timeout=KEPT_SECONDS * 1000, max_buffer_size=LONGEST_HEAD),
    "websockets": False,
    "blocking_threads": CONNECTIONS,
    "backpressure": CONNECTIONS,
    "backlog": CONNECTIONS,
    "respawn_failed_workers": True,
    "respawn_interval": 0.1,
    "workers_kill_timeout": GRACE_SECONDS,
    "log_level": LogLevels.error,
}


def _free(bind: str, port: int) -> int:
    """The port, or a free one for 0. A second server on it would otherwise get a part of the requests of the first.

    granian's processes listen with SO_REUSEPORT: https://man7.org/linux/man-pages/man7/socket.7.html
    """
    try:
        with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((bind, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        reason = error.strerror or errno.errorcode.get(error.errno or 0, "")
        raise click.ClickException(f"--bind {bind} --port {port} cannot be had: {reason}") from error


def _log_as_ours(settings: config.Settings) -> None:
    """Gives granian's own lines the form of ours, and sends them to the same places."""
    logging.getLogger("_granian").handlers = list(logs.handlers(settings))


# ---------------------------------------------------------------- in each process that serves


def _work(
    settings: config.Settings, folder: Path, workers: int, bind: str, port: int, announced: Any
) -> "WSGIApplication":
    from app import create_app

    _log_as_ours(settings)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C reaches all; the first process tells the others
    threading.Thread(target=_end_with_parent, daemon=True).start()
    reserve(folder)  # before prometheus-client is imported, which looks then where to count
    _drop_gauges(folder)
    cores.stay_on_one(folder, workers)
    app = create_app()
    logs.in_batches(settings)
    counters.keep_gauges_current(app)
    gc.collect()
    gc.freeze()  # what exists by now stays until the end: no collection needs to look through it
    bridge.closes_at_exit = False  # `_close` closes it: from Python 3.13 on that is later, and jobs need it until then
    Finalize(None, _close, (app,), exitpriority=100)
    threading.Thread(target=_announce, args=(bind, port, announced), daemon=True).start()
    return in_turns(app, READS, OTHERS)


def _announce(bind: str, port: int, announced: Any) -> None:
    """Print the server's address once it listens. `announced` is a lock, so that only one process prints it."""
    while True:
        with suppress(OSError), socket.create_connection((bind, port), timeout=1):
            break
        time.sleep(0.01)
    if announced.acquire(block=False):
        click.echo(f"kiosk serves on http://{authority(bind)}:{port}")


def _end_with_parent() -> None:
    """End this process where the first one is gone: if that was killed it could not tell the others."""
    parent = parent_process()
    assert parent
    connection.wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _drop_gauges(folder: Path) -> None:
    """Drop the gauges of processes that have ended. Their counters stay."""
    from prometheus_client.multiprocess import mark_process_dead

    for pid in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_*.db")}:
        with suppress(PermissionError):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def _close(app: Flask) -> None:
    """After the last request. A job that it enqueued, or a mail, may still be under way."""
    try:
        jobs(app).close()
        delivery(app).stop(STOP_SECONDS)
        traces.close(app)
        bridge.close()
    finally:
        logs.flush()
