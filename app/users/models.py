import unicodedata
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.runtime import email_address
from app.runtime.constraints import index_where
from app.runtime.db import BigId, Model, Moment, public_id, utcnow
from app.runtime.languages import Language
from app.users import passwords

Role = Literal["customer", "staff"]
IS_STAFF = "role = 'staff'"
IS_THERE = "closed_at IS NULL"
IS_BARRED = f"NOT active AND {IS_THERE}"
"""Conditions of indexes, so they stand in queries as they are."""

Action = Literal[
    "account_closed",
    "account_made",
    "activated",
    "deactivated",
    "email_changed",
    "email_verified",
    "identity_linked",
    "identity_unlinked",
    "name_changed",
    "passkey_added",  # feature: passkeys
    "passkey_removed",  # feature: passkeys
    "password_changed",
    "password_reset",
    "recovery_codes_made",  # feature: totp
    "reset_link_made",
    "role_changed",
    "session_ended",
    "sessions_ended",
    "sign_in",
    "sign_in_methods_removed",
    "totp_added",  # feature: totp
    "totp_removed",  # feature: totp
]
"""What the audit trail can say of an account."""


def key(name: str) -> str:
    """What all spellings of one username have in common: `Ada`, `ADA ` and a full-width `ａｄａ` have the same key.

    A username that was copied out of a mail has it too: app/mail/message.py puts an invisible character into some.
    """
    visible = name.replace("\N{ZERO WIDTH SPACE}", "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold()).strip(" ")


class User(Model):
    __tablename__ = "users"
    __table_args__ = (
        sa.CheckConstraint("role IN ('customer', 'staff')", name="role"),
        index_where("ix_users_staff", "id", condition=IS_STAFF),
        index_where("ix_users_there", "username_key", condition=IS_THERE),
        index_where("ix_users_barred", "username_key", condition=IS_BARRED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = public_id()
    """The user's name in access tokens and passkeys."""
    username: Mapped[str] = mapped_column(sa.String(64))
    username_key: Mapped[str] = mapped_column(sa.String(128), unique=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    verified_email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    """The `email_address.key` of the email once it is verified, else None. Only verified addresses are unique.

    If all were, a stranger could register an address first and keep its owner out, and registering would tell which
    addresses have an account.
    """
    verified_in_session: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Whether the email was verified in a session of this account, or by the provider that the account was made with.

    If not, the person who reads its mails may be another one than the person who set its password.
    """
    name: Mapped[str | None] = mapped_column(sa.String(200))
    avatar_url: Mapped[str | None] = mapped_column(sa.String(2000))
    language: Mapped[Language | None] = mapped_column(sa.String(8))
    """Of the page and of mails: None until it is known, and then for the browser to say."""
    time_zone: Mapped[str | None] = mapped_column(sa.String(64))
    """Of mails, as the browser was in last: None until it has told."""
    role: Mapped[Role] = mapped_column(sa.String(16), default="customer")
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the account was closed. The row stays, since orders refer to it, and no longer identifies a person."""

    identities: Mapped[list["Identity"]] = relationship(
        back_populates="user", order_by="Identity.id", passive_deletes=True
    )

    @validates("username")
    def _keep_key(self, _: str, username: str) -> str:
        self.username_key = key(username)
        return username

    @property
    def email_verified(self) -> bool:
        return email_address.is_verified(self.email, self.verified_email)

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"

    def set_password(self, password: str) -> None:
        """Store a hash of `password`, in a shell or a test. Services check the policy and hash by themselves."""
        self.password_hash = passwords.hashed(password)

    def check_password(self, password: str) -> bool:
        """Whether this is the password, for a shell or a test."""
        return passwords.matches(self.password_hash, password)


class Identity(Model):
    """A user's account at an OAuth provider. Issuer and subject identify it, and nothing else does."""

    __tablename__ = "identities"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"), sa.UniqueConstraint("user_id", "provider"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(sa.String(64))
    issuer: Mapped[str] = mapped_column(sa.String(255))
    subject: Mapped[str] = mapped_column(sa.String(255))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)

    user: Mapped[User] = relationship(back_populates="identities")


class AuditTrailEntry(Model):
    """One action on an account, and who did it: users/audit_trail.py says for how long."""

    __tablename__ = "trail"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey(User.id), index=True)
    """None for a client that was not signed in, and for the command line."""
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id), index=True)
    """The account that it was done to."""
    action: Mapped[Action] = mapped_column(sa.String(40))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    """Never a secret."""
    address: Mapped[str | None] = mapped_column(sa.String(45))
