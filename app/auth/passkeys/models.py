"""Tables of passkeys and of the challenges that they sign."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.models import UserSession
from app.runtime.db import BigId, Model, Moment, utcnow
from app.users.models import User

Purpose = Literal["sign_in", "confirm", "enrol"]


class Passkey(Model):
    """A credential of https://www.w3.org/TR/webauthn-3/."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    name: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class PasskeyChallenge(Model):
    """Random bytes that a passkey is to sign, once and within minutes."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(sa.String(32))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"), index=True)
    """The session that asked; None for a sign-in."""
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
