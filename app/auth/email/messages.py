"""The mails about an account: to whom they go, and what is put in.

News of an account goes to its verified address alone: another may be a stranger's.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.email import links
from app.auth.oauth.providers import providers
from app.auth.passkeys import service as passkeys
from app.mail.delivery import Writer
from app.mail.message import Letter
from app.mail.models import Outgoing
from app.mail.outbox import Kind
from app.runtime import email_address
from app.runtime.config import settings
from app.runtime.db import now
from app.users.models import User

NEWS: tuple[Kind, ...] = (
    "codes_guessed",
    "identity_linked",
    "new_sign_in",
    "passkey_added",
    "passkey_removed",
    "password_changed",
    "totp_added",
    "totp_removed",
)
"""`{"user": its id}`, and for `new_sign_in` a `device` and an `address` in words.

For passkeys a `name`, for identities the provider's; for these and for a new password `removed`: whether all that
signed in before no longer does.
"""


def verify_email(session: Session, mail: Outgoing) -> Letter | None:
    """`{"user": its id, "email": the address}`. Needless once it is verified, or another one."""
    user, email = session.get(User, mail.payload["user"], populate_existing=True), mail.payload["email"]
    if user is None or not user.active or user.email != email or user.email_verified:
        return None
    owner = session.scalar(sa.select(User).where(User.verified_email == email_address.key(email)))
    if owner is not None:
        return Letter(email, "email_in_use", {"owner": owner.username})
    link = links.mint(session, settings(), links.VERIFY, user, now(), email=email, again=mail.tries > 1)
    return Letter(email, "verify_email", {"link": link})


def reset_password(session: Session, mail: Outgoing) -> Letter | None:
    """`{"email": what somebody typed in}`: an account that has it verified gets a link, and nobody else anything."""
    whose = sa.select(User).where(User.verified_email == email_address.key(mail.payload["email"]), User.active)
    user = session.scalar(whose.execution_options(populate_existing=True))
    if user is None or user.email is None or not user.email_verified:
        return None
    link = links.mint(session, settings(), links.RESET, user, now(), email=user.email, again=mail.tries > 1)
    return Letter(user.email, "reset_password", {"username": user.username, "link": link})


def invitation(session: Session, mail: Outgoing) -> Letter | None:
    """`{"user": its id}`: to an address that nobody has verified, since staff want it to be told of the account.

    Only while nobody has made the account theirs: else a slip of staff's would give it to a stranger.
    """
    user = session.get(User, mail.payload["user"], populate_existing=True)
    if user is None or user.email is None or not user.active:
        return None
    if user.password_hash is not None or user.identities or passkeys.of(session, user.id):
        return None
    link = links.mint(session, settings(), links.INVITE, user, now(), again=mail.tries > 1)
    return Letter(user.email, "invitation", {"username": user.username, "link": link})


def news(kind: Kind) -> Writer:
    def write(session: Session, mail: Outgoing) -> Letter | None:
        user = session.get(User, mail.payload["user"], populate_existing=True)
        if user is None or user.email is None or not user.email_verified or not user.active:
            return None
        more: dict[str, Any] = {"device": None, "address": None, "name": None, "ways": [], "removed": False}
        if kind == "password_changed":
            more["ways"] = _other_ways(session, user)
        return Letter(user.email, kind, {**more, **mail.payload, **_told(user, mail)})

    return write


def _other_ways(session: Session, user: User) -> list[str]:
    """A new password closes none of these, and whoever had the account for a while may have left one behind."""
    return [
        *(f'passkey "{each.name}", of {each.created_at:%Y-%m-%d}' for each in passkeys.of(session, user.id)),
        *(
            f"account at {each.provider}, linked {each.created_at:%Y-%m-%d}"
            for each in user.identities
            if each.provider in providers()
        ),
    ]


def to_old_address(kind: Kind) -> Writer:
    """`{"email": the address, "username": whose it was}`: neither is found in the account any more."""

    def write(_: Session, mail: Outgoing) -> Letter:
        return Letter(mail.payload["email"], kind, {**mail.payload, "at": _moment(mail)})

    return write


def _told(user: User, mail: Outgoing) -> dict[str, Any]:
    return {"username": user.username, "at": _moment(mail)}


def _moment(mail: Outgoing) -> str:
    return f"{mail.created_at:%Y-%m-%d %H:%M} UTC"


WRITERS: Mapping[Kind, Writer] = {
    "verify_email": verify_email,
    "reset_password": reset_password,
    "invitation": invitation,
    **{kind: news(kind) for kind in NEWS},
    "email_changed": to_old_address("email_changed"),
    "account_closed": to_old_address("account_closed"),
}
