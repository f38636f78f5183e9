"""What the mails about an account hold, and to which address they go.

`app/__init__.py` names the renderer of each kind of mail. News of an account goes to its verified address alone:
another address may be a stranger's.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import devices, sign_in_methods
from app.auth.email import links
from app.mail import moments
from app.mail.message import Message
from app.mail.models import Outgoing
from app.runtime import email_address, languages
from app.runtime.config import settings
from app.runtime.db import utcnow
from app.runtime.languages import said
from app.users.models import User
from app.users.service import language_of


def verify_email(session: Session, mail: Outgoing) -> Message | None:
    """`{"user": its id, "email": the address}`. None once the address is verified, or the user has another one."""
    user, email = session.get(User, mail.payload["user"], populate_existing=True), mail.payload["email"]
    if user is None or not user.active or user.email != email or user.email_verified:
        return None
    owner = session.scalar(sa.select(User).where(User.verified_email == email_address.key(email)))
    if owner is not None:
        return Message(email, "email_in_use", {"owner": owner.username}, language_of(owner))
    link = links.generate(session, settings(), links.VERIFICATION, user, utcnow(), email=email, again=mail.tries > 1)
    return Message(email, "verify_email", {"link": link}, language_of(user))


def reset_password(session: Session, mail: Outgoing) -> Message | None:
    """`{"email": the address that a client typed in}`. None where no account has it verified."""
    owner = sa.select(User).where(User.verified_email == email_address.key(mail.payload["email"]), User.active)
    user = session.scalar(owner.execution_options(populate_existing=True))
    if user is None or user.email is None or not user.email_verified:
        return None
    link = links.generate(session, settings(), links.RESET, user, utcnow(), email=user.email, again=mail.tries > 1)
    return Message(user.email, "reset_password", {"username": user.username, "link": link}, language_of(user))


def invitation(session: Session, mail: Outgoing) -> Message | None:
    """`{"user": its id}`. It goes to an address that is not verified: staff ask for the account to be announced there.

    None once the user has a sign-in method: the address may be a slip of staff's, and the link a stranger's then.
    """
    user = session.get(User, mail.payload["user"], populate_existing=True)
    if user is None or user.email is None or not user.active or sign_in_methods.has_any(session, user.id):
        return None
    link = links.generate(session, settings(), links.INVITATION, user, utcnow(), again=mail.tries > 1)
    return Message(user.email, "invitation", {"username": user.username, "link": link}, language_of(user))


def news(session: Session, mail: Outgoing) -> Message | None:
    """`{"user": its id}`, and what the template shows: a `device` and an `address` of a sign-in, a `name` of a passkey
    or a provider, and `removed` where all other sign-in methods were removed. None where the address is not verified.
    """
    user = session.get(User, mail.payload["user"], populate_existing=True)
    if user is None or user.email is None or not user.email_verified or not user.active:
        return None
    values: dict[str, Any] = {"device": None, "address": None, "name": None, "removed": False, **mail.payload}
    language = language_of(user)
    values |= {"username": user.username, "at": moments.written(mail.created_at, language, user.time_zone)}
    if values["device"]:
        values["device"] = devices.told(values["device"], language)
    return Message(user.email, mail.kind, values, language)


def password_changed(session: Session, mail: Outgoing) -> Message | None:
    """News that also lists the sign-in methods that a new password leaves in place.

    A person who had the account for a while may have left one behind.
    """
    message = news(session, mail)
    user = session.get(User, mail.payload["user"])
    if message is None or user is None:
        return None
    methods = [said(each, message.language) for each in sign_in_methods.listed(session, user)]
    return message.with_values(methods=methods)


def to_former_address(_: Session, mail: Outgoing) -> Message:
    """`{"email": the address, "username": of the account, "language" and "time_zone": its user's}`.

    The account no longer has them.
    """
    language = languages.known(mail.payload.get("language")) or settings().language
    values = {**mail.payload, "at": moments.written(mail.created_at, language, mail.payload.get("time_zone"))}
    return Message(mail.payload["email"], mail.kind, values, language)
