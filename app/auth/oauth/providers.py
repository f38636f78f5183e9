"""The OAuth providers that the settings name, and Kiosk as the client of one of them for the time of a request."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from app.auth.oauth.availability import Availability
from app.auth.oauth.discovery import Discovery
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.metadata import Metadata
from app.runtime import outbound
from app.runtime.config import OAuthProvider, Settings


class ProviderClient(ABC):
    """Kiosk as the client of a provider, for one request: the provider, and its metadata at this moment.

    Each kind of provider is one subclass. PROVIDER_KINDS in app/__init__.py lists them.
    """

    def __init__(self, provider: "Provider", metadata: Metadata) -> None:
        self.provider = provider
        self.metadata = metadata

    @classmethod
    @abstractmethod
    async def connect(cls, provider: "Provider") -> "ProviderClient":
        """Raises OAuthFailure where the provider's metadata cannot be had."""

    @property
    @abstractmethod
    def scope(self) -> str: ...

    @property
    @abstractmethod
    def tells_sign_in_time(self) -> bool:
        """Whether the provider can say when the person signed in there."""

    @abstractmethod
    def authorization_parameters(self, nonce: str, *, anew: bool) -> Mapping[str, str]:
        """What this kind adds to an authorization request. With `anew` the person has to sign in there once more."""

    @abstractmethod
    async def verified_claims(self, answer: Mapping[str, Any], nonce: str, now: datetime) -> Mapping[str, Any]:
        """The claims of the ID token in the token endpoint's answer; none where this kind has no ID tokens.

        Raises OAuthFailure.
        """

    @abstractmethod
    async def fetch_profile(self, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the provider says of the person, beside the verified `claims`. Raises OAuthFailure."""

    @abstractmethod
    async def examine(self) -> str:
        """For `kiosk doctor`: ask what a sign-in asks, and say what was there. Raises OAuthFailure."""


class Provider:
    """One per application: what the settings say, and what the process has learned of the provider."""

    def __init__(self, name: str, settings: OAuthProvider, redirect_uri: str, kind: type[ProviderClient]) -> None:
        self.name = name
        self.settings = settings
        self.redirect_uri = redirect_uri
        self.label = settings.label or name.replace("_", " ").title()
        self.availability = Availability(name)
        self.discovery = Discovery(name, settings.issuer, self.availability)
        self._kind = kind

    async def connect(self) -> ProviderClient:
        """Raises OAuthFailure."""
        return await self._kind.connect(self)

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[ProviderClient]:
        """A place among the sign-ins that wait for the provider, with a client of it. Raises OAuthFailure."""
        async with self.availability.place():
            yield await self.connect()


def providers() -> dict[str, Provider]:
    """By name, in the order of the settings."""
    named: dict[str, Provider] = current_app.extensions["oauth"]
    return named


def provider(name: str) -> Provider:
    """Raises OAuthFailure where the settings name no such provider."""
    try:
        return providers()[name]
    except KeyError:
        raise OAuthFailure("unknown_provider", f"no provider {name!r}") from None


def configure(app: Flask, settings: Settings) -> None:
    """Make the providers of the settings. What was learned of earlier ones is forgotten."""
    kinds: Mapping[str, type[ProviderClient]] = app.extensions["oauth_kinds"]
    app.extensions["oauth"] = {
        name: Provider(name, each, f"{settings.public_url}/oauth/callback/{name}", kinds[each.kind])
        for name, each in settings.oauth.items()
    }
    for name, each in settings.oauth.items():
        outbound.pool(app).name(each.issuer, name)


def init_app(app: Flask, settings: Settings, kinds: Mapping[str, type[ProviderClient]]) -> None:
    app.extensions["oauth_kinds"] = kinds
    configure(app, settings)
