"""What a provider says of a person. It decides nothing: `oauth.py` holds the rules."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import msgspec

from app.auth.oauth.providers import OAuthFailure, Provider, fetch
from app.runtime import email_address
from app.runtime.text import is_line


class ProviderToken(dict[str, Any]):
    """A token endpoint's answer, and the provider that gave it. Its repr tells no token.

    `claims` are those of the verified ID token, as far as there is one.
    """

    def __init__(self, answer: Mapping[str, Any], provider: Provider) -> None:
        super().__init__(answer)
        self.provider = provider
        self.claims: Mapping[str, Any] = {}

    def __repr__(self) -> str:
        return f"ProviderToken({self.provider.name!r})"


class Profile(msgspec.Struct, frozen=True):
    subject: str
    username: str
    name: str | None
    email: str | None
    email_verified: bool
    avatar_url: str | None


async def fetch_profile(token: ProviderToken) -> Mapping[str, Any]:
    """The userinfo's claims of the person whose access token this is. Raises OAuthFailure.

    https://openid.net/specs/openid-connect-core-1_0.html#UserInfo; where there is no such endpoint, the ID token's;
    for GitHub, its user and its primary, verified email: https://docs.github.com/rest/users
    """
    provider = token.provider
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    if not provider.is_github:
        endpoint = (await provider.metadata()).userinfo_endpoint
        return await fetch(endpoint, dict, headers) if endpoint else token.claims
    headers["Accept"] = "application/vnd.github+json"
    user = await fetch(f"{provider.api_base}/user", dict, headers)
    emails = await _emails(provider, headers)
    chosen = [each.get("email") for each in emails if isinstance(each, dict) and _counts(each)]
    return {**user, "email": next(iter(chosen), None), "email_verified": bool(chosen)}


async def _emails(provider: Provider, headers: dict[str, str]) -> list[Any]:
    """None where the token may not see them: 403 or 404, https://docs.github.com/rest/users/emails"""
    try:
        return await fetch(f"{provider.api_base}/user/emails", list, headers)
    except OAuthFailure as failure:
        reason = failure.__cause__
        if isinstance(reason, httpx.HTTPStatusError) and _is_hidden(reason.response):
            return []
        raise


def _is_hidden(answer: httpx.Response) -> bool:
    """Too many requests are a 403 as well (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api)."""
    waits = "Retry-After" in answer.headers or answer.headers.get("X-RateLimit-Remaining") == "0"
    return answer.status_code in (403, 404) and not waits


def _counts(email: Mapping[str, Any]) -> bool:
    return email.get("primary") is True and email.get("verified") is True


def understood(claims: object, vouched: Mapping[str, Any] | None = None) -> Profile:
    """`claims` in Kiosk's words, added to those of a verified ID token, which they never contradict.

    GitHub's `id` stands for `sub`, its `login` for the name to sign in with. Raises OAuthFailure where nothing in
    `claims` tells who this is.
    """
    if not isinstance(claims, Mapping):
        raise OAuthFailure("oauth_failed", "the profile is no mapping")
    said = [vouched or {}, claims]
    email = next(filter(None, map(_address, said)), None)
    wished = _text(said, "preferred_username", 64) or _text(said, "login", 64)
    local, _, _ = (_text(said, "email", 254) or "").partition("@")
    return Profile(
        subject=_subject(claims),
        username=wished or local or _text(said, "name", 64) or "user",
        name=_text(said, "name", 200),
        email=email,
        email_verified=email is not None and _is_verified(email, said),
        avatar_url=_picture(_text(said, "picture", 2000) or _text(said, "avatar_url", 2000)),
    )


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub") or claims.get("id")
    if not isinstance(subject, str | int) or isinstance(subject, bool):
        raise OAuthFailure("oauth_failed", "the profile names no subject")
    if not 0 < len(str(subject)) <= 255 or not str(subject).isprintable():  # noqa: PLR2004 -- the column's width, and OIDC's
        raise OAuthFailure("oauth_failed", "the profile's subject is no identifier")
    return str(subject)


def _is_verified(email: str, said: Sequence[Mapping[str, Any]]) -> bool:
    """By the word of the one who names it. No word that comes later takes back an earlier no."""
    for claims in said:
        word = claims.get("email_verified")
        if word is not None and word is not True:
            return False
        named = _address(claims)
        if word is True and named is not None and email_address.key(named) == email_address.key(email):
            return True
    return False


def _text(said: Sequence[Mapping[str, Any]], name: str, longest: int) -> str | None:
    """The first that is of use."""
    values = (claims.get(name) for claims in said)
    texts = (value.strip() for value in values if isinstance(value, str) and len(value) <= longest and is_line(value))
    return next((text for text in texts if text), None)


def _address(claims: Mapping[str, Any]) -> str | None:
    """None for what no mail can be sent to: that is no reason to keep a person out."""
    try:
        return email_address.checked(_text([claims], "email", 254) or "")
    except email_address.NoMailbox:
        return None


def _picture(url: str | None) -> str | None:
    return url if url and url.startswith("https://") else None
