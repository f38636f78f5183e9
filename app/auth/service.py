"""Registers users, and checks sign-ins by password."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.auth import password as own_password
from app.auth import second_factor, sign_in_methods, throttle
from app.auth.models import UserSession
from app.auth.schemas import Confirmation
from app.runtime.config import Settings
from app.runtime.errors import Unauthorized
from app.runtime.languages import Language
from app.users import passwords
from app.users import service as users
from app.users import signals as user_signals
from app.users.audit_trail import Actor
from app.users.models import User
from app.users.policy import MAX_LENGTH
from app.web.api import CONFIRMED_WITHIN


class InvalidCredentials(Unauthorized):
    error = "invalid_credentials"
    detail = "The username or the password is wrong."


def register(
    session: Session,
    settings: Settings,
    username: str,
    email: str,
    password: str,
    actor: Actor,
    language: Language | None = None,
) -> User:
    """A new customer. A mail to their address asks to verify it. Raises Invalid or UsernameTaken."""
    users.check(settings, username=username, email=email, password=password)
    session.commit()  # hashing takes a while, and nothing may be locked meanwhile
    user = users.add(session, username, email, passwords.hashed(password), language)
    user_signals.address_given.send(user, session=session, actor=actor)
    return user


def by_password(
    session: Session, settings: Settings, username: str, password: str, code: str | None, now: datetime
) -> User:
    """The active user with this password, and with the second factor `code` where the account has one.

    `username` may be a verified email too. Tries count for the account, by whichever of its names. Raises TooManyTries,
    InvalidCredentials (the same for every reason), SecondFactorRequired, InvalidCode.
    """
    username = users.sign_in_name(session, username)
    throttle.charge(session, username, now)
    user = users.find(session, username)
    stored = user.password_hash if user else None
    session.commit()
    with throttle.unless_busy(session, username):
        is_right = len(passwords.normalised(password)) <= MAX_LENGTH and passwords.matches(stored, password)
        if user is None or stored is None or not is_right or not user.active:
            raise InvalidCredentials
        fresh = passwords.hashed(password) if passwords.outdated(stored) else stored
    try:
        second_factor.check(session, settings, user.id, code, now)
    except second_factor.SecondFactorRequired:
        throttle.refund(session, username)  # the password was right: this was no guess
        session.commit()
        raise
    # A reset meanwhile has ended every session. This sign-in may not begin another one by the old password.
    if not own_password.replace(session, user, stored, fresh):
        raise InvalidCredentials
    throttle.refund(session, username)
    return user


def confirmation(session: Session, own: UserSession) -> Confirmation:
    """Until when the user's last proof is good, and how they can give another one."""
    at = own.confirmed_at
    return Confirmation.of(at and at + CONFIRMED_WITHIN, sign_in_methods.confirming(session, own.user))
