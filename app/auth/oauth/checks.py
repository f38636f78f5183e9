"""Whether users can sign in at the providers: checks of the settings, and of each provider."""

from collections.abc import Iterator
from functools import partial

from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.providers import Provider, providers
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
    return await (await provider.connect()).examine()
