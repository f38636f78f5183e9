"""Which objects at the provider are this installation's: several shops and other systems may share one account.

Each session and each payment of Kiosk bears two marks in its metadata: `installation`, which says whose it is, and
`attempt`, which says what for. Those of old releases bear the second one alone, and are known by it as long as the
attempt's row exists.
"""

import secrets
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments.models import Attempt, Installation
from app.runtime.db import insert_once, table

INSTALLATION, ATTEMPT = "installation", "attempt"
"""Names in the metadata of sessions and payment intents."""

AT_ONCE = 500
"""The number of keys that one query asks for."""

MARK = sa.select(table(Installation).c.mark).scalar_subquery().label("mark")
"""This installation's mark, as a column of a query; null where it is not made yet."""

Marks = Mapping[str, str]


def mark(session: Session) -> str:
    """This installation's mark. The first caller makes it; of two at once both get the same one."""
    query = sa.select(Installation.mark)
    if (known := session.scalar(query)) is None:
        insert_once(session, Installation, {"id": 1, "mark": secrets.token_hex(16)})
        known = session.scalars(query).one()
    return known


def attempts_by_key(session: Session, keys: Iterable[str]) -> dict[str, Attempt]:
    """The attempts that have one of these keys, by key."""
    asked = list(set(keys))
    parts = (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE))
    known = (session.scalars(sa.select(Attempt).where(Attempt.idem_key.in_(part))) for part in parts)
    return {attempt.idem_key: attempt for part in known for attempt in part}


def is_ours(marks: Marks, own: str, known: Mapping[str, Attempt]) -> bool:
    """Whether an object with these marks belongs to the installation with the mark `own` and the attempts `known`."""
    if INSTALLATION in marks:
        return marks[INSTALLATION] == own
    return marks.get(ATTEMPT) in known


def belongs_here(session: Session, marks: Marks) -> bool:
    """Whether one object with these marks is this installation's. Committed."""
    known, own = attempts_by_key(session, [marks.get(ATTEMPT, "")]), mark(session)
    session.commit()
    return is_ours(marks, own, known)
