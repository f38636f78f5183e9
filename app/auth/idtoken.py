"""Checks an ID token to the letter of https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation."""

import base64
import hashlib
import hmac
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.auth.providers import Metadata, OAuthFailure, Provider

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""By key pair all of them: one who knows only our client secret can sign nothing."""

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""


async def verified(provider: Provider, raw: object, nonce: str, access_token: str, now: float) -> dict[str, Any]:
    """The claims of the ID token `raw`. Raises OAuthFailure at the first thing that is not as it must be."""
    if not isinstance(raw, str):
        raise OAuthFailure("oauth_failed", "no ID token")
    metadata = await provider.metadata()
    allowed = ALGORITHMS.intersection(metadata.id_token_signing_alg_values_supported) or {"RS256"}
    try:
        claims = await _decoded(provider, raw, sorted(allowed))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise OAuthFailure("oauth_failed", f"ID token: {error!r}") from error
    for wrong in problems(claims, provider, metadata, nonce, access_token, now):
        raise OAuthFailure("oauth_failed", f"ID token: {wrong}")
    return claims


async def _decoded(provider: Provider, raw: str, allowed: list[str]) -> dict[str, Any]:
    header = jws.extract_compact(raw.encode()).headers()
    keys = await provider.keys()
    if not _holds(keys, header.get("kid")):
        keys = await provider.keys(anew=True)
        if not _holds(keys, header.get("kid")):
            raise ValueError("signed by a key that the provider does not publish")
    token = jwt.decode(raw, keys, algorithms=allowed)
    return dict(token.claims)


def _holds(keys: KeySet, kid: object) -> bool:
    return len(keys.keys) == 1 if kid is None else any(key.kid == kid for key in keys.keys)


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
        "another authorized party": claims.get("azp", client_id) == client_id,
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
    if not isinstance(value, str):
        return False
    return any(hmac.compare_digest(value.encode(), each.encode()) for each in expected)


def _at_hashes(access_token: str) -> list[str]:
    """The left half of the hash, of whichever size goes with the signature's algorithm (OIDC Core 3.1.3.6)."""
    digests = [hashlib.new(name, access_token.encode()).digest() for name in ("sha256", "sha384", "sha512")]
    return [base64.urlsafe_b64encode(each[: len(each) // 2]).rstrip(b"=").decode() for each in digests]
