"""Sign-in at a provider: sent off with state, PKCE and nonce, and let in again only with all three.

RFC 9700 (https://www.rfc-editor.org/rfc/rfc9700) says why each of these checks is here.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import unquote

import httpx
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app import auth
from app.auth import opaque_tokens
from app.auth.models import OAuthRequest
from app.auth.oauth import callbacks, id_token, token_exchange
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.profile import Profile, ProviderToken, understood
from app.auth.oauth.providers import GOOGLE, OAuthFailure, Provider, provider
from app.runtime.async_bridge import awaited, blocking


class Arrival(NamedTuple):
    """Who came back from a provider. `session_id` is of the session that asked, where somebody was signed in."""

    profile: Profile
    at: Provider
    next: str
    session_id: int | None
    fresh: bool
    """Whether, as far as the provider can tell, the person signed in there since they were sent."""
    since: datetime | None
    """When they signed in there, where the provider says so."""


def local_path(wished: str | None) -> str:
    """`wished`, where it is a path of this shop however often it is decoded; else the start page."""
    path = plain = wished or "/"
    if len(path) > 2000:  # noqa: PLR2004 -- the column's width
        return "/"
    while True:
        if not plain.startswith("/") or plain.startswith("//") or "\\" in plain or not plain.isprintable():
            return "/"
        encoded, plain = plain, unquote(plain)
        if plain == encoded:
            return path


async def begin(
    session: Session,
    name: str,
    wished: str | None,
    browser: str,
    now: datetime,
    *,
    session_id: int | None = None,
    anew: bool = False,
) -> str:
    """Where to send the browser, which holds `browser` as a cookie. Raises OAuthFailure.

    With `session_id` whoever comes back has to hold that session. With `anew` the provider is asked to have the
    person sign in there even where they are: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
    """
    at = provider(name)
    async with at.admitted():
        metadata = await at.metadata()
    state, nonce, verifier = opaque_tokens.mint(), opaque_tokens.mint(), opaque_tokens.mint() + opaque_tokens.mint()
    asked = OAuthRequest(
        state_hash=opaque_tokens.digest(state),
        browser_hash=opaque_tokens.digest(browser),
        provider=name,
        nonce=nonce,
        code_verifier=verifier,
        next=local_path(wished),
        session_id=session_id,
        created_at=now,
    )
    await blocking(callbacks.keep, session, asked, now)
    extra = {} if at.is_github else {"nonce": nonce} | (_anew(at) if anew else {})
    return token_exchange.authorization_url(at, metadata, state, verifier, extra)


def _anew(at: Provider) -> dict[str, str]:
    """What has the person sign in once more, and the ID token tell when they did.

    https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest, and for Google, which knows no `login`,
    https://developers.google.com/identity/openid-connect/reference
    """
    return {"max_age": "0", "prompt": "select_account" if at.settings.issuer == GOOGLE else "login"}


async def complete(
    session: Session,
    name: str,
    answer: MultiDict[str, str],
    browsers: Collection[str],
    now: datetime,
    *,
    session_id: int | None = None,
) -> Arrival:
    """Who came back from the provider, to a browser with this session. Raises OAuthFailure; touches no account.

    Whoever has to wait for others at that provider waits with a state that is still good.
    """
    at = provider(name)
    state = answer.get("state", "")
    await blocking(callbacks.check, session, name, state, browsers, now, session_id)
    async with at.admitted():
        metadata = await at.metadata()
        asked = await blocking(callbacks.take, session, state, now)
        try:
            profile, since = await _vouched_for(at, metadata, answer, asked, now)
        except Exception:
            await blocking(callbacks.failed, session, state)
            raise
    earliest = asked.created_at - timedelta(seconds=id_token.LEEWAY)
    fresh = since >= earliest if since else not at.tells_when
    return Arrival(profile, at, local_path(asked.next), asked.session_id, fresh, since)


async def _vouched_for(
    at: Provider, metadata: Metadata, answer: MultiDict[str, str], asked: OAuthRequest, now: datetime
) -> tuple[Profile, datetime | None]:
    """The profile of the person whom the provider's answer is about, once everything about it is right.

    Also since when they are signed in there, where the provider tells.
    """
    if any(len(values) > 1 for values in answer.listvalues()):  # RFC 6749, section 3.1
        raise OAuthFailure("oauth_failed", "a parameter came more than once")
    _check_issuer(answer, metadata)
    if "error" in answer:
        denied = answer["error"] == "access_denied"
        raise OAuthFailure("oauth_denied" if denied else "oauth_failed", f"provider says {answer['error']!r}")
    if not answer.get("code"):
        raise OAuthFailure("oauth_failed", "no code")
    token = await token_exchange.exchanged(at, metadata, answer["code"], asked.code_verifier)
    subject = since = None
    if not at.is_github:
        claims = await id_token.verified(at, token.get("id_token"), asked.nonce, token["access_token"], now.timestamp())
        token.claims = claims
        subject = claims["sub"]
        since = _moment(claims.get("auth_time"))
    profile = understood(await _profile(token), token.claims)
    if subject is not None and profile.subject != subject:
        raise OAuthFailure("oauth_failed", "the profile is somebody else's")
    return profile, since


def _moment(seconds: object) -> datetime | None:
    """From seconds since 1970; None for what no provider means by them."""
    if isinstance(seconds, int | float) and 0 < seconds < 2**33:
        return datetime.fromtimestamp(seconds, UTC)
    return None


def _check_issuer(answer: Mapping[str, str], metadata: Metadata) -> None:
    """Another provider's answer sent to this one's callback: https://www.rfc-editor.org/rfc/rfc9207"""
    given = answer.get("iss")
    if given is None and metadata.authorization_response_iss_parameter_supported:
        raise OAuthFailure("oauth_failed", "the answer names no issuer")
    if given is not None and given != metadata.issuer:
        raise OAuthFailure("oauth_failed", "the answer is another issuer's")


async def _profile(token: ProviderToken) -> object:
    """Looked up at every call, and called on the request's own thread: a replacement may be a plain function."""
    try:
        return await awaited(await blocking(auth.fetch_profile, token))
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"profile: {error!r}") from error
