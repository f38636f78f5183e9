"""Checks an ID token: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation"""

import base64
import hashlib
import hmac
import time
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.registry import JWS_HEADER_REGISTRY

from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.fetch import decoded
from app.auth.oauth.key_set import SIGNERS, Keys
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.providers import ProviderClient
from app.runtime import outbound

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""


class _Registry(jws.JWSRegistry):
    """Checks the algorithm in the header, and nothing else there: a header may hold certificates of any length."""

    max_header_length = max_payload_length = outbound.MOST_BYTES
    max_signature_length = 4096

    def __init__(self, algorithms: frozenset[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)
        self.header_registry = {"alg": JWS_HEADER_REGISTRY["alg"]}


def allowed(metadata: Metadata) -> frozenset[str]:
    """The algorithms by which this provider may sign."""
    return frozenset(SIGNERS).intersection(metadata.id_token_signing_alg_values_supported) or frozenset({"RS256"})


async def verified(client: ProviderClient, raw: object, nonce: str, access_token: str, now: float) -> dict[str, Any]:
    """The claims of the ID token `raw`. Raises OAuthFailure for the first rule that it breaks."""
    if not isinstance(raw, str):
        raise OAuthFailure("oauth_failed", "no ID token")
    try:
        claims = await _decoded(client, raw)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise OAuthFailure("oauth_failed", f"ID token: {error!r}") from error
    for wrong in problems(claims, client.provider.settings.client_id, client.metadata, nonce, access_token, now):
        raise OAuthFailure("oauth_failed", f"ID token: {wrong}")
    return claims


async def _decoded(client: ProviderClient, raw: str) -> dict[str, Any]:
    received = time.monotonic()
    algorithms = allowed(client.metadata)
    registry = _Registry(algorithms)
    token = jws.extract_compact(raw.encode(), registry=registry)
    header = token.headers()
    if header["alg"] not in algorithms:
        raise ValueError("signed by an algorithm that is not allowed")
    if header.pop("crit", None) is not None:  # Kiosk knows no extension: RFC 7515, section 4.1.11
        raise ValueError("it needs an extension that Kiosk does not know")
    discovery, url = client.provider.discovery, client.metadata.jwks_uri
    if not _is_signed(token, await discovery.keys(url), registry):
        fresh = await discovery.keys(url, newer_than=received)
        if not _is_signed(token, fresh, registry):
            raise ValueError("not signed by a key that the provider publishes")
    claims = decoded(token.payload or b"")
    if not isinstance(claims, dict):
        raise ValueError("its claims are no object")  # noqa: TRY004 -- it is the token that is wrong
    return claims


def _is_signed(token: jws.CompactSignature, keys: Keys, registry: jws.JWSRegistry) -> bool:
    header = token.headers()
    fitting = keys.fitting(header["alg"], header.get("kid"))
    return any(_is_by(key, token, registry) for key in fitting)


def _is_by(key: RSAKey | ECKey, token: jws.CompactSignature, registry: jws.JWSRegistry) -> bool:
    try:
        return jws.validate_compact(token, key, registry=registry)
    except (JoseError, ValueError, UnsupportedAlgorithm):  # the key turns out to be unusable
        return False


def problems(
    claims: dict[str, Any], client_id: str, metadata: Metadata, nonce: str, access_token: str, now: float
) -> list[str]:
    """The rules that the claims break, in words."""
    issued, expires = claims.get("iat"), claims.get("exp")
    at_hash = claims.get("at_hash")
    rules = {
        "another issuer": claims.get("iss") == metadata.issuer,
        "another audience": claims.get("aud") in (client_id, [client_id]),
        "another authorized party": claims.get("azp") in (None, client_id),
        "expired": _time(expires) > now - LEEWAY,
        "issued in the future": _time(issued) < now + LEEWAY and _time(issued) > 0,
        "another nonce": bool(nonce) and _same(claims.get("nonce"), nonce),
        "another access token": at_hash is None or _same(at_hash, *_at_hashes(access_token)),
        "no subject": isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255,  # noqa: PLR2004 -- OIDC Core 2
    }
    return [wrong for wrong, right in rules.items() if not right]


def _time(value: object) -> float:
    """Seconds since 1970; for another value a second before, which is expired and was never issued."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else -1


def _same(value: object, *expected: str) -> bool:
    if not isinstance(value, str) or not value.isascii():  # what is expected is base64
        return False
    return any(hmac.compare_digest(value, each) for each in expected)


def _at_hashes(access_token: str) -> list[str]:
    """The left half of the hash. Its size depends on the algorithm of the signature (OIDC Core 3.1.3.6)."""
    digests = [hashlib.new(name, access_token.encode()).digest() for name in ("sha256", "sha384", "sha512")]
    return [base64.urlsafe_b64encode(each[: len(each) // 2]).rstrip(b"=").decode() for each in digests]
