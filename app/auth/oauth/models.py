"""Tables of sign-ins that are under way at a provider, and of callbacks that came."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.models import UserSession
from app.runtime.db import Model, Moment, utcnow


class OAuthRequest(Model):
    """A browser that was sent to a provider, and may come back once."""

    __tablename__ = "oauth_requests"

    state_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    provider: Mapped[str] = mapped_column(sa.String(64))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    code_verifier: Mapped[str] = mapped_column(sa.String(128))
    next: Mapped[str] = mapped_column(sa.String(2000))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"), index=True)
    """The session that asked to link an account; None for a sign-in."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)


class OAuthReturn(Model):
    """A callback that was accepted, so that the same one is recognised later. It holds no secret."""

    __tablename__ = "oauth_returns"

    state_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    next: Mapped[str] = mapped_column(sa.String(2000))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"), index=True)
    """The session that it began, or linked an account for; None while it is under way."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
