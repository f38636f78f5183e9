"""Which of the things on a provider's account are this installation's: several shops and other systems may share one.

What Kiosk has paid bears two marks in its metadata: `installation`, which says whose it is, and `attempt`, which says
what for. Attempts of releases before bear the second one alone, and are known by it as long as their row is there.
"""

import secrets
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.orders.models import Attempt
from app.runtime.db import Model, insert_once

INSTALLATION, ATTEMPT = "installation", "attempt"
"""Names in the metadata of sessions and payment intents."""

AT_ONCE = 500
"""Names that one query asks for."""

Marks = Mapping[str, str]


class Installation(Model):
    """One row. It is part of every backup, so that a restored shop knows its own again."""

    __tablename__ = "installation"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(sa.String(64))
    """Random. No secret: the provider and everybody with access to its account see it."""


def mark(session: Session) -> str:
    """This installation's mark, made by whoever needs it first; of two at once both get the same one."""
    query = sa.select(Installation.mark)
    if (known := session.scalar(query)) is None:
        insert_once(Installation, {"id": 1, "mark": secrets.token_hex(16)})
        known = session.scalars(query).one()
    return known


def attempts_by_key(session: Session, keys: Iterable[str]) -> dict[str, Attempt]:
    """The attempts that have one of these keys, by key."""
    asked = list(set(keys))
    parts = (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE))
    known = (session.scalars(sa.select(Attempt).where(Attempt.idem_key.in_(part))) for part in parts)
    return {attempt.idem_key: attempt for part in known for attempt in part}


def is_ours(marks: Marks, own: str, known: Mapping[str, Attempt]) -> bool:
    """Whether something with these marks is of the installation whose mark is `own`, and which has `known` attempts."""
    if INSTALLATION in marks:
        return marks[INSTALLATION] == own
    return marks.get(ATTEMPT) in known


def is_of_ours(session: Session, marks: Marks) -> bool:
    """As `is_ours`, for one thing. Committed."""
    known, own = attempts_by_key(session, [marks.get(ATTEMPT, "")]), mark(session)
    session.commit()
    return is_ours(marks, own, known)
