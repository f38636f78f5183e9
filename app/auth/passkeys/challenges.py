"""Challenges for passkeys: each is good once, for minutes, for one purpose, and for the session that asked."""

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import UserSession
from app.auth.passkeys.models import PasskeyChallenge, Purpose
from app.runtime.db import affected
from app.runtime.retention import delete_some

WITHIN = timedelta(minutes=5)
MILLISECONDS = int(WITHIN.total_seconds() * 1000)


class ClientData(msgspec.Struct, frozen=True, rename="camel"):
    challenge: str
    cross_origin: bool = False
    """Our page was embedded in a page of another site."""


def issue(session: Session, purpose: Purpose, asking: UserSession | None, now: datetime) -> bytes:
    """256 random bits. `asking` is the session that asks; None for a sign-in."""
    challenge = secrets.token_bytes(32)
    delete_some(session, PasskeyChallenge, PasskeyChallenge.expires_at < now)
    session.add(
        PasskeyChallenge(
            challenge_hash=_digest(challenge),
            purpose=purpose,
            session_id=asking.id if asking else None,
            expires_at=now + WITHIN,
        )
    )
    return challenge


def spend(
    session: Session, client_data: str, purpose: Purpose, asking: UserSession | None, now: datetime
) -> bytes | None:
    """The challenge in the browser's answer, where Kiosk has issued it; else None. It is never good again.

    The signature is checked later. Commit in any case, so that a wrong answer spends the challenge too.
    """
    from webauthn.helpers import base64url_to_bytes  # late, as in `service.py`

    try:
        answer = msgspec.json.decode(base64url_to_bytes(client_data), type=ClientData)
        challenge = base64url_to_bytes(answer.challenge)
    except (msgspec.DecodeError, ValueError):  # UnicodeDecodeError is a ValueError
        return None
    spent = sa.delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == _digest(challenge),
        PasskeyChallenge.purpose == purpose,
        PasskeyChallenge.session_id.is_not_distinct_from(asking.id if asking else None),
        PasskeyChallenge.expires_at > now,
    )
    is_known = affected(session, spent) > 0
    return challenge if is_known and not answer.cross_origin else None


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
