"""`kiosk db`, `kiosk seed`, `kiosk backup` and `kiosk restore`."""

from pathlib import Path
from typing import Any

import click
from flask import g
from flask.cli import with_appcontext

from app.commands.late_group import LateGroup
from app.commands.operator_errors import shown
from app.commands.transaction import transaction
from app.ops import migrations
from app.runtime.config import settings
from app.runtime.db import db, utcnow

OF_THE_DATABASE = ("upgrade", "downgrade", "check", "current")
"""Those of the group that look at its revision."""


def _prepared(command: click.Command) -> click.Command:
    """The group's own callback would make the application before the command has read --data."""
    run = command.callback
    assert run is not None

    @with_appcontext
    def prepared(*args: Any, **options: Any) -> Any:
        g.directory, g.x_arg = None, ()
        if command.name in OF_THE_DATABASE:
            migrations.refuse_later()
        return run(*args, **options)

    command.callback = prepared
    return command


def _find_migrations() -> list[click.Command]:
    from flask_migrate.cli import db as group  # and with it Alembic

    return [_prepared(each) for each in group.commands.values()]


migrate = LateGroup("db", "Perform database migrations.", _find_migrations)


@click.command("seed")
@transaction
def seed() -> None:
    """Add demo items and people. What is there already stays as it is."""
    from app.commands.seed import add_demo

    click.echo(add_demo(db.session(), settings(), utcnow()))


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
@shown()
def backup(file: Path) -> None:
    """Write the whole database to FILE, as of one moment, while the shop serves. It holds no sessions."""
    from app.ops.backup import backup as run

    run(db.engine, file)
    click.echo(f"{file}: {file.stat().st_size} bytes")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="Give up what is in the database.")
@with_appcontext
@shown()
def restore(file: Path, replace: bool) -> None:
    """Replace the database by a backup, all of it or nothing. Stop servers and workers first."""
    from app.ops.backup import restore as run

    revision = run(db.engine, file, replace=replace)
    then = "Now `kiosk db upgrade`, then `kiosk reconcile`."
    if migrations.is_later(revision):
        then = "That is of a later release: go on with that release, beginning with its `kiosk reconcile`."
    click.echo(f"{file} is restored, at revision {revision}. {then}")
