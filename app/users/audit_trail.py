"""The audit trail: who did what to whose account, and from where. Written in the transaction that it tells of."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.users.models import TrailEntry

Detail = str | int | bool | None


def note(
    session: Session, user_id: int, action: str, *, actor_id: int | None, address: str | None, **details: Detail
) -> None:
    """`action` is a past participle such as `role_changed`; `details` hold no secret, and nothing that names a person.

    `actor_id` is None for somebody who is not signed in, and for the command line.
    """
    session.add(TrailEntry(user_id=user_id, action=action, actor_id=actor_id, address=address, details=details))


class Doer(msgspec.Struct, frozen=True):
    """Whoever changes an account: its own user, staff, or the command line."""

    actor_id: int | None
    address: str | None
    details: dict[str, Detail] = {}

    def note(self, session: Session, user_id: int, action: str, **details: Detail) -> None:
        given: dict[str, Detail] = {**self.details, **details}
        note(session, user_id, action, actor_id=self.actor_id, address=self.address, **given)


COMMAND_LINE = Doer(None, None, {"by": "command line"})


def forget(session: Session, user_id: int) -> None:
    """Of somebody who goes, keep what was done, when and by whom: neither the details nor where they did it from.

    Nor where they, as staff, did something to others from.
    """
    session.flush()
    by_them = sa.update(TrailEntry).where(TrailEntry.actor_id == user_id, TrailEntry.address.is_not(None))
    session.execute(by_them.values(address=None))
    about = sa.update(TrailEntry).where(TrailEntry.user_id == user_id)
    session.execute(about.values(details={}))
    session.execute(about.where(TrailEntry.actor_id.is_(None)).values(address=None))
