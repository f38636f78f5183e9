"""`kiosk up`: the whole shop on one machine, offline, with simulators of all providers. `make run` runs it."""

import json
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
import flask_migrate
import httpx

from app.commands import data_folder, demo_people, seed
from app.commands.data_folder import HOST
from app.runtime.child_environment import environment
from app.runtime.db import db, utcnow, writing

FIRST_PORT = 8000
PORTS = 5
"""From the shop's own on: the shop, identity, payments, the page of mails, the mail server."""

PAYMENTS = ("payments", "--control", "--demo", "EUR")  # feature: shop
LAST_PORT = 65535 - PORTS + 1
READY_SECONDS = 30
END_SECONDS = 8


EXTRAS: Mapping[str, Mapping[str, object]] = {
    # feature: shop {
    "shipping_and_tax": {
        "COLLECT_ADDRESS": "AT,CH,DE,US",
        "COLLECT_PHONE": True,
        "SHIPPING_RATES": "shr_standard,shr_express",
        **dict.fromkeys(("AUTOMATIC_TAX", "PROMOTION_CODES", "INVOICES"), True),
    },
    # }
}
"""Settings of what is off unless an option of that name turns it on. The simulators have what these name."""


def run(port: int | None, data: str, host: str, trusted_proxies: str, extras: Sequence[str] = ()) -> None:
    """Until Ctrl-C, SIGTERM, or the end of any of its processes."""
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job has it ignored
        signal.signal(number, signal.default_int_handler)
    folder = Path(data).resolve()
    try:
        with data_folder.alone(folder):
            is_new = not data_folder.saved(folder)
            saved = _saved(folder, port, host)
            settings = {**data_folder.settings(folder, saved), "TRUSTED_PROXIES": trusted_proxies}
            settings |= {name: value for each in extras for name, value in EXTRAS[each].items()}
            _run(folder, data, saved["port"], settings, is_new=is_new)
    except KeyboardInterrupt:
        click.echo("\nKiosk has stopped.")


def _run(folder: Path, data: str, port: int, settings: dict[str, Any], *, is_new: bool) -> None:
    env = environment(settings)
    with _together(simulators(port, folder), env) as processes:
        _prepare(settings)
        processes.append(_start("kiosk", _serve(port), env))
        processes.append(_start("worker", [sys.executable, "-m", "app", "worker", "--lifeline"], env))
        _wait(processes, port)
        _tell(settings["PUBLIC_URL"], port, data, is_new=is_new)
        _watch(processes)


def _saved(folder: Path, port: int | None, host: str) -> dict[str, Any]:
    """Secrets, port and host. They are generated once and saved, so that users stay signed in over a restart."""
    saved = {**data_folder.saved(folder), "host": host}
    for name in ("secret_key", "jwt_secret_key", "webhook_secret", "payments_key", "client_secret"):
        saved.setdefault(name, secrets.token_urlsafe(32))
    wanted = port or saved.get("port", FIRST_PORT)
    if _taken(wanted) and port is not None:
        raise click.ClickException(
            f"port {wanted}, or one of the {PORTS - 1} after it, is taken: choose another with --port"
        )
    saved["port"] = next((start for start in range(wanted, LAST_PORT + 1, 10) if not _taken(start)), 0)
    if not saved["port"]:
        raise click.ClickException(f"no {PORTS} ports from {wanted} on are free: choose others with --port")
    with data_folder.written(folder):
        data_folder.save(folder, saved)
    return saved


def _taken(port: int) -> bool:
    """Whether a program listens on any of the PORTS from here on."""
    for each in range(port, port + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, each))
            except OSError:
                return True
    return False


def simulators(port: int, folder: Path) -> dict[str, list[str]]:
    """The command of each. They keep what they know: what was paid before a restart can be sent back after it."""
    return {
        "identity simulator": _simulator(folder, port + 1, "identity"),
        "payments simulator": _simulator(folder, port + 2, *PAYMENTS),  # feature: shop
        "mail simulator": _simulator(folder, port + 3, "mail", "--smtp-port", str(port + 4)),
    }


def _simulator(folder: Path, port: int, name: str, *options: str) -> list[str]:
    state = folder / "simulators" / name
    own = ["--port", str(port), "--state", str(state), "--lifeline"]
    return [sys.executable, "-m", "simulators", name, *options, *own]


def _serve(port: int) -> list[str]:
    return [sys.executable, "-m", "app", "serve", "--bind", HOST, "--port", str(port), "--lifeline"]


def _start(name: str, command: list[str], env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """The process ends when this one does, even where this one is killed: its standard input ends then.

    It has a session of its own, so that a Ctrl-C comes to this process alone, which stops each in order.
    """
    process = subprocess.Popen(  # noqa: S603 -- our own commands
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    process.name = name  # type: ignore[attr-defined]
    return process


@contextmanager
def _together(commands: dict[str, list[str]], env: dict[str, str]) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """All of them end with the block, the last one first."""
    processes = [_start(name, command, env) for name, command in commands.items()]
    try:
        yield processes
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C changes nothing: it is ending
        for process in reversed(processes):
            process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            process.kill()
            process.wait()


def _prepare(settings: dict[str, Any]) -> None:
    """Tables and demo data, while the simulators start."""
    from app import create_app

    app = create_app(settings)
    with app.app_context(), writing():
        flask_migrate.upgrade()
        seed.add_demo(db.session(), app.extensions["settings"], utcnow())
        db.session.commit()


def _wait(processes: list["subprocess.Popen[bytes]"], port: int) -> None:
    waiting = [f"http://{HOST}:{port}/readyz", f"http://{HOST}:{port + 1}/.well-known/openid-configuration"]
    deadline = time.monotonic() + READY_SECONDS
    while waiting:
        _check(processes)
        if time.monotonic() > deadline:
            raise click.ClickException(f"{waiting[0]} does not answer; the lines above may say why")
        with suppress(httpx.HTTPError):
            if httpx.get(waiting[0], timeout=2, trust_env=False).is_success:
                waiting.pop(0)
                continue
        time.sleep(0.05)


def _check(processes: list["subprocess.Popen[bytes]"]) -> None:
    for process in processes:
        if process.poll() is not None:
            raise click.ClickException(f"the {process.name} has ended by itself; the lines above may say why")  # type: ignore[attr-defined]


def _watch(processes: list["subprocess.Popen[bytes]"]) -> None:
    while True:
        _check(processes)
        time.sleep(0.5)


def _hints(port: int) -> list[str]:
    people = ", ".join(
        f"{each['name']} ({each['about']})" if each.get("about") else each["name"]
        for each in json.loads(demo_people.FILE.read_text())
    )
    return [
        f'Sign in with "the identity simulator" as {people}.',
        "Or register with a username and a password of your own.",
        f"Mails are shown here, and are not sent: http://{HOST}:{port + 3}",
        "Pay with card 4242 4242 4242 4242; it is filled in already, and no money moves.",  # feature: shop
        f"Watch payments and webhooks, and make them fail: http://{HOST}:{port + 2}/_control/",  # feature: shop
    ]


def _tell(address: str, port: int, data: str, *, is_new: bool) -> None:
    hints = "\n".join(f"  {hint}" for hint in _hints(port))
    kept = "is kept in" if is_new else "is as you left it, in"
    click.echo(f"\nKiosk is open:  {address}\n\n{hints}\n\nCtrl-C ends it; what happened in the shop {kept} {data}.")
