import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.orders.models import Order
from app.runtime.constraints import index_where
from app.runtime.db import BigId, Model, Moment, utcnow
from app.users.models import User


def new_token() -> str:
    return secrets.token_urlsafe(12)


class FindingRow(Model):
    """A difference that the last audit saw and no rule can settle. `Closing` says whether staff dealt with it."""

    __tablename__ = "findings"
    __table_args__ = (sa.UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(64), unique=True, default=new_token)
    """The id that the API shows: random, and a new one when the facts change."""
    facts: Mapped[str | None] = mapped_column(sa.String(64))
    """A digest of the facts. With other facts it is another finding. None in a row of an older release."""
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(255))
    words: Mapped[str] = mapped_column(sa.Text)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    found_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)


class Closing(Model):
    """A finding that staff dealt with: who closed it, when and why. See retention.py for how long."""

    __tablename__ = "closings"
    __table_args__ = (index_where("ix_closings_live", "kind", condition="ended_at IS NULL"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    finding: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """The finding's id in the API. The finding itself is copied, since it goes when its cause goes."""
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(255))
    words: Mapped[str] = mapped_column(sa.Text)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    facts: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    reason: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id))
    closed_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the cause was seen to be gone. Where the cause comes again, that is another finding."""

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
