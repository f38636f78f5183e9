"""Sessions of browsers: made, found by the cookie, ended."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session, contains_eager
from werkzeug.wrappers import Response

from app.auth import secrets
from app.auth.models import UserSession
from app.config import settings
from app.users import service as users
from app.users.models import User

LASTS = timedelta(days=30)
IDLE = timedelta(days=7)
TOUCH = timedelta(hours=1)
"""How stale `used_at` may grow: not every request is worth a write."""


def begin(session: Session, user: User, now: datetime, token: str | None = None) -> UserSession:
    """A new session of `user`; with `token` one of a browser that holds it as its cookie."""
    session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id, UserSession.expires_at < now))
    begun = UserSession(
        user_id=user.id,
        token_hash=token and secrets.digest(token),
        created_at=now,
        used_at=now,
        confirmed_at=now,
        expires_at=now + LASTS,
    )
    session.add(begun)
    session.flush()
    return begun


def find(session: Session, condition: sa.ColumnElement[bool], now: datetime) -> UserSession | None:
    """The living session with an active user, in one query."""
    query = sa.select(UserSession).join(UserSession.user).options(contains_eager(UserSession.user))
    alive = (UserSession.expires_at > now) & (UserSession.used_at > now - IDLE) & User.active
    return session.scalar(query.where(condition, alive))


def end(session: Session, ended: UserSession) -> None:
    session.execute(sa.delete(UserSession).where(UserSession.id == ended.id))


def end_all(session: Session, user: User) -> None:
    """Browsers and API clients alike."""
    session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id))


def cookie_name() -> str:
    return "__Host-kiosk" if settings().https else "kiosk"


def cookie() -> str | None:
    return request.cookies.get(cookie_name())


def set_cookie(response: Response, token: str) -> None:
    lasts = int(LASTS.total_seconds())
    response.set_cookie(cookie_name(), token, max_age=lasts, secure=settings().https, httponly=True, samesite="Lax")


def drop_cookie(response: Response) -> None:
    response.delete_cookie(cookie_name(), secure=settings().https, httponly=True, samesite="Lax")


def rotate(session: Session, user: User, now: datetime) -> str:
    """Sign a browser in: whatever it was signed in as before ends. Gives the new cookie's value."""
    if (old := cookie()) is not None:
        session.execute(sa.delete(UserSession).where(UserSession.token_hash == secrets.digest(old)))
    token = secrets.mint()
    begin(session, user, now, token)
    return token


def _renew(user: User, session: Session) -> None:
    """Every browser of theirs gets a new cookie at its next request."""
    session.execute(sa.update(UserSession).where(UserSession.user_id == user.id).values(must_rotate=True))


def _lock_out(user: User, session: Session) -> None:
    end_all(session, user)


users.role_changed.connect(_renew)
users.locked_out.connect(_lock_out)
