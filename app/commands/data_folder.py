"""The folder that `kiosk up` keeps a shop in, and how the other commands reach that shop: `--data FOLDER`.

Where no settings are given they take the folder of `make run`. `serve` and `worker` take one only where it is named:
a server that lacks its settings must not start on another shop's.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy.engine import URL

from app.commands.late_group import LateGroup
from app.runtime.child_environment import adopt, is_configured

DEFAULT = "var"
HOST = "127.0.0.1"
FILE = "up.json"
STAFF_MAIL = "grace@example.com"  # feature: shop
DATABASE = "kiosk.db"
LOCK = "up.lock"
HELP = "The folder of a shop that `kiosk up` keeps, to work on that one."
ON_ITS_OWN = ("serve", "worker")
WITHOUT = ("up", "simulate", "smoke")


def saved(folder: Path) -> dict[str, Any]:
    """Secrets, port and host of the shop; empty where there is none. ClickException where they cannot be read."""
    file = folder / FILE
    try:
        values = json.loads(file.read_text()) if file.is_file() else {}
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error
    except ValueError:
        values = None
    if not isinstance(values, dict) or not isinstance(values.get("port", 1), int):
        words = f"{file} is damaged: put it back from a backup, or delete it, and `kiosk up` makes new secrets"
        raise click.ClickException(words)
    return values


def save(folder: Path, values: dict[str, Any]) -> None:
    """Whole or not at all, and for its owner alone."""
    part = (folder / FILE).with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(values, indent=2))
    part.replace(folder / FILE)


@contextmanager
def written(folder: Path) -> Iterator[None]:
    """Around what writes into it."""
    try:
        yield
    except OSError as error:
        words = f"{folder} cannot be written: {error.strerror}. Make room, or choose another folder with --data"
        raise click.ClickException(words) from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The folder, made where it is not there, for one `kiosk up` at a time: two would write over each other's state.

    The lock ends with the process, also where that is killed.
    """
    with written(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # mails with links that sign people in are kept there too
        lock = (folder / LOCK).open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            there = saved(folder)
            words = f"the shop in {folder} is open already"
            if there:
                words += f", at http://{there.get('host', HOST)}:{there.get('port')}"
            raise click.ClickException(f"{words}: end that one first, or choose another folder with --data") from error
        yield


def settings(folder: Path, saved: dict[str, Any]) -> dict[str, Any]:
    """Those of the shop in this folder."""
    port = saved["port"]
    simulator = {
        "ISSUER": f"http://{HOST}:{port + 1}",
        "CLIENT_ID": "kiosk",
        "CLIENT_SECRET": saved["client_secret"],
        "LABEL": "the identity simulator",
    }
    return {
        "ENV": "development",
        "PUBLIC_URL": f"http://{saved.get('host', HOST)}:{port}",
        "DRAIN_SECONDS": 0,
        "SECRET_KEY": saved["secret_key"],
        "JWT_SECRET_KEY": saved["jwt_secret_key"],
        "SQLALCHEMY_DATABASE_URI": URL.create("sqlite", database=str(folder / DATABASE)).render_as_string(),
        "MAIL_URL": f"smtp://{HOST}:{port + 4}",
        "STAFF_MAIL": STAFF_MAIL,  # feature: shop
        "OAUTH": {"simulator": simulator},
        "PAYMENTS": {  # feature: shop {
            "API_BASE": f"http://{HOST}:{port + 2}",
            "SECRET_KEY": f"sk_test_{saved['payments_key']}",
            "WEBHOOK_SECRET": f"whsec_{saved['webhook_secret']}",
        },  # }
    }


def offer(command: click.Command, *, by_default: bool = True) -> None:
    """Give the command, or each of the group's, the option."""
    if command.name in WITHOUT:
        return
    by_default = by_default and command.name not in ON_ITS_OWN
    if isinstance(command, LateGroup):
        command.changes.append(partial(offer, by_default=by_default))
    if isinstance(command, click.Group):
        for each in command.commands.values():
            offer(each, by_default=by_default)
        return
    reach = partial(_reach, by_default=by_default)
    kind = click.Path(file_okay=False, path_type=Path)
    command.params.append(
        click.Option(["--data"], type=kind, help=HELP, callback=reach, expose_value=False, is_eager=True)
    )


def _reach(_: click.Context, __: click.Parameter, given: Path | None, *, by_default: bool) -> None:
    """Take the shop's settings for this process, in place of those of the environment."""
    if given is None and (is_configured() or not by_default):
        return
    folder = (given or Path(DEFAULT)).resolve()
    if values := saved(folder):
        try:
            adopt(settings(folder, values))
        except KeyError as error:  # of an earlier release
            raise click.ClickException(f"{folder / FILE} has no {error}: `kiosk up --data {folder}` adds it") from error
    elif given is not None:
        raise click.ClickException(f"there is no shop in {given}: `kiosk up --data {given}` makes one")
