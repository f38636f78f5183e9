"""Leases: a process claims a row, works on it and lets it go. After a crash the lease runs out, and another goes on.

Attempts, refunds, events of the provider and mails are worked on in this way. The claim is an UPDATE that carries
its own condition, so that of two processes one gets the row.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.runtime.db import Moment, affected, write

LEASE = timedelta(seconds=30)
"""How long a process may work on a row: several times the deadline of a call to a provider."""

SOON, MINUTE, SELDOM = timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=10)


class Leased:
    """The columns of a row that processes claim. The row is due from `next_try_at` on; None means never."""

    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment)

    def put_off_until(self, until: datetime) -> None:
        """End the lease; the row is due again at `until`."""
        self.lease_until, self.next_try_at = None, until

    def finish(self) -> None:
        """End the lease; the row is not due again."""
        self.lease_until = self.next_try_at = None


def is_free(model: type[Leased], now: datetime) -> sa.ColumnElement[bool]:
    """No process works on the row."""
    return model.lease_until.is_(None) | (model.lease_until <= now)


def claim(
    session: Session,
    model: type[Leased],
    key: Any,
    now: datetime,
    *conditions: sa.ColumnElement[bool],
    lasts: timedelta = LEASE,
    **values: Any,
) -> bool:
    """Lease the row with this primary key, and set `values`. False where another process has the row.

    False too where one of `conditions` does not hold. Not committed.
    """
    [primary_key] = sa.inspect(model, raiseerr=True).primary_key
    statement = sa.update(model).where(primary_key == key, is_free(model, now), *conditions)
    values = {**values, "lease_until": now + lasts}
    return affected(session, statement.values(values).execution_options(synchronize_session=False)) > 0


def let_go(session: Session, model: type[Leased], key: Any, **values: Any) -> None:
    """Roll back what the work left open, end the lease of the row and set `values`. Committed."""
    [primary_key] = sa.inspect(model, raiseerr=True).primary_key
    session.rollback()
    statement = sa.update(model).where(primary_key == key).values({**values, "lease_until": None})
    write(statement.returning(primary_key).execution_options(synchronize_session=False), {})


def pause(age: timedelta, first: timedelta) -> timedelta:
    """How long to wait before the next try: `first`, and longer the older the work is, at most SELDOM."""
    return min(max(first, age / 2), SELDOM)
