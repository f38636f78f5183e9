"""`kiosk reconcile`."""

import sys

import click
import msgspec
from flask.cli import with_appcontext

from app.mail.delivery import delivery
from app.payments.reconcile import reconcile as run
from app.runtime.async_bridge import bridge
from app.runtime.db import db, writing
from app.stripe.gateway import gateway


@click.command("reconcile")
@click.option("--report", type=click.Choice(["words", "json"]), default="words", show_default=True)
@with_appcontext
def reconcile(report: str) -> None:
    """Sweep once over all that is unfinished, and say what was changed. Exit 1 where something needs a person."""
    with writing():
        result = bridge.run(run(db.session(), gateway()))
    delivery().deliver()
    if report == "json":
        click.echo(msgspec.json.encode(result))
    else:
        for line in result.lines():
            click.echo(line)
    sys.exit(0 if result.is_clean else 1)
