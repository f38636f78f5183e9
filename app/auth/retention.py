"""What is left of sessions that have ended is deleted after a while."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.auth.models import OneTimeToken, RefreshToken, UserSession
from app.auth.sessions import IDLE
from app.runtime.config import settings
from app.runtime.retention import before, delete


def forget(session: Session, now: datetime) -> str | None:
    """Delete sessions that are over, refresh tokens that were used, and links that have run out. Committed.

    A used refresh token that comes again ends its session, as long as its row is there.
    """
    keep = settings().keep_days
    over = before(now, keep.sessions)
    return (
        delete(session, UserSession, UserSession.expires_at <= over)
        or delete(session, UserSession, UserSession.used_at <= over - IDLE)
        or delete(session, RefreshToken, RefreshToken.used_at <= before(now, keep.refresh_tokens))
        or delete(session, OneTimeToken, OneTimeToken.expires_at <= now)
    )
