"""Keys of authenticator apps are encrypted anew under the current SECRET_KEY, so that a fallback can be dropped."""

import logging

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import encryption
from app.auth.models import Totp
from app.runtime.config import Settings

log = logging.getLogger(__name__)

BATCH = 500
"""Keys in one transaction."""


def renew(session: Session, settings: Settings, user_id: int, sealed: str) -> bool:
    """Whether it had to be. Raises Unreadable."""
    fresh = encryption.renewed(settings, sealed)
    if fresh is None:
        return False
    # Only while it is the same key: the app may have been set up anew.
    same = sa.update(Totp).where(Totp.user_id == user_id, Totp.secret == sealed).values(secret=fresh)
    return bool(session.execute(same).rowcount)  # type: ignore[attr-defined]


def renew_all(session: Session, settings: Settings) -> None:
    """Committed. Where there is no fallback, there is nothing to come from."""
    if len(settings.secret_keys) == 1:
        return
    after, renewed, unreadable = 0, 0, 0
    while found := _batch(session, after):
        for user_id, sealed in found:
            try:
                renewed += renew(session, settings, user_id, sealed)
            except encryption.Unreadable:
                unreadable += 1
        session.commit()
        after = found[-1][0]
    log.info("%d authenticator apps came from a fallback to the current SECRET_KEY", renewed)
    if unreadable:
        log.error("%d authenticator apps were set up under a SECRET_KEY that is gone", unreadable)


def _batch(session: Session, after: int) -> list[tuple[int, str]]:
    query = sa.select(Totp.user_id, Totp.secret).where(Totp.user_id > after).order_by(Totp.user_id).limit(BATCH)
    found = [(each.user_id, each.secret) for each in session.execute(query)]
    session.commit()
    return found
