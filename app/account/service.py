"""What one does with one's own account: change it, prove that it is one's own, look after its sessions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import devices, recent_auth, sessions, throttle
from app.auth.email import links
from app.auth.models import OneTimeToken, UserSession
from app.auth.oauth import identities
from app.auth.service import check_beside_factors
from app.auth.totp import service as factors
from app.runtime.config import Settings
from app.runtime.errors import Conflict, Forbidden, NotFound
from app.users import audit_trail, passwords
from app.users import service as users
from app.users.audit_trail import Doer
from app.users.models import User
from app.web.paging import Page, Paging, paged


class WrongPassword(Forbidden):
    error = "wrong_password"
    detail = "This is not your password."


class CodeRequired(Forbidden):
    error = "second_factor_required"
    detail = "The password is right. Send it again together with a code of the authenticator app, or a recovery code."


class PasswordTooShort(Conflict):
    """Good enough together with a second factor, and not without."""

    error = "password_too_short"


def change(
    session: Session, own: UserSession, *, name: str | None, email: str | None, given: set[str], now: datetime
) -> None:
    """Change the fields in `given`. Raises Invalid, or ConfirmationRequired for another email."""
    user = own.user
    before = user.email
    if "email" in given and email != before:
        recent_auth.required(own, now)
    users.change(session, user, Doer(user.id, devices.address()), name=name, email=email, given=given)
    if user.email != before:
        _note(session, user, "email_changed")


def prove(session: Session, user: User, password: str | None, now: datetime) -> None:
    """Raises WrongPassword where this is not the user's, and TooManyTries, since this is one more way to guess it.

    Committed: another password may be hashed next, and nothing may be locked meanwhile.
    """
    stored = user.password_hash
    throttle.charge(session, user.username, now)
    with throttle.unless_busy(session, user.username):
        if password is None or not passwords.matches(stored, password):
            raise WrongPassword
    throttle.refund(session, user.username)
    session.commit()


def confirm_again(
    session: Session, settings: Settings, own: UserSession, password: str, code: str | None, now: datetime
) -> None:
    """By all that signing in by password takes. Raises WrongPassword, CodeRequired, CodeRefused, TooManyTries."""
    user = own.user
    prove(session, user, password, now)
    if factors.is_on(session, user.id):
        if not code:
            raise CodeRequired
        throttle.charge(session, user.username, now)
        if not factors.take(session, settings, user.id, code, now):
            raise factors.CodeRefused
        throttle.refund(session, user.username)
    sessions.confirm(session, own, now)


def close(session: Session, own: UserSession, now: datetime) -> None:
    """The person goes, the orders stay. Raises LastStaff."""
    users.close(session, own.user_id, Doer(own.user_id, devices.address()), now)


def change_password(
    session: Session, settings: Settings, own: UserSession, current: str | None, new: str, now: datetime
) -> None:
    """Only the session that asks goes on, a browser's with another cookie.

    Raises Invalid, WrongPassword or TooManyTries; where there is no password yet, ConfirmationRequired.
    """
    user, stored = own.user, own.user.password_hash
    check_beside_factors(session, settings, user, new, "new_password")
    if stored is None:
        recent_auth.required(own, now)
        session.commit()
    else:
        prove(session, user, current, now)
    fresh = passwords.hashed(new)
    # Only while it still is the password: of two changes, or a change and a reset, the second is told so.
    still = sa.update(User).where(User.id == user.id, User.password_hash == stored, User.active)
    if session.execute(still.values(password_hash=fresh)).rowcount == 0:  # type: ignore[attr-defined]
        raise WrongPassword
    check_beside_factors(session, settings, user, new, "new_password")  # the user is held now
    sessions.end_others(session, own)
    sessions.renew(session, own, now, overlap=False)
    session.execute(
        sa.delete(OneTimeToken).where(OneTimeToken.user_id == user.id, OneTimeToken.purpose == links.RESET.name)
    )
    _note(session, user, "password_changed")
    mail.queue(session, "password_changed", {"user": user.id})


def remove_app(
    session: Session, settings: Settings, own: UserSession, password: str | None, by: Doer, now: datetime
) -> None:
    """The authenticator app guards the password no more.

    Raises NoApp, WrongPassword, TooManyTries, PasswordTooShort.
    """
    stored = own.user.password_hash
    if stored is not None:
        prove(session, own.user, password, now)
        if len(password or "") < settings.password_min_length:
            raise PasswordTooShort(f"Choose a password of at least {settings.password_min_length} characters first.")
    factors.remove(session, own.user_id, by)
    if users.held(session, own.user_id).password_hash != stored:  # it was changed just now
        raise WrongPassword


def unlink(session: Session, user: User, provider: str) -> None:
    """Raises NotFound, or LastSignInMethod."""
    identities.unlink(session, user, provider)
    session.refresh(user, ["identities"])


def listed(session: Session, user: User, paging: Paging, now: datetime) -> Page[Any]:
    """Rows of the user's living sessions, the one that was used last first."""
    query = sa.select(*UserSession.__table__.columns).where(UserSession.user_id == user.id, sessions.alive(now))
    return paged(session, query.order_by(UserSession.used_at.desc(), UserSession.id.desc()), paging)


def end_session(session: Session, user: User, public_id: str) -> None:
    """Raises NotFound where the user has no such session."""
    mine = sa.delete(UserSession).where(UserSession.public_id == public_id, UserSession.user_id == user.id)
    if session.execute(mine).rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound
    _note(session, user, "session_ended")


def end_other_sessions(session: Session, own: UserSession) -> int:
    """How many there were."""
    ended = sessions.end_others(session, own)
    if ended:
        _note(session, own.user, "session_ended", count=ended)
    return ended


def _note(session: Session, user: User, action: str, **details: Any) -> None:
    audit_trail.note(session, user.id, action, actor_id=user.id, address=devices.address(), **details)
