"""Who is asking, and whether they may: the one gate in front of every route."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from flask import g, request

from app.auth import metrics_token, opaque_tokens, recent_auth, sessions, tokens
from app.auth.models import UserSession
from app.runtime.config import settings
from app.runtime.db import db, now, writing
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
    session: UserSession


def guard(access: Access, *, wanted: bool, confirmed: bool) -> SignedIn | None:
    """Lets the request through, or raises Unauthorized, Forbidden, or, where it has to be `confirmed`,
    ConfirmationRequired. Nobody is looked up where nobody is `wanted`.
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
    found = _by_bearer(bearer) if bearer else _by_cookie()
    if found is None:
        if access is Access.ALL:
            return None
        raise Unauthorized(headers={"WWW-Authenticate": "Bearer"})
    g.user_id = found.user.id
    if access is Access.STAFF and not found.user.is_staff:
        raise Forbidden("Only those who run the shop may do this.")
    if confirmed:
        recent_auth.required(found.session, now())
    return found


def _check_origin() -> None:
    """Another site can make a browser send us our cookie, or sign it in with a password of its own choice.

    It cannot choose these headers: https://www.w3.org/TR/fetch-metadata/ and, for older browsers, Origin. A program
    sends neither, and no cookie, or a bearer token with it. A token excuses no other site where no token is asked for.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        is_ours = site == "same-origin"
    elif origin is not None:
        is_ours = origin == settings().public_url
    else:
        is_ours = sessions.cookie() is None or bool(request.headers.get("Authorization"))
    if not is_ours:
        raise CrossSite


def from_elsewhere() -> bool:
    """Whether a page of somebody else's sent the browser here, as far as it tells: all of today's do.

    By a link or a redirect the cookie comes along (SameSite=Lax). What changes something then must not be had by it.
    """
    return request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def _by_bearer(header: str) -> SignedIn | None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise tokens.InvalidToken
    moment = now()
    claims = tokens.read(settings(), token.strip(), moment)
    found = _find((UserSession.public_id == claims.sid) & (User.public_id == claims.sub), moment)
    if found is None:
        raise tokens.InvalidToken
    return found


def _by_cookie() -> SignedIn | None:
    if not (token := sessions.cookie()):
        return None
    moment = now()
    found = _find(sessions.known_by(token, moment), moment)
    if found and found.session.must_rotate and found.session.token_hash == opaque_tokens.digest(token):
        db.session.commit()
        with writing():
            sessions.renew(db.session(), found.session, moment, overlap=True)
            db.session.commit()
    return found


def _find(condition: sa.ColumnElement[bool], moment: datetime) -> SignedIn | None:
    found = sessions.find(db.session, condition, moment)  # type: ignore[arg-type]
    if found is None:
        return None
    if moment - found.used_at > sessions.TOUCH:
        db.session.commit()
        with writing():
            touched = sa.update(UserSession).where(UserSession.id == found.id).values(used_at=moment)
            db.session.execute(touched)
            db.session.commit()
    return SignedIn(found.user, found)


def owned(found: T | None, user: User, *, staff: bool = False) -> T:
    """`found`, where it is `user`'s, or `staff` may see it too. For anybody else it is not there."""
    if found is None or not (found.user_id == user.id or (staff and user.is_staff)):
        raise NotFound
    return found
