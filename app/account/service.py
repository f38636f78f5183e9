"""What users do with their own account: change it, confirm who they are, end sessions, close it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import password as own_password
from app.auth import recent_auth, second_factor, sessions, throttle
from app.auth.email import links
from app.auth.models import UserSession
from app.auth.password import WrongPassword
from app.auth.sessions import SignedIn
from app.runtime.config import Settings
from app.runtime.db import affected
from app.runtime.errors import NotFound
from app.users import passwords
from app.users import service as users
from app.users.audit_trail import Actor
from app.users.signed_in import SignedInUser
from app.web.paging import Page, Paging, paged


def change(
    session: Session,
    own: UserSession,
    actor: Actor,
    *,
    name: str | None,
    email: str | None,
    given: set[str],
    now: datetime,
) -> None:
    """Change the fields in `given`. Raises Invalid, or ConfirmationRequired for another email."""
    user = own.user
    before = user.email
    if "email" in given and email != before:
        recent_auth.require(own, now)
    users.change(session, user, actor, name=name, email=email, given=given)
    if user.email != before:
        actor.note(session, user.id, "email_changed")


def confirm(
    session: Session, settings: Settings, own: UserSession, password: str, code: str | None, now: datetime
) -> None:
    """Confirm who the user is by all that a sign-in by password takes.

    Raises WrongPassword, CodeRequired, CodeRefused, TooManyTries.
    """
    user = own.user
    own_password.prove(session, user, password, now)
    if second_factor.is_on(session, user.id):
        if not code:
            raise second_factor.CodeRequired
        throttle.charge(session, user.username, now)
        if not second_factor.accept(session, settings, user.id, code, now):
            raise second_factor.CodeRefused
        throttle.refund(session, user.username)
    sessions.confirm(session, own, now)


def change_password(
    session: Session,
    settings: Settings,
    own: UserSession,
    current: str | None,
    new: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Only the session of this request goes on, a browser's with another cookie.

    Raises Invalid, WrongPassword or TooManyTries; where there is no password yet, ConfirmationRequired.
    """
    user, stored = own.user, own.user.password_hash
    own_password.check_new(session, settings, user, new, "new_password")
    if stored is None:
        recent_auth.require(own, now)
        session.commit()
    else:
        own_password.prove(session, user, current, now)
    fresh = passwords.hashed(new)
    if not own_password.replace(session, user, stored, fresh):  # another change, or a reset, came first
        raise WrongPassword
    own_password.check_new(session, settings, user, new, "new_password")  # the user is locked now
    sessions.end_others(session, user.id, own.id)
    sessions.renew(session, own, now, overlap=False)
    links.end(session, user.id, links.RESET.purpose)
    actor.note(session, user.id, "password_changed")
    mail.queue(session, "password_changed", {"user": user.id})


def listed(session: Session, user: SignedInUser, paging: Paging, now: datetime) -> Page[Any]:
    """Rows of the user's sessions that are alive, the one that was used last first."""
    query = sa.select(*UserSession.__table__.columns).where(UserSession.user_id == user.id, sessions.alive(now))
    return paged(session, query.order_by(UserSession.used_at.desc(), UserSession.id.desc()), paging)


def end_session(session: Session, user: SignedInUser, public_id: str, actor: Actor) -> None:
    """Raises NotFound where the user has no such session."""
    own = sa.delete(UserSession).where(UserSession.public_id == public_id, UserSession.user_id == user.id)
    if not affected(session, own):
        raise NotFound
    actor.note(session, user.id, "session_ended")


def end_other_sessions(session: Session, user: SignedInUser, own: SignedIn, actor: Actor) -> int:
    """How many there were."""
    ended = sessions.end_others(session, user.id, own.id)
    if ended:
        actor.note(session, user.id, "session_ended", count=ended)
    return ended
