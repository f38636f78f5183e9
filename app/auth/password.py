"""A user's password: checked at a sign-in, proved by a user who is signed in, and held against the policy."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import second_factor, throttle
from app.auth.sign_in_methods import ConfirmationMethod, SignInMethod
from app.runtime.config import Settings
from app.runtime.db import affected
from app.runtime.errors import Forbidden
from app.users import passwords
from app.users.models import User
from app.users.policy import check_policy, shop_name


class WrongPassword(Forbidden):
    error = "wrong_password"
    detail = "This is not your password."


def prove(session: Session, user: User, password: str | None, now: datetime) -> None:
    """Raises WrongPassword, or TooManyTries: tries count as those at a sign-in do.

    Commits: another password may be hashed next, and nothing may be locked meanwhile.
    """
    stored = user.password_hash
    throttle.charge(session, user.username, now)
    with throttle.unless_busy(session, user.username):
        if password is None or not passwords.matches(stored, password):
            raise WrongPassword
    throttle.refund(session, user.username)
    session.commit()


def check_new(session: Session, settings: Settings, user: User, password: str, field: str = "password") -> None:
    """Whether `user` may have this password: beside a second factor it may be shorter. Raises Invalid for `field`.

    Call it again once the user is locked: the second factor may be removed while a password is hashed.
    """
    has_second_factor = second_factor.is_on(session, user.id)
    names = (user.username, user.email, shop_name())
    check_policy(settings, password, *names, has_second_factor=has_second_factor, field=field)


def replace(session: Session, user: User, stored: str | None, fresh: str) -> bool:
    """Set the password's hash to `fresh` while it is `stored` and the user is active. Whether it was."""
    unchanged = sa.update(User).where(User.id == user.id, User.password_hash == stored, User.active)
    return affected(session, unchanged.values(password_hash=fresh)) > 0


def _is_set_up(user_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(User.id == user_id, User.password_hash.is_not(None))


def _confirms(_: Session, user: User) -> list[ConfirmationMethod]:
    return [ConfirmationMethod("password")] if user.password_hash is not None else []


def _remove(session: Session, user_id: int) -> None:
    session.execute(sa.update(User).where(User.id == user_id).values(password_hash=None))


METHOD = SignInMethod(
    is_set_up=_is_set_up,
    can_sign_in=_is_set_up,
    listed=lambda *_: [],  # the new password takes its place
    confirms=_confirms,
    remove_all=_remove,
)
