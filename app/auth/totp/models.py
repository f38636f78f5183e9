"""Tables of authenticator apps and recovery codes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db import Model, Moment
from app.users.models import User


class Totp(Model):
    """A user's authenticator app (RFC 6238). It counts once the user has shown a code of it."""

    __tablename__ = "totps"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(sa.String(255))
    """Encrypted under a key derived from SECRET_KEY."""
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    """The time step of the last code that was accepted: no code is accepted twice."""
    wrong: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    """How many codes in a row were wrong."""


class RecoveryCode(Model):
    """Signs a user in once who has lost the authenticator app. Its row is deleted when it is used."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
