"""Sessions of browsers and API clients, as rows: begun, looked up by a cookie, renewed, ended."""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Session, contains_eager

from app import mail
from app.auth import devices, opaque_tokens
from app.auth.devices import Device
from app.auth.models import UserSession
from app.runtime.db import Moment, affected, read, table
from app.runtime.statements import Statement
from app.users import signed_in
from app.users.audit_trail import Actor
from app.users.models import Identity, User
from app.users.signed_in import SignedInUser

LASTS = timedelta(days=30)
IDLE = timedelta(days=7)
TOUCH = timedelta(hours=1)
"""How old `used_at` may grow before a request writes it again."""

OVERLAP = timedelta(seconds=20)
"""How long the old cookie is good after a rotation: requests may be under way with it."""


def begin(
    session: Session,
    user: User,
    now: datetime,
    device: Device | None,
    cookie: str | None = None,
    since: datetime | None = None,
) -> UserSession:
    """A new session of `user`: of a browser that gets `cookie`, or of an API client.

    `since` is when the user proved who they are, where that was not just now. With a `device` the sign-in is written to
    the audit trail, and mailed where the device is new; without one nothing is told of it.
    """
    session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id, UserSession.expires_at < now))
    begun = UserSession(
        user_id=user.id,
        token_hash=cookie and opaque_tokens.digest(cookie),
        device=device and device.name,
        address=device and device.address,
        created_at=now,
        used_at=now,
        confirmed_at=min(since or now, now),
        expires_at=now + LASTS,
    )
    session.add(begun)
    session.flush()
    if device is not None:
        _announce(session, user.id, device, now, is_browser=cookie is not None)
    return begun


def _announce(session: Session, user_id: int, device: Device, now: datetime, *, is_browser: bool) -> None:
    Actor(user_id, device.address).note(session, user_id, "sign_in", device=device.name)
    if devices.is_new(session, user_id, device, now, is_browser=is_browser):
        news = {"user": user_id, "device": device.name, "address": device.address}
        mail.queue(session, "new_sign_in", news)


def alive(now: datetime) -> sa.ColumnElement[bool]:
    return (UserSession.expires_at > now) & (UserSession.used_at > now - IDLE)


def known_by(cookie: str, now: datetime) -> sa.ColumnElement[bool]:
    """The condition for the session that this cookie names."""
    digest = opaque_tokens.digest(cookie)
    before = (UserSession.previous_hash == digest) & (UserSession.rotated_at > now - OVERLAP)
    return (UserSession.token_hash == digest) | before


class SignedIn(msgspec.Struct, frozen=True):
    """A session that has not ended, with its user: what each request looks up. `id` is the session's."""

    id: int
    public_id: str
    token_hash: bytes | None
    must_rotate: bool
    used_at: datetime
    confirmed_at: datetime | None
    user: SignedInUser


_columns = tuple(table(UserSession).c[name] for name in SignedIn.__struct_fields__[:-1])
_now, _overlap, _idle = (sa.bindparam(name, type_=Moment) for name in ("now", "overlap", "idle"))
_ALIVE = (
    sa.select(*_columns, *signed_in.COLUMNS)
    .select_from(table(UserSession).join(table(User)).outerjoin(table(Identity)))
    .where(UserSession.expires_at > _now, UserSession.used_at > _idle, User.active)
    .order_by(Identity.id)
)
_digest = sa.bindparam("digest", type_=sa.LargeBinary)
_BY_COOKIE = Statement(
    _ALIVE.where(
        (UserSession.token_hash == _digest)
        | ((UserSession.previous_hash == _digest) & (UserSession.rotated_at > _overlap))
    )
)
_BY_TOKEN = Statement(_ALIVE.where(UserSession.public_id == sa.bindparam("sid"), User.public_id == sa.bindparam("sub")))


def by_cookie(cookie: str, now: datetime) -> SignedIn | None:
    """Who is signed in by this cookie."""
    return _signed_in(_BY_COOKIE, now, digest=opaque_tokens.digest(cookie), overlap=now - OVERLAP)


def by_token(sid: str, sub: str, now: datetime) -> SignedIn | None:
    """Who is signed in by an access token with these claims."""
    return _signed_in(_BY_TOKEN, now, sid=sid, sub=sub)


def _signed_in(query: Statement, now: datetime, **values: object) -> SignedIn | None:
    rows = read(query, {"now": now, "idle": now - IDLE, **values})
    if not rows:
        return None
    fields = (*rows[0][: len(_columns)], signed_in.of(rows))
    return SignedIn(*fields)


def find(session: Session, condition: sa.ColumnElement[bool], now: datetime) -> UserSession | None:
    """The row of a session that has not ended, with its active user, by one query."""
    query = sa.select(UserSession).join(UserSession.user).options(contains_eager(UserSession.user))
    return session.scalar(query.where(condition, alive(now), User.active))


def end(session: Session, ended: UserSession | SignedIn) -> None:
    session.execute(sa.delete(UserSession).where(UserSession.id == ended.id))


def end_by_cookie(session: Session, cookie: str, now: datetime) -> None:
    session.execute(sa.delete(UserSession).where(known_by(cookie, now)))


def end_all(user: User, session: Session) -> None:
    """End all sessions of the user, in browsers and of API clients. Listens to `users.signals.locked_out`."""
    session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id))


def end_others(session: Session, user_id: int, own: int) -> int:
    """End all sessions of the user but their own one, by its id. How many there were."""
    return affected(session, sa.delete(UserSession).where(UserSession.user_id == user_id, UserSession.id != own))


def touch(session: Session, session_id: int, now: datetime) -> None:
    """The session was used just now."""
    session.execute(sa.update(UserSession).where(UserSession.id == session_id).values(used_at=now))


def renew(session: Session, renewed: UserSession | SignedIn, now: datetime, *, overlap: bool) -> None:
    """Rotate the cookie of a browser that stays signed in. The answer to this request brings the new one.

    Without `overlap` the old cookie is worth nothing at once. An API client has no cookie, and keeps its tokens.
    """
    old = renewed.token_hash
    if old is None:
        return
    cookie = opaque_tokens.generate()
    values = {
        "token_hash": opaque_tokens.digest(cookie),
        "previous_hash": old if overlap else None,
        "rotated_at": now,
        "must_rotate": False,
    }
    # Of two requests with the same cookie the first one rotates it; the other one still has the overlap.
    first = sa.update(UserSession).where(UserSession.id == renewed.id, UserSession.token_hash == old).values(**values)
    if affected(session, first):
        g.renewed_cookie = cookie  # app/auth/cookies.py hands it out


def renew_all(user: User, session: Session) -> None:
    """Each browser of the user gets another cookie at its next request. Listens to `users.signals.role_changed`."""
    session.execute(sa.update(UserSession).where(UserSession.user_id == user.id).values(must_rotate=True))


def confirm(session: Session, confirmed: UserSession, now: datetime) -> None:
    """The user of the session has proved again who they are."""
    confirmed.confirmed_at = now
    session.flush()
    renew(session, confirmed, now, overlap=True)
