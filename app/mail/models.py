"""Tables of the outbox, and of how many mails were caused by whom."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.constraints import index_where
from app.runtime.db import BigId, Model, Moment, utcnow
from app.runtime.lease import Leased

Kind = Literal[
    "account_closed",
    "codes_guessed",  # feature: totp
    "email_changed",
    "finding",  # feature: shop
    "identity_linked",
    "invitation",
    "new_sign_in",
    "order_cancelled",  # feature: shop
    "order_handed_over",  # feature: shop
    "order_refunded",  # feature: shop
    "order_to_hand_over",  # feature: shop
    "passkey_added",  # feature: passkeys
    "passkey_removed",  # feature: passkeys
    "password_changed",
    "receipt",  # feature: shop
    "reset_password",
    "totp_added",  # feature: totp
    "totp_removed",  # feature: totp
    "verify_email",
]
"""What a mail is about. Each kind has a renderer, which `app/__init__.py` names."""


class MailQuota(Model):
    """Until when the mails of one cause, such as a network, are spread: app/mail/quota.py."""

    __tablename__ = "mail_turns"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    """A hash of the cause. The row is deleted once its time has passed, after an hour or two."""
    until: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    """Unix time, in milliseconds."""


class Outgoing(Leased, Model):
    """A mail of the outbox: written in the transaction that causes it, sent after that has committed.

    It is done once `done_at` is set. A mail that was tried and has no `next_try_at` was given up.
    """

    __tablename__ = "outbox"
    __table_args__ = (index_where("ix_outbox_waiting", "id", condition="done_at IS NULL"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    """There is one mail with this key. It names the cause, such as `receipt:` and an attempt's key, or is random."""
    kind: Mapped[Kind] = mapped_column(sa.String(32))
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """What the mail is rendered from. Never a secret, and empty once it is done, since it may hold an address."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
    """When it may be sent: at once, or when its turn comes."""
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
