"""Decides whether a request may call a route: who is signed in, their role, a recent confirmation, the origin."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar, get_args

from flask import g, request

from app.auth import cookies, metrics_token, opaque_tokens, recent_auth, sessions, tokens
from app.auth.models import UserSession
from app.auth.sessions import SignedIn
from app.runtime.config import settings
from app.runtime.db import db, utcnow, writing
from app.runtime.errors import Forbidden, NotFound, Unauthorized
from app.users.models import User
from app.users.signed_in import SignedInUser
from app.web.api import Access


class HasOwner(Protocol):
    user_id: Any


T = TypeVar("T", bound=HasOwner)
SAFE = ("GET", "HEAD", "OPTIONS")


class CrossSite(Forbidden):
    error = "cross_site_request"
    detail = "This request did not come from the shop's own page."


def guard(access: Access, *, wanted: Mapping[str, Any], confirmed: bool) -> dict[str, Any]:
    """Raises Unauthorized, Forbidden, or ConfirmationRequired where the current request may not call the route.

    `wanted` has the types of the view's arguments `user` and `user_session`. Returns these, each as its type: what was
    looked up (SignedInUser, SignedIn) or the row (User, UserSession). On a route for all clients they are looked up if
    they are wanted, and None for a request without a session.
    """
    bearer = request.headers.get("Authorization", "")
    if access is Access.PROVIDER:
        return {}
    if access is Access.OPERATOR:
        metrics_token.check(bearer)
        return {}
    if request.method not in SAFE and (not bearer or access is Access.ALL):
        _check_origin()
    if access is Access.ALL and not wanted:
        return {}
    session = signed_in()
    if session is None:
        if access is Access.ALL:
            return dict.fromkeys(wanted)
        raise Unauthorized(headers={"WWW-Authenticate": "Bearer"})
    if access is Access.STAFF and not session.user.is_staff:
        raise Forbidden("Only staff may do this.")
    if confirmed:
        recent_auth.require(session, utcnow())
    return _in_forms(session, wanted)


def signed_in() -> SignedIn | None:
    """The session of the current request with its user, by one query. Raises InvalidToken."""
    bearer = request.headers.get("Authorization", "")
    session = _by_bearer(bearer) if bearer else _by_cookie()
    if session is not None:
        g.user_id = session.user.id
    return session


def _in_forms(session: SignedIn, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The values for a view's arguments. A row is read only where one is wanted."""
    forms: dict[Any, Any] = {SignedIn: session, SignedInUser: session.user}
    taken = {name: (get_args(form) or (form,))[0] for name, form in wanted.items()}  # without `| None`
    if not forms.keys() >= set(taken.values()):
        row = sessions.find(db.session(), UserSession.id == session.id, utcnow())
        if row is None:  # it has ended meanwhile
            raise Unauthorized
        forms |= {UserSession: row, User: row.user}
    return {name: forms[form] for name, form in taken.items()}


def _check_origin() -> None:
    """Raises CrossSite. A page of another site can make a browser send our cookie, or sign in as another user.

    It cannot set Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) or, in older browsers, Origin. Other programs
    send neither header, and either no cookie or a bearer token. A bearer token spares a request this check, but not on
    a route for all clients, which requires no token.
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
    """Whether a page of another site sent the browser here. All current browsers tell by Sec-Fetch-Site.

    A link or a redirect sends the cookie along (SameSite=Lax), so nothing may be changed because of one.
    """
    return request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def _by_bearer(header: str) -> SignedIn | None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise tokens.InvalidToken
    moment = utcnow()
    claims = tokens.read(settings(), token.strip(), moment)
    session = sessions.by_token(claims.sid, claims.sub, moment)
    if session is None:
        raise tokens.InvalidToken
    _touch(session, moment)
    return session


def _by_cookie() -> SignedIn | None:
    if not (cookie := cookies.session_token()):
        return None
    moment = utcnow()
    session = sessions.by_cookie(cookie, moment)
    if session is not None:
        _touch(session, moment)
        if session.must_rotate and session.token_hash == opaque_tokens.digest(cookie):
            with writing():
                sessions.renew(db.session(), session, moment, overlap=True)
                db.session.commit()
    return session


def _touch(session: SignedIn, moment: datetime) -> None:
    if moment - session.used_at > sessions.TOUCH:
        with writing():
            sessions.touch(db.session(), session.id, moment)
            db.session.commit()


def owned(row: T | None, user: SignedInUser, *, staff: bool = False) -> T:
    """`row`, where it is `user`'s, or where `staff` may see it too. Raises NotFound for all other users."""
    if row is None or not (row.user_id == user.id or (staff and user.is_staff)):
        raise NotFound
    return row
