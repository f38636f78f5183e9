"""`kiosk staff` and `kiosk users`: what an operator does to accounts from the command line."""

import click
from flask.cli import AppGroup

from app.auth import second_factor
from app.auth.email import links
from app.commands.transaction import transaction
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.users import service
from app.users.audit_trail import COMMAND_LINE
from app.users.models import Role

staff = AppGroup("staff", help="Who runs the shop.")
users = AppGroup("users", help="Accounts.")


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
    user = service.set_role(db.session(), service.named(db.session(), name).id, role, COMMAND_LINE)
    click.echo(f"{user.username} is {role}")


@users.command("reset-link")
@click.argument("name")
@transaction
def reset_link(name: str) -> None:
    """Print a link at which the user NAME sets a new password, once and within an hour.

    Codes of their authenticator app are accepted again, where too many wrong ones had ended that.
    """
    user = service.named(db.session(), name)
    COMMAND_LINE.note(db.session(), user.id, "reset_link_made")
    second_factor.accept_again(db.session(), user.id)
    click.echo(links.generate(db.session(), settings(), links.RESET, user, utcnow()))
