"""Checks an ID token to the letter of https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation."""

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

from app.auth.oauth.key_set import SIGNERS, Keys
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.providers import OAuthFailure, Provider, decoded
from app.runtime import outbound

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""


class _Registry(jws.JWSRegistry):
    """Reads the algorithm alone: certificates and the like may be in a header, of whatever length and form."""

    max_header_length = max_payload_length = outbound.MOST_BYTES
    max_signature_length = 4096

    def __init__(self, algorithms: frozenset[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)
        self.header_registry = {"alg": JWS_HEADER_REGISTRY["alg"]}


def allowed(metadata: Metadata) -> frozenset[str]:
    """The algorithms that this provider may sign by."""
    return frozenset(SIGNERS).intersection(metadata.id_token_signing_alg_values_supported) or frozenset({"RS256"})


async def verified(provider: Provider, raw: object, nonce: str, access_token: str, now: float) -> dict[str, Any]:
    """The claims of the ID token `raw`. Raises OAuthFailure at the first thing that is not as it must be."""
    if not isinstance(raw, str):
        raise OAuthFailure("oauth_failed", "no ID token")
    metadata = await provider.metadata()
    try:
        claims = await _decoded(provider, raw, allowed(metadata))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise OAuthFailure("oauth_failed", f"ID token: {error!r}") from error
    for wrong in problems(claims, provider, metadata, nonce, access_token, now):
        raise OAuthFailure("oauth_failed", f"ID token: {wrong}")
    return claims


async def _decoded(provider: Provider, raw: str, algorithms: frozenset[str]) -> dict[str, Any]:
    came = time.monotonic()
    registry = _Registry(algorithms)
    token = jws.extract_compact(raw.encode(), registry=registry)
    header = token.headers()
    if header["alg"] not in algorithms:
        raise ValueError("signed by an algorithm that is not allowed")
    if header.pop("crit", None) is not None:  # of what may stand there Kiosk knows nothing: RFC 7515, section 4.1.11
        raise ValueError("it has to be understood in a way that Kiosk does not know")
    if not _signed(token, await provider.keys(), registry) and not _signed(
        token, await provider.keys(newer_than=came), registry
    ):
        raise ValueError("not signed by a key that the provider publishes")
    claims = decoded(token.payload or b"")
    if not isinstance(claims, dict):
        raise ValueError("its claims are no object")  # noqa: TRY004 -- it is the token that is wrong
    return claims


def _signed(token: jws.CompactSignature, keys: Keys, registry: jws.JWSRegistry) -> bool:
    header = token.headers()
    fitting = keys.fitting(header["alg"], header.get("kid"))
    return any(_is_by(key, token, registry) for key in fitting)


def _is_by(key: RSAKey | ECKey, token: jws.CompactSignature, registry: jws.JWSRegistry) -> bool:
    try:
        return jws.validate_compact(token, key, registry=registry)
    except (JoseError, ValueError, UnsupportedAlgorithm):  # a key that looked like one
        return False


def problems(
    claims: dict[str, Any], provider: Provider, metadata: Metadata, nonce: str, access_token: str, now: float
) -> list[str]:
    """What is wrong with the claims, in words; empty where nothing is."""
    client_id = provider.settings.client_id
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
    """Seconds since 1970; for what is no time the year 1969, which is neither ahead of us nor near."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else -1


def _same(value: object, *expected: str) -> bool:
    if not isinstance(value, str) or not value.isascii():  # what is expected is base64
        return False
    return any(hmac.compare_digest(value, each) for each in expected)


def _at_hashes(access_token: str) -> list[str]:
    """The left half of the hash, of whichever size goes with the signature's algorithm (OIDC Core 3.1.3.6)."""
    digests = [hashlib.new(name, access_token.encode()).digest() for name in ("sha256", "sha384", "sha512")]
    return [base64.urlsafe_b64encode(each[: len(each) // 2]).rstrip(b"=").decode() for each in digests]
