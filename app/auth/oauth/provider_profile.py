"""What a provider says of a person. It decides nothing: flow.py and identities.py have the rules."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.providers import ProviderClient
from app.runtime import email_address
from app.runtime.text import is_line


class ProviderToken(dict[str, Any]):
    """A token endpoint's answer, with the client of the provider that gave it. Its repr shows no token.

    `claims` are those of the verified ID token, where there is one.
    """

    def __init__(self, answer: Mapping[str, Any], client: ProviderClient) -> None:
        super().__init__(answer)
        self.client = client
        self.claims: Mapping[str, Any] = {}

    def __repr__(self) -> str:
        return f"ProviderToken({self.client.provider.name!r})"


class Profile(msgspec.Struct, frozen=True):
    subject: str
    username: str
    name: str | None
    email: str | None
    email_verified: bool
    avatar_url: str | None


async def fetch_profile(token: ProviderToken) -> Mapping[str, Any]:
    """What the provider says of the person whose access token this is. Raises OAuthFailure."""
    return await token.client.fetch_profile(token["access_token"], token.claims)


def understood(claims: object, vouched: Mapping[str, Any] | None = None) -> Profile:
    """A profile of `claims`, and of the `vouched` ones of a verified ID token, which come first.

    `id` stands for `sub`, and `login` for the preferred username: GitHub has these. Raises OAuthFailure where `claims`
    do not say who the person is.
    """
    if not isinstance(claims, Mapping):
        raise OAuthFailure("oauth_failed", "the profile is no mapping")
    sources = [vouched or {}, claims]
    email = next(filter(None, map(_address, sources)), None)
    wished = _text(sources, "preferred_username", 64) or _text(sources, "login", 64)
    local, _, _ = (_text(sources, "email", 254) or "").partition("@")
    return Profile(
        subject=_subject(claims),
        username=wished or local or _text(sources, "name", 64) or "user",
        name=_text(sources, "name", 200),
        email=email,
        email_verified=email is not None and _is_verified(email, sources),
        avatar_url=_picture(_text(sources, "picture", 2000) or _text(sources, "avatar_url", 2000)),
    )


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub") or claims.get("id")
    if not isinstance(subject, str | int) or isinstance(subject, bool):
        raise OAuthFailure("oauth_failed", "the profile names no subject")
    if not 0 < len(str(subject)) <= 255 or not str(subject).isprintable():  # noqa: PLR2004 -- the column's width, and OIDC's
        raise OAuthFailure("oauth_failed", "the profile's subject is no identifier")
    return str(subject)


def _is_verified(email: str, sources: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the source that names the email says that it is verified. A no of an earlier source is final."""
    for claims in sources:
        verified = claims.get("email_verified")
        if verified is not None and verified is not True:
            return False
        address = _address(claims)
        if verified is True and address is not None and email_address.key(address) == email_address.key(email):
            return True
    return False


def _text(sources: Sequence[Mapping[str, Any]], name: str, longest: int) -> str | None:
    """The first usable text under this name."""
    values = (claims.get(name) for claims in sources)
    texts = (value.strip() for value in values if isinstance(value, str) and len(value) <= longest and is_line(value))
    return next((text for text in texts if text), None)


def _address(claims: Mapping[str, Any]) -> str | None:
    """None where no mail can be sent to it. The person may sign in all the same."""
    try:
        return email_address.checked(_text([claims], "email", 254) or "")
    except email_address.NoMailbox:
        return None


def _picture(url: str | None) -> str | None:
    return url if url and url.startswith("https://") else None
