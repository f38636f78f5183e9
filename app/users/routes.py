"""Staff's API: who has an account, what they may do, and what was done to them."""

from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.users import actors, service, staff
from app.users.schemas import (
    AuditTrailEntryOut,
    NewUser,
    SignedOut,
    UserChange,
    UserDeleted,
    UserOut,
    UserSearch,
)
from app.users.signed_in import SignedInUser
from app.web.api import Access, Api
from app.web.limits import TooManyRequests
from app.web.paging import Page, Paging

routes = Api("users")


@routes.get("/api/users", access=Access.STAFF, raises=(TooManyRequests,))
def list_users(query: UserSearch) -> Page[UserOut]:
    """All users, by username."""
    return staff.listed(db.session(), query.q, query, role=query.role, active=query.active).map(UserOut.of)


@routes.post(
    "/api/users", access=Access.STAFF, status=201, confirmed=True, raises=(service.UsernameTaken, TooManyRequests)
)
def add_user(body: NewUser, user: SignedInUser) -> UserOut:
    """Make an account for another person.

    Without a password they get a link by mail, good for a week, to choose one. Where no mail is set up,
    `kiosk users reset-link` prints a link.
    """
    return UserOut.of(staff.invite(db.session(), settings(), body, actors.of_request(user)))


@routes.get("/api/users/<id:user_id>", access=Access.STAFF)
def show_user(user_id: int) -> UserOut:
    """One user."""
    return UserOut.of(staff.get(db.session(), user_id))


@routes.patch("/api/users/<id:user_id>", access=Access.STAFF, confirmed=True, raises=(service.LastStaff,))
def change_user(user_id: int, body: UserChange, user: SignedInUser) -> UserOut:
    """Change some fields of a user; those that are left out stay. A new email is not verified. A role holds at once.

    A user who is not active is signed in nowhere, and cannot sign in.
    """
    return UserOut.of(staff.change(db.session(), user_id, body, actors.of_request(user)))


@routes.delete("/api/users/<id:user_id>", access=Access.STAFF, confirmed=True, raises=(service.LastStaff,))
def delete_user(user_id: int, user: SignedInUser) -> UserDeleted:
    """Close an account. Its orders and its audit trail stay, and no longer identify the person."""
    service.close(db.session(), user_id, actors.of_request(user), utcnow())
    return UserDeleted(True)


@routes.delete("/api/users/<id:user_id>/sessions", access=Access.STAFF)
def end_sessions(user_id: int, user: SignedInUser) -> SignedOut:
    """Sign a user out everywhere: browsers and API clients."""
    staff.sign_out(db.session(), user_id, actors.of_request(user))
    return SignedOut(True)


@routes.get("/api/users/<id:user_id>/trail", access=Access.STAFF)
def show_audit_trail(user_id: int, query: Paging) -> Page[AuditTrailEntryOut]:
    """What was done to an account and by whom, the newest first; also of a closed account."""
    return staff.audit_trail_of(db.session(), user_id, query).map(AuditTrailEntryOut.of)
