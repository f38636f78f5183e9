"""Accounts come in: registered, and signed in by password."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import factors, secrets, sessions, throttle
from app.auth.models import KnownDevice, OneTimeToken, Passkey, RecoveryCode, Totp, UserSession
from app.config import Settings
from app.errors import Invalid, Unauthorized
from app.users import passwords
from app.users import service as users
from app.users.models import User
from app.users.policy import MAX_LENGTH, check_policy

RESET = "password_reset"
RESET_WITHIN = timedelta(hours=1)


class InvalidCredentials(Unauthorized):
    error = "invalid_credentials"
    detail = "The username or the password is wrong."


class InvalidLink(Invalid):
    error = "invalid_token"
    detail = "This link is not valid, or no longer. Ask for another."


def register(session: Session, settings: Settings, username: str, email: str, password: str) -> User:
    """A new customer. Raises Invalid or UsernameTaken."""
    check_policy(settings, password, username, email)
    session.commit()  # hashing takes a while, and nothing may be locked meanwhile
    return users.add(session, username, email, passwords.hashed(password))


def by_password(
    session: Session, settings: Settings, username: str, password: str, code: str | None, now: datetime
) -> User:
    """The active user whose password this is, and whose second factor `code`, where they have one.

    Raises TooManyTries, InvalidCredentials alike for every reason, SecondFactorRequired, InvalidCode.
    """
    throttle.charge(session, username, now)
    user = users.find(session, username)
    stored = user.password_hash if user else None
    session.commit()
    right = len(password) <= MAX_LENGTH and passwords.matches(stored, password)
    if user is None or stored is None or not right or not user.active:
        raise InvalidCredentials
    fresh = passwords.hashed(password) if passwords.outdated(stored) else stored
    try:
        factors.check(session, settings, user.id, code, now)
    except factors.SecondFactorRequired:
        throttle.refund(session, username)  # right so far, and nothing was guessed
        session.commit()
        raise
    # Only while it still is the password: a reset meanwhile has ended every session, and this may not begin another.
    still = sa.update(User).where(User.id == user.id, User.password_hash == stored, User.active)
    if session.execute(still.values(password_hash=fresh)).rowcount == 0:  # type: ignore[attr-defined]
        raise InvalidCredentials
    throttle.refund(session, username)
    return user


def reset_link(session: Session, settings: Settings, user: User, now: datetime) -> str:
    """An address at which the user sets a new password, once and within an hour."""
    token = secrets.mint()
    session.execute(sa.delete(OneTimeToken).where(OneTimeToken.expires_at < now))
    session.add(
        OneTimeToken(token_hash=secrets.digest(token), purpose=RESET, user_id=user.id, expires_at=now + RESET_WITHIN)
    )
    return f"{settings.public_url}/reset-password?token={token}"


def reset_password(session: Session, settings: Settings, token: str, password: str, now: datetime) -> None:
    """Set a password by a link's token; whoever was signed in as this user no longer is. Raises InvalidLink."""
    check_policy(settings, password)
    session.commit()
    stored = passwords.hashed(password)
    spent = (
        sa.delete(OneTimeToken)
        .where(
            OneTimeToken.token_hash == secrets.digest(token),
            OneTimeToken.purpose == RESET,
            OneTimeToken.expires_at > now,
        )
        .returning(OneTimeToken.user_id)
    )
    user_id = session.scalar(spent)
    user = session.get(User, user_id) if user_id else None
    if user is None or not user.active:
        raise InvalidLink
    user.password_hash = stored
    sessions.end_all(session, user)
    session.execute(sa.delete(OneTimeToken).where(OneTimeToken.user_id == user.id))


def _forget(user: User, session: Session) -> None:
    for kept in (UserSession, OneTimeToken, KnownDevice, Totp, RecoveryCode, Passkey):
        session.execute(sa.delete(kept).where(kept.user_id == user.id))


users.leaving.connect(_forget)
