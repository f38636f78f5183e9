"""What a passkey is asked to sign: once, soon, for one purpose, and for the session that asked."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes

from app.auth.models import PasskeyChallenge, UserSession

Purpose = Literal["sign_in", "confirm", "enrol"]
WITHIN = timedelta(minutes=5)
MILLISECONDS = int(WITHIN.total_seconds() * 1000)


class ClientData(msgspec.Struct, frozen=True, rename="camel"):
    challenge: str
    cross_origin: bool = False
    """Asked for in somebody else's page, into which ours was put."""


def issue(session: Session, purpose: Purpose, asking: UserSession | None, now: datetime) -> bytes:
    """256 random bits. Nobody is `asking` where somebody is about to sign in."""
    challenge = secrets.token_bytes(32)
    session.execute(sa.delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now))
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
    """The challenge that a browser says was signed, where it was ours to sign; None where not. Never good again.

    Whether it was signed is still to be seen: what this does has to be committed, whatever comes of that.
    """
    try:
        said = msgspec.json.decode(base64url_to_bytes(client_data), type=ClientData)
        challenge = base64url_to_bytes(said.challenge)
    except (msgspec.DecodeError, ValueError):  # of which a UnicodeDecodeError is one
        return None
    spent = sa.delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == _digest(challenge),
        PasskeyChallenge.purpose == purpose,
        PasskeyChallenge.session_id.is_not_distinct_from(asking.id if asking else None),
        PasskeyChallenge.expires_at > now,
    )
    known = session.execute(spent).rowcount  # type: ignore[attr-defined]
    return challenge if known and not said.cross_origin else None


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
