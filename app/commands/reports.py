"""`kiosk doctor` and `kiosk openapi`."""

import sys

import click
from flask.cli import with_appcontext

from app.web.openapi import described


@click.command("doctor")
def doctor() -> None:
    """Check all that Kiosk needs: a line each, with what to do about it. Exit 1 where something fails."""
    from app import create_app
    from app.ops.doctor import examine

    failed = False
    for line in examine(create_app):
        click.echo(line)
        failed |= line.level == "FAIL"
    sys.exit(failed)


@click.command("openapi")
@with_appcontext
def print_description() -> None:
    """Print the API's description, OpenAPI 3.1 as JSON."""
    click.echo(described())
