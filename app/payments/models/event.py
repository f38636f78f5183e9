from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.orders.models import Order
from app.runtime.constraints import index_where, one_of
from app.runtime.db import Model, Moment, utcnow
from app.runtime.lease import Leased

EventState = Literal["new", "done", "failed"]


class Event(Leased, Model):
    """An event of the provider. It is stored first and worked on then: received is not done."""

    __tablename__ = "events"
    __table_args__ = (
        one_of("state", EventState),
        sa.Index("ix_events_due", "state", "next_try_at"),
        index_where("ix_events_of_no_order", "received_at", condition="order_id IS NULL"),
    )

    event_id: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(100))
    """The provider's name for what happened, such as refund.failed."""
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    """The part of it that is kept, as JSON: see redaction.py."""
    state: Mapped[EventState] = mapped_column(sa.String(16), default="new")
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    """The order that it turned out to be about."""
