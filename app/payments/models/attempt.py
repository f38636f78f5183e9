from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.orders.models import Order
from app.runtime.constraints import index_where, one_of, unique_where
from app.runtime.db import BigId, Model, Moment, utcnow
from app.runtime.lease import MINUTE, SOON, Leased, pause

AttemptStatus = Literal["new", "unknown", "open", "processing", "paid", "expired", "rejected"]

LIVE: tuple[AttemptStatus, ...] = ("new", "unknown", "open", "processing")
"""An attempt in one of these states may still bring money."""


class Attempt(Leased, Model):
    """One Checkout Session at the provider. `body` is kept as it was sent, since a replay has to be identical."""

    __tablename__ = "attempts"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "seq"),
        one_of("status", AttemptStatus),
        unique_where("uq_attempts_live", "order_id", condition="status IN ('new', 'unknown', 'open', 'processing')"),
        sa.Index("ix_attempts_due", "status", "next_check_at"),
        index_where("ix_attempts_problem", "id", condition="problem IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id, ondelete="CASCADE"))
    seq: Mapped[int]
    idem_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Random, since it is part of the return address too: a caller may not guess that of another buyer."""
    body: Mapped[str] = mapped_column(sa.Text)
    api_version: Mapped[str] = mapped_column(sa.String(32))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[AttemptStatus] = mapped_column(sa.String(16), default="new")
    session_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    payment_intent: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    url: Mapped[str | None] = mapped_column(sa.Text)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    """What staff have to look at, in words."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
    first_sent_at: Mapped[datetime | None] = mapped_column(Moment)
    next_try_at: Mapped[datetime | None] = mapped_column("next_check_at", Moment)
    """The column keeps its first name, which the previous release knows."""

    order: Mapped[Order] = relationship()

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def put_off(self, now: datetime, *, soon: bool = False) -> None:
        """End the lease and set the time of the next look."""
        self.put_off_until(self.next_look(now, soon=soon))

    def next_look(self, now: datetime, *, soon: bool = False) -> datetime:
        """When to ask again how it stands: after a minute at first, or `soon`, then ever later."""
        age = now - (self.first_sent_at or self.created_at)
        return now + pause(age, SOON if soon else MINUTE)
