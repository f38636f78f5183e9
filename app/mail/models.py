from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db import BigId, Model, Moment, now
from app.runtime.lease import Leased


class MailTurn(Model):
    """How far ahead the mails of one cause are spread, such as those that one network has caused: see turns.py."""

    __tablename__ = "mail_turns"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    """A hash of the cause. The row goes when its time has come, after an hour or two."""
    until: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    """Unix time, in milliseconds."""


class Outgoing(Leased, Model):
    """A mail, written in the transaction that causes it and sent after its commit.

    It waits until `done_at` is set. Nobody will try again where it was tried and has no `next_try_at`.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    """What it is the only mail for, such as `receipt:` and an attempt's key, or random."""
    kind: Mapped[str] = mapped_column(sa.String(32))
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """What the mail is made of. Never a secret, and empty once it is done: it may hold an address."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    """When it is to go: at once, or when its turn comes."""
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
