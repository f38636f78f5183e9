"""Signed tokens with any header and any claims, and what a provider may say oddly, which no library would send."""

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import Any

from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("first", "second"))
NULL = object()
"""Sent as null."""
HUGE = 10**4000
OPTIONAL_METADATA = [
    "userinfo_endpoint",
    "scopes_supported",
    "response_types_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "end_session_endpoint",
    "claims_supported",
    "mtls_endpoint_aliases",
    "of_ours",
]
"""Members of a discovery document that may be missing."""

ODD = [
    NULL,
    "",
    7,
    -1.5,
    True,
    [],
    {},
    [None],
    ["\ud800"],
    {"deep": [[[[]]]]},
    "\ud800",
    "\x00",
    "a" * 20_000,
    HUGE,
]
"""Values that no member should have, and any may."""


def short(value: object) -> str:
    """A name for a test of such a value."""
    return "null" if value is NULL else str(value)[:12].encode("unicode_escape").decode()


def merged(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    both = {name: value for name, value in {**members, **changes}.items() if value is not None}
    return {name: None if value is NULL else value for name, value in both.items()}


def signed(header: dict[str, Any], claims: dict[str, Any], key: RSAKey | ECKey | OctKey) -> str:
    """As no library would, whatever stands in them."""
    head, body = (encoded(json.dumps(part).encode()) for part in (header, claims))
    signature = JWSRegistry.algorithms[header["alg"]].sign(f"{head}.{body}".encode(), key)
    return f"{head}.{body}.{encoded(signature)}"


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def half_hash(token: str) -> str:
    return encoded(hashlib.sha256(token.encode()).digest()[:16])
