from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BigId, Model, Moment, now
from app.users.models import User


class UserSession(Model):
    """A signed-in browser, or the family of tokens of a signed-in API client.

    Ends with its row, from the very next request on. A browser knows it by an opaque cookie, of which only the hash
    is kept; an access token names it as `sid`.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    """Of the cookie; none for an API client."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[datetime] = mapped_column(Moment, default=now)
    """To the hour."""
    expires_at: Mapped[datetime] = mapped_column(Moment)

    user: Mapped[User] = relationship()


class RefreshToken(Model):
    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class OAuthRequest(Model):
    """A sign-in that has left for a provider and may come back once."""

    __tablename__ = "oauth_requests"

    state_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    provider: Mapped[str] = mapped_column(sa.String(64))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    code_verifier: Mapped[str] = mapped_column(sa.String(128))
    next: Mapped[str] = mapped_column(sa.String(2000))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)


class OneTimeToken(Model):
    """A link that works once, for one purpose; only its hash is kept."""

    __tablename__ = "one_time_tokens"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(32))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
