"""Accounts come in: registered, and signed in by password."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import devices, sessions, sign_in_methods, throttle
from app.auth.email import addresses, links
from app.auth.models import OneTimeToken
from app.auth.totp import service as factors
from app.runtime.config import Settings
from app.runtime.errors import Unauthorized
from app.users import passwords
from app.users import service as users
from app.users.audit_trail import Doer, note
from app.users.models import User
from app.users.policy import MAX_LENGTH, check_policy


class InvalidCredentials(Unauthorized):
    error = "invalid_credentials"
    detail = "The username or the password is wrong."


def register(session: Session, settings: Settings, username: str, email: str, password: str) -> User:
    """A new customer, whose address gets a mail to verify it by. Raises Invalid or UsernameTaken."""
    check_policy(settings, password, username, email)
    session.commit()  # hashing takes a while, and nothing may be locked meanwhile
    user = users.add(session, username, email, passwords.hashed(password))
    addresses.ask_in_time(session, user, Doer(None, devices.address()))
    return user


def by_password(
    session: Session, settings: Settings, username: str, password: str, code: str | None, now: datetime
) -> User:
    """The active user whose password this is, and whose second factor `code`, where they have one.

    `username` may be a verified email too; tries count for the account, whichever of its names they are made with.
    Raises TooManyTries, InvalidCredentials alike for every reason, SecondFactorRequired, InvalidCode.
    """
    username = users.sign_in_name(session, username)
    throttle.charge(session, username, now)
    user = users.find(session, username)
    stored = user.password_hash if user else None
    session.commit()
    with throttle.unless_busy(session, username):
        right = len(passwords.normalised(password)) <= MAX_LENGTH and passwords.matches(stored, password)
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


def reset_password(session: Session, settings: Settings, token: str, password: str, now: datetime) -> None:
    """Set a password by a link's token; whoever was signed in as this user no longer is.

    A link that was mailed shows that the address is this person's. Where it was not verified in a session of the
    account, another person may have registered with it ahead of its owner: what else signed in to it is removed, but
    for the second factor, which a mailbox alone is no way around. Raises InvalidLink, and Invalid, which leaves the
    link as good as it was.
    """
    guest = links.whose(session, links.RESET, token, now)
    if guest is None:
        raise links.InvalidLink
    check_beside_factors(session, settings, guest, password)
    session.commit()
    stored = passwords.hashed(password)
    user, mailed_to = links.spend(session, links.RESET, token, now)
    check_beside_factors(session, settings, user, password)  # nobody else changes the user now
    is_new_owner = mailed_to is not None and not user.verified_in_session
    if is_new_owner:
        sign_in_methods.remove_all(session, user.id, but_second_factor=True)
        user.verified_in_session = True
        note(session, user.id, "sign_in_methods_removed", actor_id=None, address=devices.address())
    user.password_hash = stored
    sessions.end_all(session, user)
    session.execute(sa.delete(OneTimeToken).where(OneTimeToken.user_id == user.id))
    note(session, user.id, "password_reset", actor_id=None, address=devices.address())
    mail.queue(session, "password_changed", {"user": user.id, "removed": is_new_owner})


def check_beside_factors(
    session: Session, settings: Settings, user: User, password: str, field: str = "password"
) -> None:
    """Whether `user` may have this password: beside an authenticator app it may be shorter. Raises Invalid.

    To be asked once more where the user is held, since the app may go while a password is hashed.
    """
    has_second_factor = factors.is_on(session, user.id)
    check_policy(settings, password, user.username, user.email, has_second_factor=has_second_factor, field=field)


def forget(user: User, session: Session) -> None:
    sign_in_methods.remove_all(session, user.id)
