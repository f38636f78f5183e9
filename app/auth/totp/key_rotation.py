"""Encrypts the keys of authenticator apps under the current SECRET_KEY, so that a fallback key can be removed."""

import logging

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import encryption
from app.auth.totp.models import Totp
from app.runtime.config import Settings
from app.runtime.db import affected

log = logging.getLogger(__name__)

BATCH = 500
"""Keys in one transaction."""


def renew(session: Session, settings: Settings, user_id: int, encrypted: str) -> bool:
    """Encrypt one key again where it is under a fallback. Whether it was. Raises Unreadable."""
    fresh = encryption.renewed(settings, encrypted)
    if fresh is None:
        return False
    # Only while it is the same key: the app may have been set up again.
    unchanged = sa.update(Totp).where(Totp.user_id == user_id, Totp.secret == encrypted)
    return affected(session, unchanged.values(secret=fresh)) > 0


def renew_all(session: Session, settings: Settings) -> None:
    """Encrypt all keys again that are under a fallback. Committed. Does nothing where the settings have no fallback."""
    if len(settings.secret_keys) == 1:
        return
    after, renewed, unreadable = 0, 0, 0
    while batch := _batch(session, after):
        for user_id, encrypted in batch:
            try:
                renewed += renew(session, settings, user_id, encrypted)
            except encryption.Unreadable:
                unreadable += 1
        session.commit()
        after = batch[-1][0]
    log.info("%d authenticator apps came from a fallback to the current SECRET_KEY", renewed)
    if unreadable:
        log.error("%d authenticator apps were set up under a SECRET_KEY that is gone", unreadable)


def _batch(session: Session, after: int) -> list[tuple[int, str]]:
    query = sa.select(Totp.user_id, Totp.secret).where(Totp.user_id > after).order_by(Totp.user_id).limit(BATCH)
    batch = [(row.user_id, row.secret) for row in session.execute(query)]
    session.commit()
    return batch
