"""What a provider says of a person. It decides nothing: `oauth.py` holds the rules."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app import mailbox
from app.auth.providers import OAuthFailure, Provider, fetch
from app.text import is_line


class ProviderToken(dict[str, Any]):
    """A token endpoint's answer, and the provider that gave it. Its repr tells no token."""

    def __init__(self, answer: Mapping[str, Any], provider: Provider) -> None:
        super().__init__(answer)
        self.provider = provider

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

    https://openid.net/specs/openid-connect-core-1_0.html#UserInfo; for GitHub, its user and its primary,
    verified email: https://docs.github.com/rest/users
    """
    provider = token.provider
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    if not provider.is_github:
        endpoint = (await provider.metadata()).userinfo_endpoint
        found: dict[str, Any] = await fetch(endpoint, dict[str, Any], headers)
        return found
    headers["Accept"] = "application/vnd.github+json"
    user: dict[str, Any] = await fetch(f"{provider.api_base}/user", dict[str, Any], headers)
    emails = await fetch(f"{provider.api_base}/user/emails", list[dict[str, Any]], headers)
    chosen = [each.get("email") for each in emails if each.get("primary") is True and each.get("verified") is True]
    return {**user, "email": next(iter(chosen), None), "email_verified": bool(chosen)}


def understood(claims: object) -> Profile:
    """`claims` in Kiosk's words. GitHub's `id` stands for `sub`, its `login` for the name to sign in with.

    Raises OAuthFailure where nothing tells who this is.
    """
    if not isinstance(claims, Mapping):
        raise OAuthFailure("oauth_failed", "the profile is no mapping")
    subject = claims.get("sub") or claims.get("id")
    if not isinstance(subject, str | int) or isinstance(subject, bool):
        raise OAuthFailure("oauth_failed", "the profile names no subject")
    if not 0 < len(str(subject)) <= 255 or not str(subject).isprintable():  # noqa: PLR2004 -- the column's width, and OIDC's
        raise OAuthFailure("oauth_failed", "the profile's subject is no identifier")
    email = _address(claims)
    wished = _text(claims, "preferred_username", 64) or _text(claims, "login", 64)
    return Profile(
        subject=str(subject),
        username=wished or (email or "").partition("@")[0] or _text(claims, "name", 64) or "user",
        name=_text(claims, "name", 200),
        email=email,
        email_verified=claims.get("email_verified") is True,
        avatar_url=_picture(_text(claims, "picture", 2000) or _text(claims, "avatar_url", 2000)),
    )


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = claims.get(name)
    if not isinstance(value, str) or len(value) > longest or not is_line(value):
        return None
    return value.strip() or None


def _address(claims: Mapping[str, Any]) -> str | None:
    """None for what no mail can be sent to: that is no reason to keep a person out."""
    try:
        return mailbox.checked(_text(claims, "email", 254) or "")
    except mailbox.NoMailbox:
        return None


def _picture(url: str | None) -> str | None:
    return url if url and url.startswith("https://") else None
