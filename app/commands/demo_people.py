"""Accounts for the people whom the identity simulator offers."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.runtime import email_address
from app.runtime.config import ROOT, Settings
from app.runtime.urls import is_loopback
from app.users.models import Identity, User, key

FILE = ROOT / "demo" / "people.json"


class DemoPerson(msgspec.Struct, frozen=True):
    sub: str
    username: str
    name: str
    email: str
    role: str | None
    """None for a person without an account."""


def add_people(session: Session, settings: Settings, now: datetime) -> int:
    """Only where the provider is a simulator: at a real one another person could have the name of a demo person."""
    simulated = {name: each for name, each in settings.oauth.items() if is_loopback(each.issuer)}
    return sum(_add_people(session, name, each.issuer, now) for name, each in simulated.items())


def _add_people(session: Session, provider: str, issuer: str, now: datetime) -> int:
    added = 0
    for person in msgspec.json.decode(FILE.read_bytes(), type=list[DemoPerson]):
        if person.role is None:
            continue
        user = session.scalar(sa.select(User).where(User.username_key == key(person.username)))
        if user is None:
            user = User(username=person.username, name=person.name, email=person.email, role=person.role)
            user.verified_email, user.verified_in_session, user.created_at = email_address.key(person.email), True, now
            session.add(user)
            session.flush()
            added += 1
        _link(session, user, provider, issuer, person)
    return added


def _link(session: Session, user: User, provider: str, issuer: str, person: DemoPerson) -> None:
    """The simulator may have moved to another port. Its people are the same.

    It may also be there under two names, as an OpenID provider and as GitHub. Its people then have the first.
    """
    known = session.scalar(sa.select(Identity).where(Identity.user_id == user.id, Identity.provider == provider))
    is_there = (Identity.issuer == issuer) & (Identity.subject == person.sub)
    if session.scalar(sa.select(Identity.id).where(is_there)) is not None:
        return
    if known is None:
        session.add(Identity(user_id=user.id, provider=provider, issuer=issuer, subject=person.sub, email=person.email))
    elif known.subject == person.sub:
        known.issuer = issuer
    session.flush()
