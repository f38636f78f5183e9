"""Decides whether a request may call a route: who is signed in, their role, a recent confirmation, the origin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from flask import g, request

from app.auth import cookies, metrics_token, opaque_tokens, recent_auth, sessions, tokens
from app.auth.models import UserSession
from app.runtime.config import settings
from app.runtime.db import db, utcnow, writing
from app.runtime.errors import Forbidden, NotFound, Unauthorized
from app.users.models import User
from app.web.api import Access


class HasOwner(Protocol):
    user_id: Any


T = TypeVar("T", bound=HasOwner)
SAFE = ("GET", "HEAD", "OPTIONS")


class CrossSite(Forbidden):
    error = "cross_site_request"
    detail = "This request did not come from the shop's own page."


@dataclass(frozen=True)
class SignedIn:
    user: User
    user_session: UserSession


def guard(access: Access, *, wanted: bool, confirmed: bool) -> SignedIn | None:
    """Lets the request through, or raises Unauthorized, Forbidden, or ConfirmationRequired where it has to be
    `confirmed`. A route for all clients looks up the user only where its view has `wanted` the user or their session.
    """
    bearer = request.headers.get("Authorization", "")
    if access is Access.PROVIDER:
        return None
    if access is Access.OPERATOR:
        metrics_token.check(bearer)
        return None
    if request.method not in SAFE and (not bearer or access is Access.ALL):
        _check_origin()
    if access is Access.ALL and not wanted:
        return None
    signed_in = _by_bearer(bearer) if bearer else _by_cookie()
    if signed_in is None:
        if access is Access.ALL:
            return None
        raise Unauthorized(headers={"WWW-Authenticate": "Bearer"})
    g.user_id = signed_in.user.id
    if access is Access.STAFF and not signed_in.user.is_staff:
        raise Forbidden("Only staff may do this.")
    if confirmed:
        recent_auth.require(signed_in.user_session, utcnow())
    return signed_in


def _check_origin() -> None:
    """Raises CrossSite. A page of another site can make a browser send our cookie, or sign in as another user.

    It cannot choose these headers: https://www.w3.org/TR/fetch-metadata/ and, for older browsers, Origin. A program
    sends neither of them, and either no cookie or a bearer token. A token is no excuse where a route asks for none.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        is_ours = site == "same-origin"
    elif origin is not None:
        is_ours = origin == settings().public_url
    else:
        is_ours = cookies.session_token() is None or bool(request.headers.get("Authorization"))
    if not is_ours:
        raise CrossSite


def from_elsewhere() -> bool:
    """Whether a page of another site sent the browser here. All browsers of today tell.

    A link or a redirect sends the cookie along (SameSite=Lax), so nothing may be changed because of one.
    """
    return request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def _by_bearer(header: str) -> SignedIn | None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise tokens.InvalidToken
    moment = utcnow()
    claims = tokens.read(settings(), token.strip(), moment)
    signed_in = _find((UserSession.public_id == claims.sid) & (User.public_id == claims.sub), moment)
    if signed_in is None:
        raise tokens.InvalidToken
    return signed_in


def _by_cookie() -> SignedIn | None:
    if not (cookie := cookies.session_token()):
        return None
    moment = utcnow()
    signed_in = _find(sessions.known_by(cookie, moment), moment)
    is_current = signed_in is not None and signed_in.user_session.token_hash == opaque_tokens.digest(cookie)
    if signed_in is not None and signed_in.user_session.must_rotate and is_current:
        db.session.commit()
        with writing():
            sessions.renew(db.session(), signed_in.user_session, moment, overlap=True)
            db.session.commit()
    return signed_in


def _find(condition: sa.ColumnElement[bool], moment: datetime) -> SignedIn | None:
    user_session = sessions.find(db.session(), condition, moment)
    if user_session is None:
        return None
    if moment - user_session.used_at > sessions.TOUCH:
        db.session.commit()
        with writing():
            used = sa.update(UserSession).where(UserSession.id == user_session.id).values(used_at=moment)
            db.session.execute(used)
            db.session.commit()
    return SignedIn(user_session.user, user_session)


def owned(row: T | None, user: User, *, staff: bool = False) -> T:
    """`row`, where it is `user`'s, or where `staff` may see it too. Raises NotFound for all other users."""
    if row is None or not (row.user_id == user.id or (staff and user.is_staff)):
        raise NotFound
    return row
