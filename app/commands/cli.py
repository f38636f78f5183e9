"""The `kiosk` command."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
import flask_migrate.cli
import msgspec
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo, with_appcontext

from app.auth import second_factor
from app.auth.email import links
from app.auth.totp import service as totp
from app.mail.delivery import delivery
from app.runtime.async_bridge import bridge
from app.runtime.config import ConfigError, settings
from app.runtime.db import db, now, writing
from app.runtime.errors import Problem
from app.stripe.gateway import gateway
from app.users import service as users
from app.users.audit_trail import COMMAND_LINE
from app.users.models import Role
from app.web.openapi import described

P = ParamSpec("P")
T = TypeVar("T")

staff = AppGroup("staff", help="Who runs the shop.")
accounts = AppGroup("users", help="Accounts.")


def transaction(command: Callable[P, T]) -> Callable[P, T]:
    """Commits what the command did, once, when it has done all of it."""

    @with_appcontext
    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with writing():
                result = command(*args, **kwargs)
                db.session.commit()
        except Problem as problem:
            raise click.ClickException(problem.detail) from problem
        return result

    return run


@staff.command("grant")
@click.argument("name")
@transaction
def grant(name: str) -> None:
    """Let the user NAME run the shop."""
    _set_role(name, "staff")


@staff.command("revoke")
@click.argument("name")
@transaction
def revoke(name: str) -> None:
    """The user NAME is a customer from now on."""
    _set_role(name, "customer")


def _set_role(name: str, role: Role) -> None:
    user = users.set_role(db.session(), users.named(db.session(), name).id, role, COMMAND_LINE)
    click.echo(f"{user.username} is {role}")


@accounts.command("reset-link")
@click.argument("name")
@transaction
def reset_link(name: str) -> None:
    """Print a link at which the user NAME sets a new password, once and within an hour.

    Codes of their authenticator app are taken again, where too many wrong ones had ended that.
    """
    user = users.named(db.session(), name)
    COMMAND_LINE.note(db.session(), user.id, "reset_link_made")
    second_factor.accept_again(db.session(), user.id)
    click.echo(links.generate(db.session(), settings(), links.RESET, user, now()))


@accounts.command("remove-factors")
@click.argument("name")
@transaction
def remove_factors(name: str) -> None:
    """Forget the authenticator app and the recovery codes of the user NAME, who has lost both."""
    user = users.named(db.session(), name)
    totp.remove(db.session(), user.id, COMMAND_LINE)
    click.echo(f"{user.username} signs in by password alone")


@click.command("seed")
@transaction
def seed() -> None:
    """Demo items and people; what is there already stays as it is."""
    from app.commands.seed import sow

    items, people = sow(db.session(), settings(), now())
    click.echo(f"{items} items and {people} people added")


@click.command("openapi")
@with_appcontext
def print_description() -> None:
    """Print the API's description, OpenAPI 3.1 as JSON."""
    click.echo(described())


@click.command("serve")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--lifeline", is_flag=True, help="End when standard input does, as when whoever started this is gone.")
def serve(bind: str, port: int, workers: int, lifeline: bool) -> None:
    """The production server."""
    from app.commands.serve import run

    run(bind, port, workers, lifeline=lifeline)


@click.command("worker")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Where to tell /metrics, /healthz and /readyz.")
@click.option("--metrics-bind", default="127.0.0.1", show_default=True, help="Address for it.")
@click.option("--lifeline", is_flag=True, help="End when standard input does, as when whoever started this is gone.")
@with_appcontext
def worker(metrics_port: int | None, metrics_bind: str, lifeline: bool) -> None:
    """Jobs and the sweep; any number of these may run."""
    from app.commands.worker import run
    from app.ops.metrics import listen
    from app.runtime.parent_watch import hold
    from app.web.client_address import authority

    if lifeline:
        hold()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 -- threads need it
    told = ""
    if metrics_port is not None:
        try:
            where = f"{authority(metrics_bind)}:{listen(app, metrics_bind, metrics_port)}"
            told = f", and tells of it on http://{where}/metrics"
        except OSError as error:
            raise click.ClickException(f"--metrics-port {metrics_port} cannot be had: {error.strerror}") from error
    run(app, begun=lambda: click.echo(f"kiosk worker is at work{told}"))


@click.command("reconcile")
@click.option("--report", type=click.Choice(["words", "json"]), default="words", show_default=True)
@with_appcontext
def reconcile(report: str) -> None:
    """One whole sweep now; says what it found and mended. Exit 1 where something needs a person."""
    from app.payments.reconcile import reconcile as run

    with writing():
        found = bridge.run(run(db.session(), gateway()))
    delivery().deliver()
    if report == "json":
        click.echo(msgspec.json.encode(found))
    else:
        for line in found.lines():
            click.echo(line)
    sys.exit(0 if found.is_clean else 1)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write the whole database to FILE, as of one moment, while the shop serves. Nobody is signed in in it."""
    from app.ops.backup import backup as run

    run(db.engine, file)
    click.echo(f"{file}: {file.stat().st_size} bytes")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="Give up what is in the database.")
@with_appcontext
def restore(file: Path, replace: bool) -> None:
    """Put a backup in the place of the database, all of it or nothing. Stop servers and workers first."""
    from app.ops.backup import restore as run

    revision = run(db.engine, file, replace=replace)
    click.echo(f"{file} is restored, at revision {revision}. Now `kiosk db upgrade`, then `kiosk reconcile`.")


@click.command("doctor")
def doctor() -> None:
    """Look at everything that Kiosk needs; a line each, with the mend. Exit 1 where something fails."""
    from app import create_app
    from app.ops.doctor import examine

    failed = False
    for line in examine(create_app):
        click.echo(line)
        failed |= line.level == "FAIL"
    sys.exit(failed)


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65531), help="Of the shop; the simulators take the four after it.")
@click.option("--data", default="var", show_default=True, type=click.Path(file_okay=False), help="Where data is kept.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    type=click.Choice(["127.0.0.1", "localhost"]),
    help="Its name in addresses: passkeys belong to a name, and so need localhost.",
)
@click.option("--trusted-proxies", default="", help="Proxies in front of it, as in KIOSK_TRUSTED_PROXIES.")
def up(port: int | None, data: str, host: str, trusted_proxies: str) -> None:
    """The embedded default, all in one: migrations, demo items, simulators, server."""
    from app.commands.up import run

    run(port, data, host, trusted_proxies)


@click.command("smoke")
@click.argument("url")
@click.option("--customer", envvar="SMOKE_CUSTOMER", default="Ada Lovelace", show_default=True, help="Who buys.")
@click.option("--staff", envvar="SMOKE_STAFF", default="Grace Hopper", show_default=True, help="Who runs the shop.")
@click.option("--provider", envvar="SMOKE_PROVIDER", help="Its label on the sign-in page; the first one otherwise.")
@click.option(
    "--item", envvar="SMOKE_ITEM", default="Postcard from the kiosk", show_default=True, help="What is bought."
)
@click.option("--test-cards", is_flag=True, help="Pay by test card on a provider's page that is not the simulator's.")
@click.option(
    "--seconds", default=60, show_default=True, type=click.IntRange(5, 600), help="The most that it may take."
)
def smoke(url: str, customer: str, staff: str, provider: str | None, item: str, test_cards: bool, seconds: int) -> None:
    """Buy something at the deployed Kiosk at URL, in a browser, and take it back. Exit status 0: all is well.

    People are chosen at the identity simulator. Where SMOKE_CUSTOMER_PASSWORD and SMOKE_STAFF_PASSWORD are set,
    they sign in at Kiosk, and the names are usernames.
    """
    from app.commands.smoke import run

    people = {"CUSTOMER": customer, "STAFF": staff, "PROVIDER": provider or "", "ITEM": item}
    people["TEST_CARDS"] = "1" if test_cards else ""
    run(url.rstrip("/"), {f"SMOKE_{name}": value for name, value in people.items()}, seconds)


@click.command("simulate", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("rest", nargs=-1, type=click.UNPROCESSED)
def simulate(rest: tuple[str, ...]) -> None:
    """Something to try against: `identity`, `payments` or `mail`; --help after it lists its options."""
    os.execv(sys.executable, [sys.executable, "-m", "simulators", *rest])  # noqa: S606 -- no shell is wanted


OF_THE_APP = (staff, accounts, seed, print_description, worker, reconcile, backup, restore, flask_migrate.cli.db)


def init_app(app: Flask) -> None:
    for command in OF_THE_APP:
        app.cli.add_command(command)


def _create_app() -> Flask:
    from app import create_app

    try:
        return create_app()
    except ConfigError as error:
        raise click.ClickException("\n       ".join(error.problems)) from error


def main() -> None:
    """Every error that a person can mend is one line. An application is made by the commands that need one."""
    commands = [*OF_THE_APP, doctor, serve, up, simulate, smoke]
    group = click.Group(help="Kiosk: a small shop that you host yourself.", commands=commands)
    group = click.version_option(package_name="kiosk", message="%(prog)s %(version)s")(group)
    try:
        group.main(prog_name="kiosk", obj=ScriptInfo(create_app=_create_app, set_debug_flag=False))
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        click.echo(f"Error: the database says: {reason}. Is it there, and is `kiosk db upgrade` done?", err=True)
        sys.exit(1)
