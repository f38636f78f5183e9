"""The audit trail: who did what to which account, and from where. Written in the transaction that it describes."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.runtime.config import settings
from app.runtime.retention import before, delete
from app.users.models import Action, AuditTrailEntry

Detail = str | int | bool | None


class Actor(msgspec.Struct, frozen=True):
    """Who changes an account: a signed-in user, a client that is not signed in, or the command line.

    Routes make one of the request and hand it to the service.
    """

    user_id: int | None
    """None for a client that is not signed in, and for the command line."""
    address: str | None
    details: dict[str, Detail] = {}

    def note(self, session: Session, user_id: int, action: Action, **details: Detail) -> None:
        """Add an entry about the user's account. Details hold no secret, and nothing that names a person."""
        entry = AuditTrailEntry(
            user_id=user_id,
            action=action,
            actor_id=self.user_id,
            address=self.address,
            details={**self.details, **details},
        )
        session.add(entry)


COMMAND_LINE = Actor(None, None, {"by": "command line"})


def forget_old(session: Session, now: datetime) -> str | None:
    """Delete entries that are too old to be looked at. Committed."""
    return delete(session, AuditTrailEntry, AuditTrailEntry.at <= before(now, settings().keep_days.audit_trail))


def forget(session: Session, user_id: int) -> None:
    """Remove what identifies a person whose account is closed. What was done, when and by which account stays.

    The details of entries about the account go, and every address that its user acted from.
    """
    session.flush()
    own_actions = sa.update(AuditTrailEntry).where(
        AuditTrailEntry.actor_id == user_id, AuditTrailEntry.address.is_not(None)
    )
    session.execute(own_actions.values(address=None))
    about = sa.update(AuditTrailEntry).where(AuditTrailEntry.user_id == user_id)
    session.execute(about.values(details={}))
    session.execute(about.where(AuditTrailEntry.actor_id.is_(None)).values(address=None))
