"""Browsers sent to a provider that come back: each state is good once, and a repeated callback is recognised."""

import asyncio
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import opaque_tokens
from app.auth.models import UserSession
from app.auth.oauth.admission import Full, Line
from app.auth.oauth.errors import Code, OAuthFailure
from app.auth.oauth.models import OAuthRequest, OAuthReturn
from app.runtime import outbound
from app.runtime.async_bridge import blocking
from app.runtime.config import settings
from app.runtime.retention import delete, delete_some

WITHIN = timedelta(minutes=10)
UNDER_WAY = timedelta(seconds=outbound.TOGETHER_SECONDS + 1)
POLL_SECONDS = 0.1
_UNKNOWN: tuple[Code, str] = "oauth_expired", "state unknown or used"
_repeats = Line(4, 0)
"""Callbacks of this process that wait for the first delivery of the same callback: each holds a thread."""


def _remembered() -> timedelta:
    """How long a callback is recognised when it comes again: browsers reload their tabs the next morning."""
    return timedelta(days=settings().keep_days.oauth_requests)


def forget(session: Session, now: datetime) -> str | None:
    """Delete what is out of date. Committed."""
    return delete(session, OAuthRequest, OAuthRequest.created_at < now - WITHIN) or delete(
        session, OAuthReturn, OAuthReturn.created_at < now - _remembered()
    )


def expect(session: Session, sent: OAuthRequest, now: datetime) -> None:
    """Store that a browser is sent to a provider, and delete some of what is out of date. Committed."""
    delete_some(session, OAuthRequest, OAuthRequest.created_at < now - WITHIN)
    delete_some(session, OAuthReturn, OAuthReturn.created_at < now - _remembered())
    session.add(sent)
    session.commit()


def check(
    session: Session, name: str, state: str, browsers: Collection[str], now: datetime, session_id: int | None
) -> None:
    """The state is of a sign-in at this provider, by one of these browsers. Raises OAuthFailure. Committed.

    A state that comes from another browser, or too late, is spent. A right one is not spent yet.
    """
    sent = session.get(OAuthRequest, opaque_tokens.digest(state))
    failure = _wrong(sent, name, browsers, now, session_id) if sent else _UNKNOWN
    if sent and failure:
        session.execute(sa.delete(OAuthRequest).where(OAuthRequest.state_hash == sent.state_hash))
    session.commit()
    if failure:
        raise OAuthFailure(*failure)


def _wrong(
    sent: OAuthRequest, name: str, browsers: Collection[str], now: datetime, session_id: int | None
) -> tuple[Code, str] | None:
    """What is wrong with the callback, if anything: a code for the page, and words for the log."""
    if sent.provider != name:
        return "oauth_failed", f"state of {sent.provider} came to {name}"
    if not _is_of(sent.browser_hash, browsers):
        return "oauth_expired", "state of another browser"
    if now - sent.created_at > WITHIN:
        return "oauth_expired", "state too old"
    if sent.session_id is not None and sent.session_id != session_id:
        return "oauth_expired", "state of another session"
    return None


def _is_of(browser_hash: bytes, browsers: Collection[str]) -> bool:
    return any(hmac.compare_digest(browser_hash, opaque_tokens.digest(each)) for each in browsers)


def take(session: Session, state: str, now: datetime) -> OAuthRequest:
    """What was stored when the browser was sent. The state is spent now, also if the sign-in fails. Committed.

    Raises OAuthFailure.
    """
    spent = (
        sa.delete(OAuthRequest).where(OAuthRequest.state_hash == opaque_tokens.digest(state)).returning(OAuthRequest)
    )
    sent = session.scalar(spent)
    if sent is not None:
        came = OAuthReturn(state_hash=sent.state_hash, browser_hash=sent.browser_hash, next=sent.next, created_at=now)
        session.add(came)
    session.commit()
    if sent is None:
        raise OAuthFailure(*_UNKNOWN)
    return sent


def succeeded(session: Session, state: str, condition: sa.ColumnElement[bool]) -> None:
    """The callback began the session that meets the condition, or linked an account for it."""
    own = sa.update(OAuthReturn).where(OAuthReturn.state_hash == opaque_tokens.digest(state))
    session.execute(own.values(session_id=sa.select(UserSession.id).where(condition).scalar_subquery()))


def failed(session: Session, state: str) -> None:
    """The sign-in failed: the same callback is unknown when it comes again. Committed."""
    session.rollback()
    session.execute(sa.delete(OAuthReturn).where(OAuthReturn.state_hash == opaque_tokens.digest(state)))
    session.commit()


async def again(
    session: Session, state: str, browsers: Collection[str], now: datetime, session_id: int | None
) -> str | None:
    """The page that an earlier delivery of this callback led to. Waits for one that is under way.

    None where the browser has no claim to it: it has to hold the session that the callback began or, where it holds no
    session yet, the cookie of the browser that was sent to the provider. The answer signs no browser in.
    """
    came = await blocking(_came, session, opaque_tokens.digest(state))
    if came is not None and came.session_id is None and _is_of(came.browser_hash, browsers):
        came = await _ended(session, came, now)
    if came is None or came.session_id is None:
        return None
    is_own = came.session_id == session_id or (session_id is None and _is_of(came.browser_hash, browsers))
    return came.next if is_own else None


async def _ended(session: Session, came: OAuthReturn, now: datetime) -> OAuthReturn | None:
    """Wait until the first delivery of the callback ends. None where too many wait; without a session if it failed."""
    try:
        await _repeats.enter(0)
    except Full:
        return None
    try:
        waits: OAuthReturn | None = came
        while waits and waits.session_id is None and now - waits.created_at < UNDER_WAY and outbound.call_seconds():
            await asyncio.sleep(POLL_SECONDS)
            waits = await blocking(_came, session, came.state_hash)
        return waits
    finally:
        _repeats.leave()


def _came(session: Session, state_hash: bytes) -> OAuthReturn | None:
    query = sa.select(OAuthReturn).where(OAuthReturn.state_hash == state_hash)
    came = session.scalar(query.execution_options(populate_existing=True))
    session.commit()
    return came
