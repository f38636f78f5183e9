"""`kiosk users remove-factors`."""

import click

from app.auth.totp import service as totp
from app.commands.transaction import transaction
from app.runtime.db import db
from app.users import service
from app.users.audit_trail import COMMAND_LINE


@click.command("remove-factors")
@click.argument("name")
@transaction
def remove_factors(name: str) -> None:
    """Remove the authenticator app and the recovery codes of the user NAME, who has lost both."""
    user = service.named(db.session(), name)
    totp.remove(db.session(), user.id, COMMAND_LINE)
    click.echo(f"{user.username} signs in by password alone")
