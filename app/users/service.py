"""Finding and changing accounts."""

import re

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.users.models import User, key

KEY_LENGTH = 128
"""As the column holds: normalised, one character of a username may become as many as 18."""

USERNAME = re.compile(r"[^\W_][\w.\-]{0,63}")
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


class UsernameTaken(Conflict):
    error = "username_taken"
    detail = "Somebody has this username already."


class NoSuchUser(click.ClickException):
    """One line for the command line."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no user {name!r}: names are listed by who registered or signed in")


def find(session: Session, username: str) -> User | None:
    return session.scalar(sa.select(User).where(User.username_key == key(username)))


def named(session: Session, username: str) -> User:
    """The user that somebody at the command line means. Raises NoSuchUser."""
    if (user := find(session, username)) is None:
        raise NoSuchUser(username)
    return user


def add(session: Session, username: str, email: str | None, password_hash: str | None) -> User:
    """A new account. Raises Invalid or UsernameTaken, the latter also where two register at once."""
    if not USERNAME.fullmatch(username) or len(key(username)) > KEY_LENGTH:
        raise Invalid.field("username", "Use letters, digits, dots, dashes and underscores, at most 64 of them.")
    user = User(username=username, email=checked_email(email), password_hash=password_hash)
    try:
        with session.begin_nested():
            session.add(user)
    except sa.exc.IntegrityError as error:
        raise UsernameTaken from error
    return user


def checked_email(email: str | None) -> str | None:
    if email is not None and not EMAIL.fullmatch(email):
        raise Invalid.field("email", "This is no email address.")
    return email


def free_username(session: Session, wished: str) -> str:
    """`wished`, cut to what a username may be, with a number behind it where somebody has it."""
    stem = re.sub(r"[^\w.\-]", "", wished).lstrip("_.-")[:48]
    if not stem or len(key(stem)) > KEY_LENGTH // 2:
        stem = "user"
    pattern = key(stem).replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%") + "%"
    taken = set(session.scalars(sa.select(User.username_key).where(User.username_key.like(pattern, escape="\\"))))
    number, name = 1, stem
    while key(name) in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def change(session: Session, user: User, *, name: str | None, email: str | None, given: set[str]) -> None:
    """Change the fields in `given`. A new address is not verified."""
    if "name" in given:
        user.name = name
    if "email" in given and email != user.email:
        user.email = checked_email(email)
        user.verified_email = None
    session.flush()
