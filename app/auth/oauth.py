"""Sign-in at a provider: sent off with state, PKCE and nonce, and let in again only with all three.

RFC 9700 (https://www.rfc-editor.org/rfc/rfc9700) says why each of these checks is here.
"""

import hmac
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import unquote

import httpx
import sqlalchemy as sa
from authlib.deprecate import AuthlibDeprecationWarning
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app import auth, http
from app.auth import idtoken, secrets
from app.auth.models import OAuthRequest
from app.auth.profile import Profile, ProviderToken, understood
from app.auth.providers import GOOGLE, Metadata, OAuthFailure, Provider, provider
from app.bridge import blocking, settled

with warnings.catch_warnings():
    # Authlib prefers httpx2, which pytest-httpx and the rest of Kiosk do not speak; with httpx it works as before.
    warnings.filterwarnings("ignore", "The httpx module is deprecated", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

WITHIN = timedelta(minutes=10)


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
    with at.admitted():
        metadata = await at.metadata()
    state, nonce, verifier = secrets.mint(), secrets.mint(), secrets.mint() + secrets.mint()
    session.execute(sa.delete(OAuthRequest).where(OAuthRequest.created_at < now - WITHIN))
    session.add(
        OAuthRequest(
            state_hash=secrets.digest(state),
            browser_hash=secrets.digest(browser),
            provider=name,
            nonce=nonce,
            code_verifier=verifier,
            next=local_path(wished),
            session_id=session_id,
            created_at=now,
        )
    )
    session.commit()
    extra = {} if at.is_github else {"nonce": nonce} | (_anew(at) if anew else {})
    url, _ = _client(at, metadata).create_authorization_url(
        metadata.authorization_endpoint, state=state, code_verifier=verifier, **extra
    )
    return str(url)


def _anew(at: Provider) -> dict[str, str]:
    """What has the person sign in once more, and the ID token tell when they did.

    https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest, and for Google, which knows no `login`,
    https://developers.google.com/identity/openid-connect/reference
    """
    return {"max_age": "0", "prompt": "select_account" if at.settings.issuer == GOOGLE else "login"}


def _client(at: Provider, metadata: Metadata) -> AsyncOAuth2Client:
    basic = "client_secret_basic" in metadata.token_endpoint_auth_methods_supported and not at.is_github
    return AsyncOAuth2Client(
        at.settings.client_id,
        at.settings.client_secret,
        token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
        scope=at.scope,
        redirect_uri=at.redirect_uri,
        code_challenge_method="S256",  # without it Authlib sends no challenge, verifier or not
        transport=http.pool(),
        timeout=http.TIMEOUT,
        trust_env=False,
    )


def take(
    session: Session, name: str, state: str, browser: str | None, now: datetime, session_id: int | None
) -> OAuthRequest:
    """The sign-in that `state` stands for, which is spent herewith whatever comes of it. Raises OAuthFailure."""
    spent = sa.delete(OAuthRequest).where(OAuthRequest.state_hash == secrets.digest(state)).returning(OAuthRequest)
    found = session.scalar(spent)
    session.commit()
    if found is None:
        raise OAuthFailure("oauth_expired", "state unknown or used")
    if found.provider != name:
        raise OAuthFailure("oauth_failed", f"state of {found.provider} came to {name}")
    if not browser or not hmac.compare_digest(found.browser_hash, secrets.digest(browser)):
        raise OAuthFailure("oauth_expired", "state of another browser")
    if now - found.created_at > WITHIN:
        raise OAuthFailure("oauth_expired", "state too old")
    if found.session_id is not None and found.session_id != session_id:
        raise OAuthFailure("oauth_expired", "state of another session")
    return found


async def complete(
    session: Session,
    name: str,
    answer: MultiDict[str, str],
    browser: str | None,
    now: datetime,
    *,
    session_id: int | None = None,
) -> Arrival:
    """Who came back from the provider, to a browser with this session. Raises OAuthFailure; touches no account."""
    at = provider(name)
    asked = await blocking(take, session, name, answer.get("state", ""), browser, now, session_id)
    with at.admitted():
        profile, since = await _vouched_for(at, answer, asked, now)
    earliest = asked.created_at - timedelta(seconds=idtoken.LEEWAY)
    fresh = since >= earliest if since else not at.tells_when
    return Arrival(profile, at, local_path(asked.next), asked.session_id, fresh, since)


async def _vouched_for(
    at: Provider, answer: MultiDict[str, str], asked: OAuthRequest, now: datetime
) -> tuple[Profile, datetime | None]:
    """The profile of the person whom the provider's answer is about, once everything about it is right.

    Also since when they are signed in there, where the provider tells.
    """
    metadata = await at.metadata()
    if any(len(values) > 1 for values in answer.listvalues()):  # RFC 6749, section 3.1
        raise OAuthFailure("oauth_failed", "a parameter came more than once")
    _check_issuer(answer, metadata)
    if "error" in answer:
        denied = answer["error"] == "access_denied"
        raise OAuthFailure("oauth_denied" if denied else "oauth_failed", f"provider says {answer['error']!r}")
    if not answer.get("code"):
        raise OAuthFailure("oauth_failed", "no code")
    token = await _exchange(at, metadata, answer["code"], asked.code_verifier)
    subject = since = None
    if not at.is_github:
        claims = await idtoken.verified(at, token.get("id_token"), asked.nonce, token["access_token"], now.timestamp())
        subject = claims["sub"]
        since = _moment(claims.get("auth_time"))
    profile = understood(await _profile(token))
    if subject is not None and profile.subject != subject:
        raise OAuthFailure("oauth_failed", "the profile is somebody else's")
    return profile, since


def _moment(seconds: object) -> datetime | None:
    """From seconds since 1970; None for what no provider means by them."""
    if isinstance(seconds, int) and 0 < seconds < 2**33:
        return datetime.fromtimestamp(seconds, UTC)
    return None


def _check_issuer(answer: Mapping[str, str], metadata: Metadata) -> None:
    """Another provider's answer sent to this one's callback: https://www.rfc-editor.org/rfc/rfc9207"""
    given = answer.get("iss")
    if given is None and metadata.authorization_response_iss_parameter_supported:
        raise OAuthFailure("oauth_failed", "the answer names no issuer")
    if given is not None and given != metadata.issuer:
        raise OAuthFailure("oauth_failed", "the answer is another issuer's")


async def _exchange(at: Provider, metadata: Metadata, code: str, verifier: str) -> ProviderToken:
    try:
        async with http.deadline():
            answer = await _client(at, metadata).fetch_token(
                metadata.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
            )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OAuthFailure("oauth_unavailable", f"token endpoint: {error!r}") from error
    except (OAuthError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise OAuthFailure("oauth_failed", f"token endpoint: {error!r}") from error
    if not isinstance(answer, Mapping) or not isinstance(answer.get("access_token"), str):
        raise OAuthFailure("oauth_failed", "the token endpoint gave no access token")
    return ProviderToken(answer, at)


async def _profile(token: ProviderToken) -> object:
    """Looked up at every call, and called on the request's own thread: a replacement may be a plain function."""
    try:
        return await settled(await blocking(auth.fetch_profile, token))
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"profile: {error!r}") from error
