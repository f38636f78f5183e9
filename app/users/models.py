import unicodedata
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.runtime import email_address
from app.runtime.db import BigId, Model, Moment, now, public_id
from app.users import passwords

Role = Literal["customer", "staff"]


def key(name: str) -> str:
    """What two spellings of one username have in common: `Ada`, `ADA `, and a full-width `ａｄａ` are one.

    So is one that was copied out of a mail, where app/mail/message.py has put a character that nobody sees into it.
    """
    seen = name.replace("\N{ZERO WIDTH SPACE}", "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold()).strip(" ")


class User(Model):
    __tablename__ = "users"
    __table_args__ = (sa.CheckConstraint("role IN ('customer', 'staff')", name="role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = public_id()
    """What access tokens and passkeys call the user."""
    username: Mapped[str] = mapped_column(sa.String(64))
    username_key: Mapped[str] = mapped_column(sa.String(128), unique=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    verified_email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    """The `mailbox.key` of the email, once it is verified. Only then is it unique: else whoever registers an address
    first keeps its owner out, and registering tells who is here."""
    verified_in_session: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Whether the email was verified in a session of this very account, or by the provider that it was made with.

    Else its mails may be read by another person than the one who set its password.
    """
    name: Mapped[str | None] = mapped_column(sa.String(200))
    avatar_url: Mapped[str | None] = mapped_column(sa.String(2000))
    role: Mapped[str] = mapped_column(sa.String(16), default="customer")
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the person went. The row stays, without anything that tells who it was, since orders hang on it."""

    identities: Mapped[list["Identity"]] = relationship(
        back_populates="user", order_by="Identity.id", passive_deletes=True
    )

    @validates("username")
    def _keep_key(self, _: str, username: str) -> str:
        self.username_key = key(username)
        return username

    @property
    def email_verified(self) -> bool:
        return self.email is not None and self.verified_email == email_address.key(self.email)

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"

    def set_password(self, password: str) -> None:
        """Keep a hash of `password`. Whether it is good enough is asked at the door, not here."""
        self.password_hash = passwords.hashed(password)

    def check_password(self, password: str) -> bool:
        return passwords.matches(self.password_hash, password)


class Identity(Model):
    """A user's account at an OAuth provider, found by issuer and subject and by nothing else."""

    __tablename__ = "identities"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"), sa.UniqueConstraint("user_id", "provider"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(sa.String(64))
    issuer: Mapped[str] = mapped_column(sa.String(255))
    subject: Mapped[str] = mapped_column(sa.String(255))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    user: Mapped[User] = relationship(back_populates="identities")


class TrailEntry(Model):
    """Who did what to whom, for good: a line of the audit trail."""

    __tablename__ = "trail"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey(User.id))
    """None for somebody who is not signed in, and for the command line."""
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id), index=True)
    """Whose account it was done to."""
    action: Mapped[str] = mapped_column(sa.String(40))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    """Never a secret."""
    address: Mapped[str | None] = mapped_column(sa.String(45))
