"""Finding and changing accounts."""

import secrets
from datetime import datetime

import click
import sqlalchemy as sa
from blinker import signal
from sqlalchemy.orm import Session

from app import mail
from app.runtime import email_address, text
from app.runtime.errors import Conflict, Invalid, NotFound
from app.users import audit_trail
from app.users.audit_trail import Doer
from app.users.models import Role, User, key

LONGEST_NAME = 64
PUNCTUATION = ".-_"

KEY_LENGTH = 128
"""As the column holds: normalised, one character of a username may become as many as 18."""

address_given = signal("user-address-given")
"""Sent with a user who has another email now, and `by` whom; whoever can have it verified does, in the transaction."""

role_changed = signal("user-role-changed")
"""Sent with a user who may now do more or less; whoever keeps sessions renews theirs, in the same transaction."""

locked_out = signal("user-locked-out")
"""Sent with a user who may stay signed in nowhere; whoever keeps sessions ends theirs, in the same transaction."""

leaving = signal("user-leaving")
"""Sent with a user whose account is closed; whoever keeps something of theirs deletes it, in the same transaction."""


class LastStaff(Conflict):
    error = "last_staff"
    detail = "Nobody would be left to run the shop. Make somebody else staff first."


class UsernameTaken(Conflict):
    error = "username_taken"
    detail = "Somebody has this username already."


class NoSuchUser(click.ClickException):
    """One line for the command line."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no user {name!r}: names are listed by who registered or signed in")


def find(session: Session, username: str) -> User | None:
    return session.scalar(sa.select(User).where(User.username_key == key(username)))


def sign_in_name(session: Session, typed: str) -> str:
    """The username that somebody means who signs in: by it, or by an email that is verified. Itself where it is
    neither, so that what is nobody's is treated alike.
    """
    if "@" not in typed:  # which no username has
        return typed.strip(text.SPACES)
    address = email_address.key(typed)
    return session.scalar(sa.select(User.username).where(User.verified_email == address)) or address


def named(session: Session, username: str) -> User:
    """The user that somebody at the command line means. Raises NoSuchUser."""
    if (user := find(session, username)) is None:
        raise NoSuchUser(username)
    return user


def add(session: Session, username: str, email: str | None, password_hash: str | None) -> User:
    """A new account. Raises Invalid or UsernameTaken, the latter also where two register at once."""
    username = username.strip(text.SPACES)
    if not is_username(username):
        raise Invalid.field("username", "Use letters, digits, dots, dashes and underscores, at most 64 of them.")
    user = User(username=username, email=checked_email(email), password_hash=password_hash)
    try:
        with session.begin_nested():
            session.add(user)
    except sa.exc.IntegrityError as error:
        raise UsernameTaken from error
    return user


def is_username(name: str) -> bool:
    """Letters and digits of any script, with their marks; within it dots, dashes and underscores too."""
    return (
        0 < len(name) <= LONGEST_NAME
        and len(key(name)) <= KEY_LENGTH
        and text.is_word(name[0])
        and not text.is_mark(name[0])
        and all(text.is_word(each) or each in PUNCTUATION for each in name)
    )


def checked_name(name: str | None) -> str | None:
    """Raises Invalid for what would turn the text around it, or shows nothing."""
    if name is not None and not text.is_line(name):
        raise Invalid.field("name", "This holds nothing to be seen, or characters that are not allowed here.")
    return name


def checked_email(email: str | None) -> str | None:
    """As it is kept: without spaces around it. Raises Invalid for what no mail can be sent to."""
    try:
        return None if email is None else email_address.checked(email)
    except email_address.NoMailbox as error:
        raise Invalid.field("email", "This is no email address that a mail can be sent to.") from error


def free_username(session: Session, wished: str, spread: int = 1) -> str:
    """`wished`, cut to what a username may be, with a number behind it where somebody has it.

    Several who ask at once get the same one. With `spread` the number is any of so many, and it is most likely another.
    """
    stem = "".join(each for each in wished if text.is_word(each) or each in PUNCTUATION)
    while stem and (stem[0] in PUNCTUATION or text.is_mark(stem[0])):
        stem = stem[1:]
    stem = stem[:48]
    if not stem or len(key(stem)) > KEY_LENGTH // 2:
        stem = "user"
    pattern = key(stem).replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%") + "%"
    taken = set(session.scalars(sa.select(User.username_key).where(User.username_key.like(pattern, escape="\\"))))
    number = 1 + secrets.randbelow(spread)
    name = stem if number == 1 else f"{stem}-{number}"
    while key(name) in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def change(session: Session, user: User, by: Doer, *, name: str | None, email: str | None, given: set[str]) -> None:
    """Change the fields in `given`. A new address is not verified, and the one before is told. Raises Invalid."""
    if "name" in given:
        user.name = checked_name(name)
    if "email" in given and (email := checked_email(email)) != user.email:
        before, was_verified = user.email, user.email_verified
        user.email, user.verified_email, user.verified_in_session = email, None, False
        session.flush()
        address_given.send(user, session=session, by=by)
        if was_verified:  # else it may be a stranger's, whom this is none of the business of
            old = {"email": before, "username": user.username}
            mail.queue(session, "email_changed", old)
    session.flush()


def held(session: Session, user_id: int) -> User:
    """The user, whom nobody else changes until the transaction is over. Raises NotFound, for closed accounts too."""
    asked = sa.select(User).where(User.id == user_id, User.closed_at.is_(None))
    user = session.scalar(asked.with_for_update(key_share=True).execution_options(populate_existing=True))
    if user is None:
        raise NotFound
    return user


def keep_staff(session: Session, user_id: int) -> None:
    """Raises LastStaff where nobody but this user runs the shop. To be asked before anything else is held.

    Holds everybody who does until the transaction is over: of two who go at once the second is the last one left.
    """
    running = sa.select(User.id).where(User.role == "staff", User.active).order_by(User.id)
    # Not their keys, which whatever refers to them holds while it is written: else two could wait for each other.
    if list(session.scalars(running.with_for_update(key_share=True))) == [user_id]:
        raise LastStaff


def set_role(session: Session, user_id: int, role: Role, by: Doer) -> User:
    """Raises LastStaff, NotFound."""
    if role != "staff":
        keep_staff(session, user_id)
    user = held(session, user_id)
    if user.role != role:
        by.note(session, user.id, "role_changed", before=user.role, after=role)
        user.role = role
        session.flush()
        role_changed.send(user, session=session)
    return user


def set_active(session: Session, user_id: int, by: Doer, *, active: bool) -> User:
    """Whoever is not active is signed in nowhere, and cannot sign in. Raises LastStaff, NotFound."""
    if not active:
        keep_staff(session, user_id)
    user = held(session, user_id)
    if user.active != active:
        by.note(session, user.id, "activated" if active else "deactivated")
        user.active = active
        session.flush()  # first, so that no sign-in by password on its way leaves a session behind
        # Also of somebody who may come back: at a provider or by a passkey a sign-in was on its way, and stayed.
        locked_out.send(user, session=session)
    return user


def close(session: Session, user_id: int, by: Doer, now: datetime) -> None:
    """The person goes; the row stays, without anything that tells who it was, since orders hang on it.

    Raises LastStaff, NotFound.
    """
    keep_staff(session, user_id)
    user = held(session, user_id)
    by.note(session, user.id, "account_closed")
    mail.recall(session, user.id, now)
    if user.email_verified:
        last = {"email": user.email, "username": user.username}
        mail.queue(session, "account_closed", last)
    user.active, user.role, user.closed_at = False, "customer", now
    session.flush()  # as above
    leaving.send(user, session=session)
    session.expire(user, ["identities", "password_hash"])
    user.username = f"closed:{user.id}"  # which nobody can have registered
    user.email = user.verified_email = user.name = user.avatar_url = user.password_hash = None
    user.verified_in_session = False
    audit_trail.forget(session, user.id)
