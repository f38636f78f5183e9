"""Sessions of browsers: made, found by the cookie, given a new one, ended."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, g, has_request_context, request
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session, contains_eager
from werkzeug.wrappers import Response

from app import mail
from app.auth import devices, opaque_tokens
from app.auth.models import UserSession
from app.runtime.config import settings
from app.users import audit_trail
from app.users.models import User

LASTS = timedelta(days=30)
IDLE = timedelta(days=7)
TOUCH = timedelta(hours=1)
"""How stale `used_at` may grow: not every request is worth a write."""

OVERLAP = timedelta(seconds=20)
"""How long a cookie is good after another took its place: requests may have been under way with it."""


def begin(
    session: Session, user: User, now: datetime, token: str | None = None, since: datetime | None = None
) -> UserSession:
    """A new session of `user`; with `token` one of a browser that holds it as its cookie.

    `since` is when they showed who they are, where that was not just now.
    """
    session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id, UserSession.expires_at < now))
    begun = UserSession(
        user_id=user.id,
        token_hash=token and opaque_tokens.digest(token),
        device=devices.named(),
        address=devices.address(),
        created_at=now,
        used_at=now,
        confirmed_at=min(since or now, now),
        expires_at=now + LASTS,
    )
    session.add(begun)
    session.flush()
    if has_request_context():
        _tell(session, begun, now)
    return begun


def _tell(session: Session, begun: UserSession, now: datetime) -> None:
    user_id, device, address = begun.user_id, begun.device, begun.address
    audit_trail.note(session, user_id, "sign_in", actor_id=user_id, address=address, device=device)
    if devices.is_new(session, begun, now):
        news = {"user": user_id, "device": device, "address": address}
        mail.queue(session, "new_sign_in", news)


def alive(now: datetime) -> sa.ColumnElement[bool]:
    return (UserSession.expires_at > now) & (UserSession.used_at > now - IDLE)


def known_by(token: str, now: datetime) -> sa.ColumnElement[bool]:
    """Which session this cookie's value stands for."""
    digest = opaque_tokens.digest(token)
    before = (UserSession.previous_hash == digest) & (UserSession.rotated_at > now - OVERLAP)
    return (UserSession.token_hash == digest) | before


def find(session: Session, condition: sa.ColumnElement[bool], now: datetime) -> UserSession | None:
    """The living session with an active user, in one query."""
    query = sa.select(UserSession).join(UserSession.user).options(contains_eager(UserSession.user))
    return session.scalar(query.where(condition, alive(now), User.active))


def end(session: Session, ended: UserSession) -> None:
    session.execute(sa.delete(UserSession).where(UserSession.id == ended.id))


def end_all(session: Session, user: User) -> None:
    """Browsers and API clients alike."""
    session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id))


def end_others(session: Session, own: UserSession) -> int:
    """Every other session of the same user. How many there were."""
    others = sa.delete(UserSession).where(UserSession.user_id == own.user_id, UserSession.id != own.id)
    return int(session.execute(others).rowcount)  # type: ignore[attr-defined]


def renew(session: Session, renewed: UserSession, now: datetime, *, overlap: bool) -> None:
    """Another cookie for a browser that stays signed in, sent with the answer to the request at hand.

    Without `overlap` the old one is worth nothing at once. An API client has no cookie, and keeps its tokens.
    """
    old = renewed.token_hash
    if old is None:
        return
    token = opaque_tokens.mint()
    values = {
        "token_hash": opaque_tokens.digest(token),
        "previous_hash": old if overlap else None,
        "rotated_at": now,
        "must_rotate": False,
    }
    # Of two requests that come with one cookie the first gets the new one; the other has the overlap.
    first = sa.update(UserSession).where(UserSession.id == renewed.id, UserSession.token_hash == old).values(**values)
    if session.execute(first).rowcount:  # type: ignore[attr-defined]
        g.renewed_cookie = token


def confirm(session: Session, confirmed: UserSession, now: datetime) -> None:
    """Its user has proved once more to be who they are."""
    confirmed.confirmed_at = now
    session.flush()
    renew(session, confirmed, now, overlap=True)


def cookie_name() -> str:
    return "__Host-kiosk" if settings().https else "kiosk"


def cookie() -> str | None:
    return request.cookies.get(cookie_name())


def set_cookie(response: Response, token: str) -> None:
    g.pop("renewed_cookie", None)
    lasts = int(LASTS.total_seconds())
    response.set_cookie(cookie_name(), token, max_age=lasts, secure=settings().https, httponly=True, samesite="Lax")
    devices.set_cookie(response)


def drop_cookie(response: Response) -> None:
    """The person has gone, and nothing of theirs stays in the browser: https://www.w3.org/TR/clear-site-data/

    Not `"cookies"`: that clears those of every other host of the domain as well, and the one that a device is known by,
    so that each sign-in after would be told of as one from a new device.
    """
    g.pop("renewed_cookie", None)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(cookie_name(), secure=settings().https, httponly=True, samesite="Lax")


def rotate(session: Session, user: User, now: datetime, since: datetime | None = None) -> str:
    """Sign a browser in: whatever it was signed in as before ends. Gives the new cookie's value."""
    if (old := cookie()) is not None:
        session.execute(sa.delete(UserSession).where(known_by(old, now)))
    token = opaque_tokens.mint()
    begin(session, user, now, token, since)
    return token


def _hand_out(response: FlaskResponse) -> FlaskResponse:
    if (token := g.get("renewed_cookie")) is not None:
        set_cookie(response, token)
        response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    app.after_request(_hand_out)


def renew_all(user: User, session: Session) -> None:
    """Every browser of theirs gets a new cookie at its next request."""
    session.execute(sa.update(UserSession).where(UserSession.user_id == user.id).values(must_rotate=True))


def lock_out(user: User, session: Session) -> None:
    end_all(session, user)
