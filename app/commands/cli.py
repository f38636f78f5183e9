"""The `kiosk` command: its groups and commands by name. Each file beside this one holds some of them."""

import gc
import sys

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import ScriptInfo

from app.commands import accounts, data_folder, database, operator_errors, programs, reports
from app.commands import payments as payment_commands  # feature: shop
from app.commands.second_factor import remove_factors  # feature: totp
from app.runtime.config import ConfigError

OF_USERS: tuple[click.Command, ...] = (
    remove_factors,  # feature: totp
)

OF_THE_APP = (
    accounts.staff,
    accounts.users,
    database.seed,
    database.backup,
    database.restore,
    database.migrate,
    reports.print_description,
    programs.worker,
    payment_commands.reconcile,  # feature: shop
)
"""They work in the context of an application, and so under `flask` too."""

OTHERS = (
    reports.doctor,
    programs.serve,
    programs.up,
    programs.simulate,
    programs.drift,  # feature: shop
    programs.smoke,
)

for command in OF_USERS:
    accounts.users.add_command(command)


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
    """Shows an error that an operator can mend in one line. The commands that need an application make one."""
    gc.freeze()  # what is imported stays: neither a collection nor the end has to look through it
    commands = [*OF_THE_APP, *OTHERS]
    for command in commands:
        data_folder.offer(command)
    group = operator_errors.Group(help="Kiosk: a small shop that you host yourself.", commands=commands)
    group = click.version_option(package_name="kiosk", message="%(prog)s %(version)s")(group)
    try:
        group.main(prog_name="kiosk", obj=ScriptInfo(create_app=_create_app, set_debug_flag=False))
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        click.echo(f"Error: the database says: {reason}. {operator_errors.mend(reason)}", err=True)
        sys.exit(1)
