"""Whether users can sign in at the providers: checks of the settings, and of each provider."""

from collections.abc import Iterator
from functools import partial

import httpx

from app.auth.oauth import id_token
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.providers import OAuthFailure, Provider, providers
from app.runtime import outbound
from app.runtime.async_bridge import bridge
from app.runtime.checks import Check, Line
from app.runtime.config import Settings
from app.runtime.config_checks import check_provider


def check_settings(settings: Settings) -> Iterator[str]:
    for name, provider in settings.oauth.items():
        yield from check_provider(settings, f"KIOSK_OAUTH__{name}__ISSUER", provider.issuer)
    default = settings.oauth_default
    if default and default not in settings.oauth:
        yield f"KIOSK_OAUTH_DEFAULT names {default!r}: set KIOSK_OAUTH__{default}__ISSUER too"


def checks() -> Iterator[tuple[str, Check]]:
    for name, provider in providers().items():
        yield f"sign-in at {name}", partial(check_sign_in, provider)


def check_sign_in(provider: Provider) -> Iterator[Line]:
    name = f"sign-in at {provider.name}"
    try:
        words = bridge.run(_read(provider))
    except OAuthFailure as failure:
        yield Line("FAIL", name, str(failure), f"check KIOSK_OAUTH__{provider.name}__ISSUER, and the way out")
    else:
        yield Line("ok", name, words)


async def _read(provider: Provider) -> str:
    """What the provider publishes, in words. Raises OAuthFailure."""
    metadata = await provider.metadata()
    if not provider.is_github:
        return await _read_keys(provider, metadata)
    try:
        async with outbound.deadline():
            await outbound.client().get(metadata.authorization_endpoint)
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"{metadata.authorization_endpoint}: {error!r}") from error
    return "answers"


async def _read_keys(provider: Provider, metadata: Metadata) -> str:
    number = (await provider.keys()).count(id_token.allowed(metadata))
    if not number:
        raise OAuthFailure("oauth_failed", f"{metadata.jwks_uri}: no key that an ID token could be checked with")
    source = "" if metadata.userinfo_endpoint else "; there is no userinfo, the ID token says who it is"
    return f"discovery and {number} keys can be read{source}"
