"""Tables of sessions, tokens and one-time links, and of what slows down guessing."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.runtime.db import BigId, Model, Moment, public_id, utcnow
from app.users.models import User

TokenPurpose = Literal["email_verification", "password_reset"]


class UserSession(Model):
    """A signed-in browser, or an API client with the family of its tokens.

    The session ends when its row is deleted, from the very next request on. A browser names it by an opaque cookie, of
    which the row has a hash. An access token names its `public_id` as `sid`.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = public_id()
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    """Of the cookie; None for an API client."""
    previous_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    """Of the cookie before the last rotation. It is good for a moment more: requests may be under way with it."""
    rotated_at: Mapped[datetime | None] = mapped_column(Moment)
    must_rotate: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """The next request gets a new cookie, since the role of the user has changed."""
    device: Mapped[str | None] = mapped_column(sa.String(200))
    """The browser or program in words, such as `Firefox on Linux`."""
    address: Mapped[str | None] = mapped_column(sa.String(45))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the user last proved who they are."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
    used_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
    """To the hour."""
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)

    user: Mapped[User] = relationship()


class RefreshToken(Model):
    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment, index=True)


class OneTimeToken(Model):
    """A link that works once, for one purpose. The row has a hash of its token."""

    __tablename__ = "one_time_tokens"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    purpose: Mapped[TokenPurpose] = mapped_column(sa.String(32))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    """The address that the link was mailed to. None for an invitation, and for a link that the command line prints."""


class Throttle(Model):
    """How many sign-ins to an account failed of late, whether there is such an account or not."""

    __tablename__ = "throttles"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    """A hash of the username."""
    used: Mapped[int]
    since: Mapped[datetime] = mapped_column(Moment, index=True)


class KnownDevice(Model):
    """A device that a user signed in with before. A sign-in with another one is mailed."""

    __tablename__ = "known_devices"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
