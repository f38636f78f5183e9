"""What staff see of other people's accounts, and do to them. Each change is in the trail."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from app import mail
from app.runtime.config import Settings
from app.runtime.errors import NotFound
from app.users import passwords, service
from app.users.audit_trail import Doer
from app.users.models import Role, TrailEntry, User, key
from app.users.policy import check_policy
from app.users.schemas import NewUser, UserChange
from app.web import limits
from app.web.paging import Page, Paging, paged

MOST_WORDS = 8


def listed(session: Session, q: str, paging: Paging, *, role: Role | None, active: bool | None) -> Page[User]:
    """By username, those whose username, name or email holds every word of `q`. Closed accounts are nobody's.

    Raises TooManyRequests.
    """
    if q:
        limits.check(limits.SEARCH)
    wanted: list[sa.ColumnElement[bool]] = [User.closed_at.is_(None)]
    for word in q.split()[:MOST_WORDS]:
        named = User.name.icontains(word, autoescape=True) | User.email.icontains(word, autoescape=True)
        wanted.append(named | User.username_key.contains(key(word), autoescape=True))
    if role is not None:
        wanted.append(User.role == role)
    if active is not None:
        wanted.append(User.active.is_(active))
    query = sa.select(User).where(*wanted).options(selectinload(User.identities)).order_by(User.username_key)
    return paged(session, query, paging)


def get(session: Session, user_id: int) -> User:
    """Raises NotFound, for closed accounts too."""
    user = session.get(User, user_id)
    if user is None or user.closed_at is not None:
        raise NotFound
    return user


def trail_of(session: Session, user_id: int, paging: Paging) -> Page[Any]:
    """Rows of entries with `actor`, the username of whoever did it; the newest first. Raises NotFound."""
    if session.get(User, user_id) is None:
        raise NotFound
    actor = aliased(User)
    query = sa.select(*TrailEntry.__table__.columns, actor.username.label("actor"))
    query = query.outerjoin(actor, TrailEntry.actor_id == actor.id).where(TrailEntry.user_id == user_id)
    return paged(session, query.order_by(TrailEntry.id.desc()), paging)


def invite(session: Session, settings: Settings, wish: NewUser, by: Doer) -> User:
    """A new account, with a password where one is given; else they choose one by a link that a mail brings them.

    Raises Invalid or UsernameTaken.
    """
    stored = None
    if wish.password is not None:
        check_policy(settings, wish.password, wish.username, wish.email)
        session.commit()  # hashing takes a while, and nothing may be locked meanwhile
        stored = passwords.hashed(wish.password)
    user = service.add(session, wish.username, wish.email, stored)
    user.name, user.role = service.checked_name(wish.name), wish.role
    by.note(session, user.id, "account_made", role=wish.role)
    service.address_given.send(user, session=session, by=by)
    _ask_in(session, user)
    return user


def _ask_in(session: Session, user: User) -> None:
    """Whoever has no way in yet is mailed a link to choose a password by; who has one is seen when it is written."""
    if user.email is not None and user.password_hash is None:
        mail.queue(session, "invitation", {"user": user.id})


def change(session: Session, user_id: int, wish: UserChange, by: Doer) -> User:
    """Raises LastStaff, NotFound, Invalid."""
    given = wish.given()
    if given.get("role") == "customer" or given.get("active") is False:
        service.keep_staff(session, user_id)  # before anything of the user is held
    user = service.held(session, user_id)
    before = (user.name, user.email)
    service.change(session, user, by, name=given.get("name"), email=given.get("email"), given=given.keys() & _SAID)
    for field, was, became in zip(_SAID, before, (user.name, user.email), strict=True):
        if was != became:
            by.note(session, user.id, f"{field}_changed")
    if user.email != before[1]:
        _ask_in(session, user)
    if "role" in given:
        service.set_role(session, user_id, given["role"], by)
    if "active" in given:
        service.set_active(session, user_id, by, active=given["active"])
    return user


def sign_out(session: Session, user_id: int, by: Doer) -> None:
    """Raises NotFound."""
    user = service.held(session, user_id)
    by.note(session, user.id, "sessions_ended")
    service.locked_out.send(user, session=session)


_SAID = ("name", "email")
