"""What signs a user in: a password, an account at a provider, a passkey. The last one of an account stays.

SIGN_IN_METHODS in app/__init__.py lists the methods. Each says for itself what it has of a user.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.auth import second_factor
from app.auth.models import KnownDevice, OneTimeToken, UserSession
from app.runtime.errors import Conflict
from app.users import service as users
from app.users.models import User

Condition = Callable[[int], sa.ColumnElement[bool]]
"""A condition in SQL about the user with this id, so that all methods are asked in one query."""


class ConfirmationMethod(NamedTuple):
    """`provider` is the name of the provider for that kind."""

    kind: Literal[
        "password",
        "provider",
        "passkey",  # feature: passkeys
    ]
    provider: str | None = None


@dataclass(frozen=True)
class SignInMethod:
    is_set_up: Condition
    can_sign_in: Condition
    """Whether the user has one that works. An identity at a provider that the settings no longer name does not."""
    listed: Callable[[Session, User], list[str]]
    """What a new password leaves in place, in words for the mail about that password."""
    confirms: Callable[[Session, User], list[ConfirmationMethod]]
    """How the user can confirm by it who they are."""
    remove_all: Callable[[Session, int], None]
    """Removes all that the user with this id has of it."""


class LastSignInMethod(Conflict):
    error = "last_sign_in_method"
    detail = "Without this you could not sign in any more. Set a password or link another account first."


def has_any(session: Session, user_id: int) -> bool:
    """Whether the user has a sign-in method, working or not."""
    return session.scalar(sa.select(sa.or_(*(each.is_set_up(user_id) for each in _methods())))) or False


def listed(session: Session, user: User) -> list[str]:
    """The methods that a new password leaves in place, in words."""
    return [line for each in _methods() for line in each.listed(session, user)]


def confirming(session: Session, user: User) -> list[ConfirmationMethod]:
    """How the user can confirm who they are."""
    return [method for each in _methods() for method in each.confirms(session, user)]


@contextmanager
def removing(session: Session, user_id: int) -> Iterator[None]:
    """Remove a method within this context. Raises LastSignInMethod where none is left, which undoes the removal.

    It locks the account until the transaction ends: of two removals at once the second sees the first.
    """
    users.lock(session, user_id)
    yield
    session.flush()
    if not session.scalar(sa.select(sa.or_(*(each.can_sign_in(user_id) for each in _methods())))):
        raise LastSignInMethod


def remove_all(session: Session, user_id: int, *, but_second_factor: bool = False) -> None:
    """Nothing that signed in to this account does so any more: it is closed, or handed over to its owner."""
    for model in (UserSession, OneTimeToken, KnownDevice):
        session.execute(sa.delete(model).where(model.user_id == user_id))
    if not but_second_factor:
        second_factor.remove_all(session, user_id)
    for method in _methods():
        method.remove_all(session, user_id)


def forget(user: User, session: Session) -> None:
    """Listens to `users.signals.leaving`."""
    remove_all(session, user.id)


def _methods() -> tuple[SignInMethod, ...]:
    methods: tuple[SignInMethod, ...] = current_app.extensions["sign_in_methods"]
    return methods


def init_app(app: Flask, methods: tuple[SignInMethod, ...]) -> None:
    app.extensions["sign_in_methods"] = methods
