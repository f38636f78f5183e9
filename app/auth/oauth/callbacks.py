"""A browser that comes back from a provider: which sign-in that is about, once; and the same callback once more."""

import asyncio
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import opaque_tokens
from app.auth.models import OAuthRequest, OAuthReturn, UserSession
from app.auth.oauth.admission import Full, Line
from app.auth.oauth.providers import OAuthFailure
from app.runtime import outbound
from app.runtime.async_bridge import blocking

WITHIN = timedelta(minutes=10)
KEPT = timedelta(days=1)
"""How long a callback that came is known again: a browser reloads its tabs the next morning."""

UNDER_WAY = timedelta(seconds=outbound.TOGETHER_SECONDS + 1)
POLL_SECONDS = 0.1
_UNKNOWN = "oauth_expired", "state unknown or used"
_repeats = Line(4, 0)
"""Callbacks of this process that wait for their own first delivery: each holds a thread."""


def keep(session: Session, asked: OAuthRequest, now: datetime) -> None:
    """Note a browser that is sent to a provider, and forget those that are long gone. Committed."""
    session.execute(sa.delete(OAuthRequest).where(OAuthRequest.created_at < now - WITHIN))
    session.execute(sa.delete(OAuthReturn).where(OAuthReturn.created_at < now - KEPT))
    session.add(asked)
    session.commit()


def check(
    session: Session, name: str, state: str, browsers: Collection[str], now: datetime, session_id: int | None
) -> None:
    """That `state` stands for a sign-in at this provider, of one of these browsers. Raises OAuthFailure.

    One that comes from elsewhere, or too late, is spent; a right one is not yet.
    """
    asked = session.get(OAuthRequest, opaque_tokens.digest(state))
    failure = _wrong(asked, name, browsers, now, session_id) if asked else _UNKNOWN
    if asked and failure:
        session.execute(sa.delete(OAuthRequest).where(OAuthRequest.state_hash == asked.state_hash))
    session.commit()
    if failure:
        raise OAuthFailure(*failure)


def _wrong(
    asked: OAuthRequest, name: str, browsers: Collection[str], now: datetime, session_id: int | None
) -> tuple[str, str] | None:
    """A code for the page, and words for the log."""
    if asked.provider != name:
        return "oauth_failed", f"state of {asked.provider} came to {name}"
    if not _is_of(asked.browser_hash, browsers):
        return "oauth_expired", "state of another browser"
    if now - asked.created_at > WITHIN:
        return "oauth_expired", "state too old"
    if asked.session_id is not None and asked.session_id != session_id:
        return "oauth_expired", "state of another session"
    return None


def _is_of(browser_hash: bytes, browsers: Collection[str]) -> bool:
    return any(hmac.compare_digest(browser_hash, opaque_tokens.digest(each)) for each in browsers)


def take(session: Session, state: str, now: datetime) -> OAuthRequest:
    """The sign-in that `state` stands for, which is spent herewith whatever comes of it. Raises OAuthFailure."""
    spent = (
        sa.delete(OAuthRequest).where(OAuthRequest.state_hash == opaque_tokens.digest(state)).returning(OAuthRequest)
    )
    asked = session.scalar(spent)
    if asked is not None:
        came = OAuthReturn(
            state_hash=asked.state_hash, browser_hash=asked.browser_hash, next=asked.next, created_at=now
        )
        session.add(came)
    session.commit()
    if asked is None:
        raise OAuthFailure(*_UNKNOWN)
    return asked


def succeeded(session: Session, state: str, whose: sa.ColumnElement[bool]) -> None:
    """The callback began the session of `whose`, or linked for it."""
    own = sa.update(OAuthReturn).where(OAuthReturn.state_hash == opaque_tokens.digest(state))
    session.execute(own.values(session_id=sa.select(UserSession.id).where(whose).scalar_subquery()))


def failed(session: Session, state: str) -> None:
    """The callback came to nothing: delivered again it is one of nobody."""
    session.rollback()
    session.execute(sa.delete(OAuthReturn).where(OAuthReturn.state_hash == opaque_tokens.digest(state)))
    session.commit()


async def again(
    session: Session, state: str, browsers: Collection[str], now: datetime, session_id: int | None
) -> str | None:
    """Where a callback led that came before, waited for where it is under way; None where that is nobody's business.

    To be sent there signs nobody in: a browser is known by the session that the callback began, or, where it brings
    none yet, by being the one that was sent to the provider.
    """
    came = await blocking(_came, session, opaque_tokens.digest(state))
    if came is not None and came.session_id is None and _is_of(came.browser_hash, browsers):
        came = await _ended(session, came, now)
    if came is None or came.session_id is None:
        return None
    own = came.session_id == session_id or (session_id is None and _is_of(came.browser_hash, browsers))
    return came.next if own else None


async def _ended(session: Session, came: OAuthReturn, now: datetime) -> OAuthReturn | None:
    """The callback that is under way, once it has led somewhere; it, or None, where it leads nowhere in time."""
    try:
        await _repeats.enter(0)
    except Full:
        return None
    try:
        waits: OAuthReturn | None = came
        while waits and waits.session_id is None and now - waits.created_at < UNDER_WAY and outbound.time_left():
            await asyncio.sleep(POLL_SECONDS)
            waits = await blocking(_came, session, came.state_hash)
        return waits
    finally:
        _repeats.leave()


def _came(session: Session, state_hash: bytes) -> OAuthReturn | None:
    known = sa.select(OAuthReturn).where(OAuthReturn.state_hash == state_hash)
    came = session.scalar(known.execution_options(populate_existing=True))
    session.commit()
    return came
