"""The OAuth providers that the settings name: where their endpoints are, and which keys sign for them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
from flask import Flask, current_app
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app import http
from app.config import OAuthProvider, Settings

T = TypeVar("T")
GOOGLE = "https://accounts.google.com"
KEPT_SECONDS = 3600
REFETCH_SECONDS = 30
"""How soon a key set may be fetched again because of a key that nobody knows: anyone can make one up."""

PAUSE_SECONDS = 10
"""How long discovery is not tried again after it kept somebody waiting in vain."""

DOWN_SECONDS = 30
"""How long a provider that failed is shown as out of order; whoever tries all the same may find it well again."""

AT_ONCE = 8
"""Sign-ins at one provider that may wait for it: a quarter of a server's threads."""


class OAuthFailure(Exception):
    """Why a sign-in at a provider came to nothing. `code` goes to the page, the message to the log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Metadata(msgspec.Struct, frozen=True):
    """What of https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata Kiosk reads."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str = ""
    userinfo_endpoint: str = ""
    id_token_signing_alg_values_supported: Sequence[str] = ("RS256",)
    token_endpoint_auth_methods_supported: Sequence[str] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Kept(Generic[T]):
    """A value and its age."""

    def __init__(self) -> None:
        self.value: T | None = None
        self.since = 0.0

    def fresh(self, seconds: float) -> T | None:
        return self.value if time.monotonic() - self.since < seconds else None

    def keep(self, value: T) -> T:
        self.value, self.since = value, time.monotonic()
        return value


class Provider:
    def __init__(self, name: str, settings: OAuthProvider, redirect_uri: str) -> None:
        self.name = name
        self.settings = settings
        self.redirect_uri = redirect_uri
        self.label = settings.label or name.replace("_", " ").title()
        self._metadata: Kept[Metadata] = Kept()
        self._keys: Kept[KeySet] = Kept()
        self._busy = 0
        self._hung: Kept[bool] = Kept()
        self._failed: Kept[bool] = Kept()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """A place among those whom the provider keeps waiting: one that hangs may not hold all of the server."""
        if self._busy >= AT_ONCE:
            raise OAuthFailure("oauth_unavailable", f"{AT_ONCE} sign-ins wait for {self.name} already")
        self._busy += 1
        try:
            yield
        except OAuthFailure as failure:
            if failure.code == "oauth_unavailable":
                self._failed.keep(True)
            raise
        finally:
            self._busy -= 1
        self._failed.keep(False)

    @property
    def available(self) -> bool:
        """Whether it worked when it was last needed, as far as this process knows. Asks nobody."""
        return not self._failed.fresh(DOWN_SECONDS)

    @property
    def is_github(self) -> bool:
        return self.settings.kind == "github"

    @property
    def tells_when(self) -> bool:
        """Whether its answers can say when the person signed in there. Google's leave it out, whatever is asked."""
        return not self.is_github and self.settings.issuer != GOOGLE

    @property
    def scope(self) -> str:
        return "read:user user:email" if self.is_github else "openid email profile"

    @property
    def api_base(self) -> str:
        """Of GitHub's API: on its own host for github.com, else below the server's (docs.github.com/rest)."""
        issuer = self.settings.issuer.rstrip("/")
        return "https://api.github.com" if urlsplit(issuer).hostname == "github.com" else f"{issuer}/api/v3"

    async def metadata(self) -> Metadata:
        """Raises OAuthFailure where the provider does not answer, or answers for another issuer."""
        if (found := self._metadata.fresh(KEPT_SECONDS)) is not None:
            return found
        issuer = self.settings.issuer
        if self.is_github:
            base = issuer.rstrip("/") + "/login/oauth"
            return self._metadata.keep(Metadata(issuer, f"{base}/authorize", f"{base}/access_token"))
        found = await self._discovered(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.issuer != issuer:
            raise OAuthFailure("oauth_failed", f"{issuer} says that it is {found.issuer}")
        return self._metadata.keep(found)

    async def _discovered(self, url: str) -> Metadata:
        """Where one waited in vain, the others hear of it at once."""
        if self._hung.fresh(PAUSE_SECONDS):
            raise OAuthFailure("oauth_unavailable", f"{self.name} did not answer just now")
        try:
            found: Metadata = await fetch(url, Metadata)
        except OAuthFailure as failure:
            if isinstance(failure.__cause__, httpx.TimeoutException):
                self._hung.keep(True)
            raise
        return found

    async def keys(self, *, anew: bool = False) -> KeySet:
        """The key set; `anew` where a key is missing from the one at hand, as after a rotation."""
        if (found := self._keys.fresh(REFETCH_SECONDS if anew else KEPT_SECONDS)) is not None:
            return found
        raw = await fetch((await self.metadata()).jwks_uri, dict[str, Any])
        try:
            return self._keys.keep(KeySet.import_key_set(raw))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise OAuthFailure("oauth_failed", f"{self.name}'s key set cannot be read: {error!r}") from error


async def fetch(url: str, shape: Any, headers: dict[str, str] | None = None) -> Any:
    """GET and decode JSON. Raises OAuthFailure: `oauth_unavailable` where asking again later may help."""
    try:
        async with http.deadline():
            answer = await http.client().get(url, headers=headers)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=shape)
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"{url}: {error!r}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, httpx.InvalidURL) as error:
        raise OAuthFailure("oauth_failed", f"{url}: {error!r}") from error


def providers() -> dict[str, Provider]:
    found: dict[str, Provider] = current_app.extensions["oauth"]
    return found


def provider(name: str) -> Provider:
    """Raises OAuthFailure where the settings name none of that name."""
    try:
        return providers()[name]
    except KeyError:
        raise OAuthFailure("unknown_provider", f"no provider {name!r}") from None


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["oauth"] = {
        name: Provider(name, each, f"{settings.public_url}/oauth/callback/{name}")
        for name, each in settings.oauth.items()
    }
