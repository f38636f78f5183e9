from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db import BigId, Model, Moment, utcnow
from app.users.models import User

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)


class Basket(Model):
    """What a user wants to order, at whichever browser they are signed in. It stays until its order is paid."""

    __tablename__ = "baskets"

    user_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey(User.id), primary_key=True, autoincrement=False)
    lines: Mapped[list[tuple[int, int]]] = mapped_column(sa.JSON)
    """Of each line the item's id and the quantity. An item may be gone meanwhile."""
    orders: Mapped[list[int]] = mapped_column(sa.JSON)
    """The ids of the last orders that were placed from it."""
    changed_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
    """When it was changed, ordered or paid, last: each time later than before, whatever the clock says (`version`)."""

    @property
    def version(self) -> int:
        return version_at(self.changed_at)

    def changed(self, now: datetime) -> None:
        self.changed_at = max(now, self.changed_at + STEP)


def version_at(changed_at: datetime) -> int:
    """Of a basket that was changed then: a number that grows with each change."""
    return (changed_at - EPOCH) // STEP
