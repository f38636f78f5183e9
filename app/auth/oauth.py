"""Sign-in at a provider: sent off with state, PKCE and nonce, and let in again only with all three.

RFC 9700 (https://www.rfc-editor.org/rfc/rfc9700) says why each of these checks is here.
"""

import hmac
import warnings
from collections.abc import Mapping
from datetime import datetime, timedelta
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
from app.auth.providers import Metadata, OAuthFailure, Provider, provider
from app.bridge import blocking, settled

with warnings.catch_warnings():
    # Authlib prefers httpx2, which pytest-httpx and the rest of Kiosk do not speak; with httpx it works as before.
    warnings.filterwarnings("ignore", "The httpx module is deprecated", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

WITHIN = timedelta(minutes=10)


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


async def begin(session: Session, name: str, wished: str | None, browser: str, now: datetime) -> str:
    """Where to send the browser, which holds `browser` as a cookie. Raises OAuthFailure."""
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
            created_at=now,
        )
    )
    session.commit()
    extra = {} if at.is_github else {"nonce": nonce}
    url, _ = _client(at, metadata).create_authorization_url(
        metadata.authorization_endpoint, state=state, code_verifier=verifier, **extra
    )
    return str(url)


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


def take(session: Session, name: str, state: str, browser: str | None, now: datetime) -> OAuthRequest:
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
    return found


async def complete(
    session: Session, name: str, answer: MultiDict[str, str], browser: str | None, now: datetime
) -> tuple[Profile, Provider, str]:
    """Who came back from the provider, and where to go next. Raises OAuthFailure; touches no account."""
    at = provider(name)
    asked = await blocking(take, session, name, answer.get("state", ""), browser, now)
    with at.admitted():
        profile = await _vouched_for(at, answer, asked, now)
    return profile, at, local_path(asked.next)


async def _vouched_for(at: Provider, answer: MultiDict[str, str], asked: OAuthRequest, now: datetime) -> Profile:
    """The profile of the person whom the provider's answer is about, once everything about it is right."""
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
    subject = None
    if not at.is_github:
        claims = await idtoken.verified(at, token.get("id_token"), asked.nonce, token["access_token"], now.timestamp())
        subject = claims["sub"]
    profile = understood(await _profile(token))
    if subject is not None and profile.subject != subject:
        raise OAuthFailure("oauth_failed", "the profile is somebody else's")
    return profile


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
