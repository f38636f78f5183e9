"""Demo items and people, from `demo/`: the same people whom the identity simulator offers."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import Item
from app.runtime import email_address
from app.runtime.config import ROOT, Settings, is_loopback
from app.users.models import Identity, User, key

DEMO = ROOT / "demo"


class DemoItem(msgspec.Struct, frozen=True):
    name: str
    description: str
    price: int | None
    on_hand: int | None
    image_url: str | None


class DemoPerson(msgspec.Struct, frozen=True):
    sub: str
    username: str
    name: str
    email: str
    role: str | None
    """None for somebody who has no account yet."""


def sow(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    """How many items and people were added. People only where the provider is a simulator: elsewhere nobody is Ada."""
    items = _items(session, now)
    simulated = {name: each for name, each in settings.oauth.items() if is_loopback(each.issuer)}
    people = sum(_people(session, name, each.issuer, now) for name, each in simulated.items())
    return items, people


def _items(session: Session, now: datetime) -> int:
    wanted = msgspec.json.decode((DEMO / "items.json").read_bytes(), type=list[DemoItem])
    there = set(session.scalars(sa.select(Item.name)))
    new = [Item(**msgspec.structs.asdict(each), created_at=now) for each in wanted if each.name not in there]
    session.add_all(new)
    return len(new)


def _people(session: Session, provider: str, issuer: str, now: datetime) -> int:
    added = 0
    people = msgspec.json.decode((DEMO / "people.json").read_bytes(), type=list[DemoPerson])
    for person in people:
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
    """The simulator may have moved to another port: its people are still the same."""
    known = session.scalar(sa.select(Identity).where(Identity.user_id == user.id, Identity.provider == provider))
    if known is None:
        session.add(Identity(user_id=user.id, provider=provider, issuer=issuer, subject=person.sub, email=person.email))
    elif known.subject == person.sub:
        known.issuer = issuer
    session.flush()
