"""What staff see and change of the accounts of other users. The audit trail has each change."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from app import mail
from app.runtime.config import Settings
from app.runtime.errors import NotFound
from app.runtime.search import words
from app.users import passwords, service, signals
from app.users.audit_trail import Actor
from app.users.models import IS_BARRED, AuditTrailEntry, Role, User
from app.users.schemas import NewUser, UserChange
from app.users.search import is_called
from app.web import at_once
from app.web.long_lists import SortOrder
from app.web.paging import Page, Paging, paged, paged_by_id


def listed(session: Session, q: str, paging: Paging, *, role: Role | None, active: bool | None) -> Page[User]:
    """Users by username. Each word of `q` is in the username, the name or the email. Closed accounts are left out.

    Raises TooManyRequests.
    """
    conditions: list[sa.ColumnElement[bool] | sa.TextClause] = [User.closed_at.is_(None)]
    conditions += [is_called(session, word) for word in words(q)]
    if role is not None:
        conditions.append(User.role == role)
    if active is not None:
        conditions.append(User.active.is_(True) if active else sa.text(IS_BARRED))
    part = sa.select(User.id, User.username_key).where(*conditions)
    query = sa.select(User).options(selectinload(User.identities))
    by_name = SortOrder((User.username_key,), is_unique=True)
    with at_once.search_turn(is_needed=bool(q)):
        ids = part.cte("wanted") if q else part
        return paged_by_id(session, query, ids, paging, by_name, has_landmarks=not q)


def get(session: Session, user_id: int) -> User:
    """Raises NotFound, for closed accounts too."""
    user = session.get(User, user_id)
    if user is None or user.closed_at is not None:
        raise NotFound
    return user


def audit_trail_of(session: Session, user_id: int, paging: Paging) -> Page[Any]:
    """Rows of entries, the newest first, with the username of the actor as `actor`. Raises NotFound."""
    if session.get(User, user_id) is None:
        raise NotFound
    actor = aliased(User)
    query = sa.select(*AuditTrailEntry.__table__.columns, actor.username.label("actor"))
    query = query.outerjoin(actor, AuditTrailEntry.actor_id == actor.id).where(AuditTrailEntry.user_id == user_id)
    return paged(session, query.order_by(AuditTrailEntry.id.desc()), paging)


def invite(session: Session, settings: Settings, wish: NewUser, actor: Actor) -> User:
    """A new account with the password that was given. Without one, a mail brings a link to choose a password.

    Raises Invalid or UsernameTaken.
    """
    password_hash = None
    service.check(settings, username=wish.username, email=wish.email, name=wish.name, password=wish.password)
    if wish.password is not None:
        session.commit()  # hashing takes a while, and nothing may be locked meanwhile
        password_hash = passwords.hashed(wish.password)
    user = service.add(session, wish.username, wish.email, password_hash)
    user.name, user.role = service.checked_name(wish.name), wish.role
    actor.note(session, user.id, "account_made", role=wish.role)
    signals.address_given.send(user, session=session, actor=actor)
    _send_invitation(session, user)
    return user


def _send_invitation(session: Session, user: User) -> None:
    """Queue the link to choose a password. It is not sent where the user can sign in by the time the mail is made."""
    if user.email is not None and user.password_hash is None:
        mail.queue(session, "invitation", {"user": user.id})


def change(session: Session, user_id: int, wish: UserChange, actor: Actor) -> User:
    """Raises LastStaff, NotFound, Invalid."""
    given = wish.given()
    if given.get("role") == "customer" or given.get("active") is False:
        service.keep_staff(session, user_id)  # before the user is locked
    user = service.lock(session, user_id)
    name, email = user.name, user.email
    fields = given.keys() & {"name", "email"}
    service.change(session, user, actor, name=given.get("name"), email=given.get("email"), given=fields)
    if user.name != name:
        actor.note(session, user.id, "name_changed")
    if user.email != email:
        actor.note(session, user.id, "email_changed")
        _send_invitation(session, user)
    if "role" in given:
        service.set_role(session, user_id, given["role"], actor)
    if "active" in given:
        service.set_active(session, user_id, actor, active=given["active"])
    return user


def sign_out(session: Session, user_id: int, actor: Actor) -> None:
    """End all sessions of the user. Raises NotFound."""
    user = service.lock(session, user_id)
    actor.note(session, user.id, "sessions_ended")
    signals.locked_out.send(user, session=session)
