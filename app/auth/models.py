from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.runtime.db import BigId, Model, Moment, now, public_id
from app.users.models import User


class UserSession(Model):
    """A signed-in browser, or the family of tokens of a signed-in API client.

    Ends with its row, from the very next request on. A browser knows it by an opaque cookie, of which only the hash
    is kept; an access token names its `public_id` as `sid`.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = public_id()
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    """Of the cookie; none for an API client."""
    previous_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    """Of the cookie before the last change of it, which is good for a moment more: requests may have been under way."""
    rotated_at: Mapped[datetime | None] = mapped_column(Moment)
    must_rotate: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """The next request gets a new cookie: what its user may do has changed."""
    device: Mapped[str | None] = mapped_column(sa.String(200))
    """What it is signed in with, in words for its user, such as `Firefox on Linux`."""
    address: Mapped[str | None] = mapped_column(sa.String(45))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When its user last proved to be who they are."""
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
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"))
    """Whose session asked to have the account there linked; None for a sign-in."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)


class OAuthReturn(Model):
    """A callback that came and was taken, so that the same one is known again: no secret, and no way in."""

    __tablename__ = "oauth_returns"

    state_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    next: Mapped[str] = mapped_column(sa.String(2000))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"), index=True)
    """The session that it began, or linked for; None while it is under way."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)


class OneTimeToken(Model):
    """A link that works once, for one purpose; only its hash is kept."""

    __tablename__ = "one_time_tokens"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(32))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    """The address that it was mailed to; none for an invitation, and for a link that the command line prints."""


class Throttle(Model):
    """How often somebody tried of late to sign in to an account, whether there is one or not."""

    __tablename__ = "throttles"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    """A hash of what is tried."""
    used: Mapped[int]
    since: Mapped[datetime] = mapped_column(Moment, index=True)


class KnownDevice(Model):
    """A device that a user signed in with before: signing in with another one is worth a mail."""

    __tablename__ = "known_devices"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Totp(Model):
    """A user's authenticator app (RFC 6238). It counts once a code of it was shown."""

    __tablename__ = "totps"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(sa.String(255))
    """Encrypted under a key derived from SECRET_KEY."""
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    """The time step of the last code that was taken: no code is taken twice."""
    wrong: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    """How many codes in a row were no good ones."""


class RecoveryCode(Model):
    """A way in for whoever lost their authenticator app; gone once it was used."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)


class Passkey(Model):
    """A credential of https://www.w3.org/TR/webauthn-3/."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    name: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class PasskeyChallenge(Model):
    """What a passkey is asked to sign, once and soon."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(32))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey(UserSession.id, ondelete="CASCADE"))
    """Whose session asked; None where somebody is about to sign in."""
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
