"""Staff's API: who has an account, what they may do, and what was done to them."""

from typing import Annotated

import msgspec

from app.runtime.config import settings
from app.runtime.db import db, now
from app.users import service, staff
from app.users.audit_trail import Doer
from app.users.models import Role, User
from app.users.schemas import NewUser, TrailOut, UserChange, UserOut
from app.web.api import Access, Api
from app.web.client_address import client_address
from app.web.limits import TooManyRequests
from app.web.paging import Page, Paging

routes = Api("users")


class UserSearch(Paging, frozen=True):
    """Words that username, name or email hold, in either case."""

    q: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00\ud800-\udfff]*$")] = ""
    role: Role | None = None
    active: bool | None = None


class Gone(msgspec.Struct, frozen=True):
    deleted: bool


class SignedOut(msgspec.Struct, frozen=True):
    signed_out: bool


@routes.get("/api/users", access=Access.STAFF, raises=(TooManyRequests,))
def list_users(query: UserSearch) -> Page[UserOut]:
    """Everybody who has an account, by username."""
    return staff.listed(db.session(), query.q, query, role=query.role, active=query.active).map(UserOut.of)


@routes.post(
    "/api/users", access=Access.STAFF, status=201, confirmed=True, raises=(service.UsernameTaken, TooManyRequests)
)
def add_user(body: NewUser, user: User) -> UserOut:
    """Make an account for somebody.

    Without a password they get a link by mail, good for a week, at which they choose one; where no mail is set up,
    `kiosk users reset-link` prints one.
    """
    return UserOut.of(staff.invite(db.session(), settings(), body, _by(user)))


@routes.get("/api/users/<id:user_id>", access=Access.STAFF)
def show_user(user_id: int) -> UserOut:
    """One user."""
    return UserOut.of(staff.get(db.session(), user_id))


@routes.patch("/api/users/<id:user_id>", access=Access.STAFF, confirmed=True, raises=(service.LastStaff,))
def change_user(user_id: int, body: UserChange, user: User) -> UserOut:
    """Change some of a user; what is left out stays. A new email is not verified, and a role holds at once.

    Whoever is not active is signed in nowhere, and cannot sign in.
    """
    return UserOut.of(staff.change(db.session(), user_id, body, _by(user)))


@routes.delete("/api/users/<id:user_id>", access=Access.STAFF, confirmed=True, raises=(service.LastStaff,))
def delete_user(user_id: int, user: User) -> Gone:
    """Close an account: nobody can tell any more whose it was. Its orders and its trail stay."""
    service.close(db.session(), user_id, _by(user), now())
    return Gone(True)


@routes.delete("/api/users/<id:user_id>/sessions", access=Access.STAFF)
def end_sessions(user_id: int, user: User) -> SignedOut:
    """Sign a user out everywhere: browsers and API clients."""
    staff.sign_out(db.session(), user_id, _by(user))
    return SignedOut(True)


@routes.get("/api/users/<id:user_id>/trail", access=Access.STAFF)
def show_trail(user_id: int, query: Paging) -> Page[TrailOut]:
    """What was done to an account and by whom, the newest first; also of one that is closed."""
    return staff.trail_of(db.session(), user_id, query).map(TrailOut.of)


def _by(user: User) -> Doer:
    return Doer(user.id, client_address() or None)
