"""Email addresses: a link in a mail verifies one. A mail to a verified one lets its user set a new password."""

from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth.email import links
from app.auth.models import UserSession
from app.runtime import email_address
from app.runtime.config import Settings, settings
from app.runtime.db import affected
from app.runtime.errors import Conflict
from app.users import service as users
from app.users.audit_trail import Actor
from app.users.models import User
from app.web.client_address import network
from app.web.limits import TooManyRequests

AN_HOUR = 5
"""The most mails of one kind that one address gets in an hour, however many clients ask: no mailbox is flooded."""

ONE_USER = mail.Cause("user", 10, 5)
SITE = 48
"""The prefix of the IPv6 networks that one site has: 65,536 networks, which together cause four times what one may."""


class EmailInUse(Conflict):
    """Only a client that has the link from the mail to this address gets to see this."""

    error = "email_in_use"
    detail = "Another account has this email address. Sign in to that one, or give this account another address."


def ask(session: Session, settings: Settings, user: User, actor: Actor) -> None:
    """Queue a mail with a link to the user's address, where that is not verified yet.

    The mail waits for its turn where the user, or a client that registers, has caused many. A mail that staff cause
    does not wait. Raises TooManyRequests where it would wait for too long.
    """
    if user.email is not None and not user.email_verified:
        payload = {"user": user.id, "email": user.email}
        is_by_staff = actor.user_id not in (None, user.id)
        causes = [] if is_by_staff else _causes(settings, actor)
        mail.queue_sparingly(session, "verify_email", user.email, payload, at_most=AN_HOUR, causes=causes)


def _causes(settings: Settings, actor: Actor) -> list[mail.Cause]:
    """What the mail is counted for: the network of the client, its site, and the user who is signed in."""
    many, address = settings.mails_an_hour, actor.address
    causes = [mail.Cause(network(address) if address else "nowhere", many, max(1, many // 3))]
    if address and ":" in address:
        causes.append(mail.Cause(network(address, SITE), many * 4, max(1, many * 4 // 3)))
    if actor.user_id is not None:
        causes.append(ONE_USER._replace(name=f"user {actor.user_id}"))
    return causes


def on_address_given(user: User, session: Session, actor: Actor) -> None:
    """Ask the user to verify a new address. Listens to `users.signals.address_given`.

    Links that went to the address before set no password any more: that address may never have been the user's.
    """
    links.end(session, user.id, links.RESET.purpose)
    with suppress(TooManyRequests):  # the change itself does not fail where it is too soon for another mail
        ask(session, settings(), user, actor)


def verify(session: Session, token: str, own: UserSession | None, actor: Actor, now: datetime) -> None:
    """A person who reads the mails of the address has pressed the button behind the link in one of them.

    Only in a session of the same account (`own`) does that also prove that the account is theirs: another person may
    have registered with their address. Raises InvalidLink, also where the account has another address by now, and
    EmailInUse.
    """
    user, email = links.spend(session, links.VERIFICATION.purpose, token, now)
    unchanged = sa.update(User).where(User.id == user.id, User.email == email, User.active)
    values = {
        "verified_email": email_address.key(email or ""),
        "verified_in_session": own is not None and own.user_id == user.id,
    }
    try:
        with session.begin_nested():
            verified = affected(session, unchanged.values(values))
    except sa.exc.IntegrityError as error:
        raise EmailInUse from error
    if not verified:
        raise links.InvalidLink
    links.end(session, user.id, links.VERIFICATION.purpose)
    actor.note(session, user.id, "email_verified")


def forgot(session: Session, settings: Settings, email: str, actor: Actor) -> None:
    """Queue a mail with a link to the address. Raises Invalid, TooManyRequests.

    Whether an account has the address verified is looked up when the mail is written, so that this request takes the
    same time in either case.
    """
    email = users.checked_email(email) or ""
    causes = _causes(settings, actor)
    mail.queue_sparingly(session, "reset_password", email, {"email": email}, at_most=AN_HOUR, causes=causes)
