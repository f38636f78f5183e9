"""Sign-in at a provider: the browser is sent there with state, PKCE and nonce, and accepted back only with all three.

RFC 9700 (https://www.rfc-editor.org/rfc/rfc9700) has the reason for each of these checks.
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
from app.auth.oauth import callbacks, id_token, token_exchange
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.models import OAuthRequest
from app.auth.oauth.provider_profile import Profile, ProviderToken, understood
from app.auth.oauth.providers import Provider, ProviderClient, provider
from app.runtime.async_bridge import awaited, blocking

LONGEST_PATH = 2000
"""As the columns hold."""


class CallbackResult(NamedTuple):
    """Who came back from a provider."""

    profile: Profile
    provider: Provider
    next: str
    session_id: int | None
    """The session that asked to link an account; None for a sign-in."""
    is_fresh: bool
    """Whether the person signed in there after they were sent, as far as the provider can tell."""
    since: datetime | None
    """When they signed in there, where the provider says so."""


def local_path(wished: str | None) -> str:
    """`wished`, where it is a path of this shop however often it is decoded; else the start page."""
    path = plain = wished or "/"
    if len(path) > LONGEST_PATH:
        return "/"
    while True:
        before_query = plain.partition("?")[0].partition("#")[0]
        if not plain.startswith("/") or "//" in before_query or "\\" in plain or not plain.isprintable():
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

    With `session_id` it has to come back with that session. With `anew` the provider is asked to have the person sign
    in there once more: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
    """
    async with provider(name).admitted() as client:
        pass  # the place is for the provider's metadata alone
    state, nonce = opaque_tokens.generate(), opaque_tokens.generate()
    verifier = opaque_tokens.generate() + opaque_tokens.generate()
    sent = OAuthRequest(
        state_hash=opaque_tokens.digest(state),
        browser_hash=opaque_tokens.digest(browser),
        provider=name,
        nonce=nonce,
        code_verifier=verifier,
        next=local_path(wished),
        session_id=session_id,
        created_at=now,
    )
    await blocking(callbacks.expect, session, sent, now)
    return token_exchange.authorization_url(client, state, verifier, nonce, anew=anew)


async def complete(
    session: Session,
    name: str,
    answer: MultiDict[str, str],
    browsers: Collection[str],
    now: datetime,
    *,
    session_id: int | None = None,
) -> CallbackResult:
    """Who came back from the provider, to a browser with this session. Raises OAuthFailure; changes no account.

    The state stays good while the callback waits for a place among others at that provider.
    """
    state = answer.get("state", "")
    asked = provider(name)
    await blocking(callbacks.check, session, name, state, browsers, now, session_id)
    async with asked.admitted() as client:
        sent = await blocking(callbacks.take, session, state, now)
        try:
            profile, since = await _verified(client, answer, sent, now)
        except Exception:
            await blocking(callbacks.failed, session, state)
            raise
    earliest = sent.created_at - timedelta(seconds=id_token.LEEWAY)
    is_fresh = since >= earliest if since else not client.tells_sign_in_time
    return CallbackResult(profile, asked, local_path(sent.next), sent.session_id, is_fresh, since)


async def _verified(
    client: ProviderClient, answer: MultiDict[str, str], sent: OAuthRequest, now: datetime
) -> tuple[Profile, datetime | None]:
    """The profile of the person whom the provider's answer is about, after all checks of the answer.

    Also since when the person is signed in there, where the provider tells. Raises OAuthFailure.
    """
    if any(len(values) > 1 for values in answer.listvalues()):  # RFC 6749, section 3.1
        raise OAuthFailure("oauth_failed", "a parameter came more than once")
    _check_issuer(answer, client.metadata)
    if "error" in answer:
        is_denied = answer["error"] == "access_denied"
        raise OAuthFailure("oauth_denied" if is_denied else "oauth_failed", f"provider says {answer['error']!r}")
    if not answer.get("code"):
        raise OAuthFailure("oauth_failed", "no code")
    token = await token_exchange.exchange(client, answer["code"], sent.code_verifier)
    token.claims = await client.verified_claims(token, sent.nonce, now)
    profile = understood(await _profile(token), token.claims)
    if profile.subject != token.claims.get("sub", profile.subject):
        raise OAuthFailure("oauth_failed", "the profile is of another person")
    return profile, _moment(token.claims.get("auth_time"))


def _moment(seconds: object) -> datetime | None:
    """From seconds since 1970; None for a value that can be no time of a sign-in."""
    if isinstance(seconds, int | float) and 0 < seconds < 2**33:
        return datetime.fromtimestamp(seconds, UTC)
    return None


def _check_issuer(answer: Mapping[str, str], metadata: Metadata) -> None:
    """Another provider's answer may be sent to this callback: https://www.rfc-editor.org/rfc/rfc9207"""
    given = answer.get("iss")
    if given is None and metadata.authorization_response_iss_parameter_supported:
        raise OAuthFailure("oauth_failed", "the answer names no issuer")
    if given is not None and given != metadata.issuer:
        raise OAuthFailure("oauth_failed", "the answer is another issuer's")


async def _profile(token: ProviderToken) -> object:
    """Calls `app.auth.fetch_profile`, on the request's own thread: what a test puts there may be a plain function."""
    try:
        return await awaited(await blocking(auth.fetch_profile, token))
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"profile: {error!r}") from error
