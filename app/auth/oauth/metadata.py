"""Reads a provider's discovery document: which members it must have, and which it may have."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import msgspec

LONGEST_URL = 2000


class Metadata(msgspec.Struct, frozen=True):
    """The members that Kiosk reads: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata"""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str = ""
    userinfo_endpoint: str = ""
    """Empty where there is none: the ID token says who the person is."""
    id_token_signing_alg_values_supported: Sequence[str] = ("RS256",)
    token_endpoint_auth_methods_supported: Sequence[str] = ("client_secret_basic",)
    scopes_supported: Sequence[str] = ()
    """Empty where the provider does not say."""
    authorization_response_iss_parameter_supported: bool = False


def understood(document: Mapping[str, Any]) -> Metadata:
    """Raises ValueError where a member that a sign-in needs is missing or malformed.

    An optional member that is malformed counts as missing.
    """
    issuer = document.get("issuer")
    if not isinstance(issuer, str):
        raise ValueError("the discovery document names no issuer")  # noqa: TRY004 -- the document is wrong
    given = Metadata(
        issuer, _required_url(document, "authorization_endpoint"), _required_url(document, "token_endpoint")
    )
    optional: dict[str, Any] = {name: _url(document, name) for name in ("jwks_uri", "userinfo_endpoint")}
    for name in (
        "id_token_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported",
        "scopes_supported",
    ):
        optional[name] = _texts(document, name) or getattr(given, name)
    names_issuer = document.get("authorization_response_iss_parameter_supported") is True
    return msgspec.structs.replace(given, **optional, authorization_response_iss_parameter_supported=names_issuer)


def _required_url(document: Mapping[str, Any], name: str) -> str:
    if not (url := _url(document, name)):
        raise ValueError(f"the discovery document has no {name}")
    return url


def _url(document: Mapping[str, Any], name: str) -> str:
    """Empty where it is no URL that can be called."""
    value = document.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isprintable():
        return ""
    try:
        url = httpx.URL(value)
    except (httpx.InvalidURL, ValueError):
        return ""
    return value if url.scheme in ("http", "https") and url.host else ""


def _texts(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = document.get(name)
    return tuple(each for each in values if isinstance(each, str)) if isinstance(values, list) else ()
