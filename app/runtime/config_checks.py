"""What every Kiosk checks of its settings at start. Features add their own: SETTINGS_CHECKS in app/__init__.py."""

import ipaddress
from collections.abc import Iterator

import sqlalchemy as sa

from app.runtime import urls
from app.runtime.config import RANDOM, Settings, listed

MIN_SECRET_BYTES = 32
MIN_CHARACTERS = 8
"""Different ones, in a secret. One with fewer repeats a pattern."""

PLACEHOLDERS = ("change", "secret", "password", "placeholder", "example", "your-", "dev")


def check_secrets(settings: Settings) -> Iterator[str]:
    uses = {
        "KIOSK_SECRET_KEY": settings.secret_keys[:1],
        "KIOSK_JWT_SECRET_KEY": settings.jwt_secret_keys[:1],
        "KIOSK_SECRET_KEY_FALLBACKS": settings.secret_keys[1:],
        "KIOSK_JWT_SECRET_KEY_FALLBACKS": settings.jwt_secret_keys[1:],
    }
    seen: dict[str, str] = {}
    for name, value in ((name, value) for name, values in uses.items() for value in values):
        if len(value.encode()) < MIN_SECRET_BYTES:
            yield f"{name} is shorter than {MIN_SECRET_BYTES} bytes: {RANDOM}"
        elif value.lower().startswith(PLACEHOLDERS) or len(set(value)) < MIN_CHARACTERS:
            yield f"{name} is a placeholder: {RANDOM}"
        elif value in seen:
            yield f"{name} is a key that {seen[value]} has already: give each its own"
        seen[value] = name


def check_proxies(settings: Settings) -> Iterator[str]:
    for each in listed(settings.trusted_proxies):
        try:
            ipaddress.ip_network(each)
        except ValueError:
            yield (
                f"KIOSK_TRUSTED_PROXIES holds {each!r}, which is no address and no network: "
                "write them like 10.0.0.7, 192.168.0.0/24, separated by commas"
            )


def check_addresses(settings: Settings) -> Iterator[str]:
    if not urls.is_origin(settings.public_url):
        yield (
            "KIOSK_PUBLIC_URL is no origin: write it as browsers do, like https://shop.example, in lower case, "
            "without a path, a slash at the end, or a port that goes without saying"
        )
    elif settings.https:
        pass
    elif settings.env == "production":
        yield "KIOSK_PUBLIC_URL is plain http in production: put the shop behind https"
    elif not urls.is_loopback(settings.public_url):
        yield "KIOSK_PUBLIC_URL is plain http on a host that is not this machine: put the shop behind https"
    if settings.otlp_endpoint and urls.split(settings.otlp_endpoint).scheme not in ("http", "https"):
        yield "KIOSK_OTLP_ENDPOINT is no address: write it like http://collector:4318"


def check_servers(settings: Settings) -> Iterator[str]:
    """No problem quotes an address: a password may be part of it."""
    try:
        database = sa.make_url(settings.sqlalchemy_database_uri).get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        database = ""
    if database not in ("sqlite", "postgresql", "postgres"):
        yield (
            "KIOSK_SQLALCHEMY_DATABASE_URI is no address of PostgreSQL or SQLite: write it like "
            "postgresql://user:password@host/kiosk or sqlite:///kiosk.db"
        )
    if settings.redis_url:
        redis = urls.split(settings.redis_url)
        if redis.scheme not in ("redis", "rediss") or not redis.hostname:
            yield "KIOSK_REDIS_URL is no address of Redis: write it like redis://host:6379/0"


def check_provider(settings: Settings, name: str, url: str) -> Iterator[str]:
    """What is wrong with the address of a provider, which the setting `name` gives."""
    parts = urls.split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"{name} is no address: write it like https://provider.example"
    elif urls.is_loopback(url) and settings.env == "production":
        yield f"{name} is on this machine, which only a simulator is: use the real provider, or KIOSK_ENV=staging"
    elif parts.scheme == "http" and not urls.is_loopback(url):
        yield f"{name} is plain http: use https"
