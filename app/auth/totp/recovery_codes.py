"""Recovery codes: each signs a user in once who has lost the authenticator app."""

import base64
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.opaque_tokens import digest
from app.auth.totp.models import RecoveryCode
from app.runtime.db import affected

NUMBER = 10
BYTES = 15
"""120 bits. From 112 bits on ASVS 5.0 (6.5.2) allows a plain hash."""


def replace(session: Session, user_id: int) -> list[str]:
    """New codes. The old ones are worth nothing any more."""
    remove(session, user_id)
    plain = [base64.b32encode(secrets.token_bytes(BYTES)).decode().lower() for _ in range(NUMBER)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=digest(each)) for each in plain)
    return ["-".join(each[at : at + 4] for at in range(0, len(each), 4)) for each in plain]


def spend(session: Session, user_id: int, code: str) -> bool:
    """Whether `code`, without dashes, is one of the user's. It is never accepted again."""
    is_this = (RecoveryCode.user_id == user_id) & (RecoveryCode.code_hash == digest(code))
    return affected(session, sa.delete(RecoveryCode).where(is_this)) > 0


def left(session: Session, user_id: int) -> int:
    return session.scalar(sa.select(sa.func.count()).where(RecoveryCode.user_id == user_id)) or 0


def remove(session: Session, user_id: int) -> None:
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
