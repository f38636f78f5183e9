"""Messages from the provider, and what the sweep keeps of its own: what a person has to see, and how far it came."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.orders.models import Order, one_of
from app.runtime.db import BigId, Model, Moment, now
from app.users.models import User


class Event(Model):
    """A webhook message, stored before anything is made of it: seen is not done."""

    __tablename__ = "events"
    __table_args__ = (one_of("state", "new", "done", "failed"), sa.Index("ix_events_due", "state", "next_try_at"))

    event_id: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(100))
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    """What is kept of it, as JSON: see essence.py."""
    state: Mapped[str] = mapped_column(sa.String(16), default="new")
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    """Whose it turned out to be."""


def new_token() -> str:
    return secrets.token_urlsafe(12)


class Finding(Model):
    """A difference between our books and the provider's, or within ours, that no rule can settle; as of the last audit.

    `Closing` says whether a person has dealt with it.
    """

    __tablename__ = "findings"
    __table_args__ = (sa.UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(64), unique=True, default=new_token)
    """Its id outside: random, and a new one when the facts change."""
    facts: Mapped[str | None] = mapped_column(sa.String(64))
    """A digest of what it is about: with other facts it is another finding. None in a row of the release before."""
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(255))
    words: Mapped[str] = mapped_column(sa.Text)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    found_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Closing(Model):
    """A person has dealt with a finding: who, when and why, for good."""

    __tablename__ = "closings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    finding: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Its id outside. What stood in the finding is copied, since that goes when its cause goes."""
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(255))
    words: Mapped[str] = mapped_column(sa.Text)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    facts: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    reason: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id))
    closed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the cause was seen to be gone: should it come again, that is another finding."""

    user: Mapped[User] = relationship()
