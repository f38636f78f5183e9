"""The OAuth providers that the settings name: where their endpoints are, and which keys sign for them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import httpx
from flask import Flask, current_app

from app.auth.oauth import metadata as discovery
from app.auth.oauth.admission import Full, Line, OnLoop, Spare
from app.auth.oauth.key_set import Keys
from app.auth.oauth.metadata import Metadata
from app.runtime import outbound
from app.runtime.config import OAuthProvider, Settings

T = TypeVar("T")
GOOGLE = "https://accounts.google.com"
KEPT_SECONDS = 3600
REFETCHES = 3
REFETCH_SECONDS = 30
"""How often a key set is fetched anew, and in vain, because of a key that is not in it: so often at once, and once more
every so many seconds."""

PAUSE_SECONDS = 10
"""How long discovery is not tried again after it kept somebody waiting in vain."""

DOWN_SECONDS = 30
"""How long a provider that failed is shown as out of order; whoever tries all the same may find it well again."""

AT_ONCE = 8
"""Sign-ins at one provider that may wait for it: a quarter of a server's threads."""

IN_LINE = 8
"""How many more may wait for one of these to end, as long as the provider does not hang."""

CALLS_SECONDS = 3
"""What is left for the calls themselves, however long the wait in line."""


class OAuthFailure(Exception):
    """Why a sign-in at a provider came to nothing. `code` goes to the page, the message to the log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Kept(Generic[T]):
    """A value and its age."""

    def __init__(self) -> None:
        self.value: T | None = None
        self.since = 0.0

    def fresh(self, seconds: float) -> T | None:
        return self.value if time.monotonic() - self.since < seconds else None

    def keep(self, value: T, since: float | None = None) -> T:
        self.value, self.since = value, time.monotonic() if since is None else since
        return value


class Provider:
    def __init__(self, name: str, settings: OAuthProvider, redirect_uri: str) -> None:
        self.name = name
        self.settings = settings
        self.redirect_uri = redirect_uri
        self.label = settings.label or name.replace("_", " ").title()
        self._metadata: Kept[Metadata] = Kept()
        self._keys: Kept[Keys] = Kept()
        self._asking = OnLoop(asyncio.Lock)
        self._refetches = Spare(REFETCHES, REFETCH_SECONDS)
        self._line = Line(AT_ONCE, IN_LINE)
        self._hung: Kept[bool] = Kept()
        self._failed: Kept[bool] = Kept()

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """A place among those whom the provider keeps waiting: one that hangs may not hold all of the server.

        It may take a wait in line, within the time that the request has. Raises OAuthFailure where there is none.
        """
        await self._wait_in_line()
        try:
            yield
        except OAuthFailure as failure:
            if failure.code == "oauth_unavailable":
                self._failed.keep(True)
            if isinstance(failure.__cause__, httpx.TimeoutException):
                self._hung.keep(True)
            raise
        finally:
            self._line.leave()
        self._failed.keep(False)
        self._hung.keep(False)

    async def _wait_in_line(self) -> None:
        hangs = self._hung.fresh(PAUSE_SECONDS)
        try:
            waited = await self._line.enter(0 if hangs else outbound.time_left() - CALLS_SECONDS)
        except Full:
            raise OAuthFailure("oauth_unavailable", f"too many sign-ins wait for {self.name} already") from None
        if waited and self._hung.fresh(PAUSE_SECONDS):  # those before waited in vain
            self._line.leave()
            raise OAuthFailure("oauth_unavailable", f"{self.name} did not answer just now")

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

    def scope(self, metadata: Metadata) -> str:
        """Without what the provider says it does not know, and so might refuse; `openid` all of them know."""
        if self.is_github:
            return "read:user user:email"
        known = metadata.scopes_supported or ("email", "profile")
        return " ".join(["openid", *(each for each in ("email", "profile") if each in known)])

    @property
    def api_base(self) -> str:
        """Of GitHub's API: on its own host for github.com, else below the server's (docs.github.com/rest)."""
        issuer = self.settings.issuer.rstrip("/")
        return "https://api.github.com" if urlsplit(issuer).hostname == "github.com" else f"{issuer}/api/v3"

    async def metadata(self) -> Metadata:
        """Raises OAuthFailure where the provider does not answer, or answers for another issuer."""
        if (kept := self._metadata.fresh(KEPT_SECONDS)) is not None:
            return kept
        issuer = self.settings.issuer
        if self.is_github:
            base = issuer.rstrip("/") + "/login/oauth"
            return self._metadata.keep(Metadata(issuer, f"{base}/authorize", f"{base}/access_token"))
        async with self._asking.here():
            if (kept := self._metadata.fresh(KEPT_SECONDS)) is not None:
                return kept
            document = await self._fetched(issuer.rstrip("/") + "/.well-known/openid-configuration")
            try:
                told = discovery.understood(document)
            except ValueError as error:
                raise OAuthFailure("oauth_failed", f"{self.name}: {error}") from error
            if told.issuer != issuer:
                raise OAuthFailure("oauth_failed", f"{issuer} says that it is {told.issuer[:200]!r}")
            return self._metadata.keep(told)

    async def _fetched(self, url: str) -> dict[str, Any]:
        """Where one waited in vain, the others hear of it at once."""
        if self._hung.fresh(PAUSE_SECONDS):
            raise OAuthFailure("oauth_unavailable", f"{self.name} did not answer just now")
        try:
            return await fetch(url, dict)
        except OAuthFailure as failure:
            if isinstance(failure.__cause__, httpx.TimeoutException):
                self._hung.keep(True)
            raise

    async def keys(self, *, newer_than: float | None = None) -> Keys:
        """The key set; where a key is missing from it, as after a rotation, the one since a `time.monotonic()`.

        That may be an older one all the same, if it was fetched in vain of late. Raises OAuthFailure.
        """
        if (kept := self._kept_keys(newer_than)) is not None:
            return kept
        if not (url := (await self.metadata()).jwks_uri):
            raise OAuthFailure("oauth_failed", f"{self.name} names no key set")
        async with self._asking.here():
            if (kept := self._kept_keys(newer_than)) is not None:
                return kept
            before = self._keys.fresh(KEPT_SECONDS)
            if before is not None and not self._refetches.take():
                return before
            began = time.monotonic()
            try:
                keys = Keys(await self._fetched(url))
            except ValueError as error:
                raise OAuthFailure("oauth_failed", f"{self.name}'s key set cannot be read: {error}") from error
            if before is not None and keys.members != before.members:
                self._refetches.give_back()
            return self._keys.keep(keys, began)

    def _kept_keys(self, newer_than: float | None) -> Keys | None:
        kept = self._keys.fresh(KEPT_SECONDS)
        return kept if newer_than is None or self._keys.since >= newer_than else None


def decoded(raw: bytes) -> Any:
    """What JSON says, also where it says what only a member that nobody reads may: numbers and texts of any kind.

    Raises ValueError, or RecursionError where it is nested too deep.
    """
    return json.loads(raw, parse_int=_whole)


def _whole(digits: str) -> int | float:
    # Of thousands of digits int() makes nothing: https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
    return int(digits) if len(digits) <= 20 else float(digits)  # noqa: PLR2004 -- of 64 bits


async def fetch(url: str, shape: type[T], headers: dict[str, str] | None = None) -> T:
    """GET and decode JSON. Raises OAuthFailure: `oauth_unavailable` where asking again later may help."""
    try:
        async with outbound.deadline():
            answer = await outbound.client().get(url, headers=headers)
        answer.raise_for_status()
        found = decoded(answer.content)
    except (httpx.DecodingError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise OAuthFailure("oauth_failed", f"{url}: {error!r}") from error
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"{url}: {error!r}") from error
    if not isinstance(found, shape):
        raise OAuthFailure("oauth_failed", f"{url}: no {shape.__name__}, but {type(found).__name__}")
    return found


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
    for name, each in settings.oauth.items():
        outbound.pool(app).name(each.issuer, name)
