"""Deletes what was kept long enough, in small transactions of their own, until nothing of it is left.

One DELETE of a backlog of years would run into the database's time limit each time, and delete nothing ever.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.runtime.schedule import UNFINISHED, schedule

BATCH = 500


def delete(session: Session, model: Any, *conditions: sa.ColumnElement[bool]) -> str | None:
    """Delete all rows for which the conditions hold. UNFINISHED where this process is to stop. Committed."""
    while not schedule().is_stopping():
        number = delete_some(session, model, *conditions)
        session.commit()
        if number < BATCH:
            return None
    return UNFINISHED


def delete_some(session: Session, model: Any, *conditions: sa.ColumnElement[bool]) -> int:
    """Delete one batch of these rows, small enough to do in a request. How many there were. Not committed."""
    [key] = sa.inspect(model).primary_key
    keys = list(session.scalars(sa.select(key).where(*conditions).limit(BATCH)))
    if keys:
        old = sa.delete(model).where(key.in_(keys), *conditions)
        session.execute(old.execution_options(synchronize_session=False))
    return len(keys)


def before(now: datetime, days: int) -> datetime:
    """So many days ago."""
    return now - timedelta(days=days)
