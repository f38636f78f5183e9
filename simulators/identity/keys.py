"""The signing keys and what is wrong with a signature on demand."""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256, sha512
from types import MappingProxyType
from typing import Any, Literal, get_args

from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

Signing = Literal["RS256", "none", "HS256-secret", "HS256-public-key", "foreign-key", "broken"]
SIGNINGS: tuple[Signing, ...] = get_args(Signing)

Header = Mapping[str, str | None]


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def half_hash(value: str, algorithm: str = "RS256") -> str:
    """`at_hash`: the left half of the hash that goes with the algorithm, for Ed25519 SHA-512 (Core 3.1.3.6)."""
    digest = (sha512 if algorithm == "EdDSA" else sha256)(value.encode("ascii")).digest()
    return base64url(digest[: len(digest) // 2])


def _new_key() -> RSAKey:
    # Two keys must never share a kid, and a thumbprint would tell two simulators with one key apart from nothing.
    kid = secrets.token_hex(8)
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": kid}, private=True, auto_kid=False)


class KeyRing:
    """Signs with the newest key and publishes one or several. Not safe for threads: the state's lock guards it."""

    def __init__(self) -> None:
        self.first = _new_key()
        self.published = [self.first]

    @property
    def current(self) -> RSAKey:
        return self.published[0]

    @cached_property
    def foreign(self) -> RSAKey:
        """A key that is never published."""
        return _new_key()

    @cached_property
    def edwards(self) -> OKPKey:
        """The key of clients that asked for EdDSA."""
        kid = secrets.token_hex(8)
        return OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "EdDSA", "kid": kid}, private=True, auto_kid=False)

    @property
    def all(self) -> list[RSAKey | OKPKey]:
        """What is published. Clients keep a key set for minutes, so each key is there before it is first used."""
        return [*self.published, self.edwards]

    def sign_edwards(self, claims: Mapping[str, Any], more: Header = MappingProxyType({})) -> str:
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self.edwards.kid, **more}
        return jwt.encode(header, dict(claims), self.edwards, algorithms=["EdDSA"])

    def rotate(self, *, keep: bool) -> None:
        """Signs with a new key from now on; the old ones stay published only if `keep`."""
        self.published = [_new_key(), *(self.published if keep else [])]

    def reset(self) -> None:
        self.published = [self.first]

    def as_dict(self) -> dict[str, Any]:
        """The key set of RFC 7517 section 5, public halves only."""
        return {"keys": [key.as_dict(private=False) for key in self.all]}

    def sign(self, claims: Mapping[str, Any], signing: Signing, header: Header, secret: str) -> str:
        """A compact JWS. `header` overrides parameters of the header, None removes one."""
        algorithm = {"none": "none", "HS256-secret": "HS256", "HS256-public-key": "HS256"}.get(signing, "RS256")
        asked = {"alg": algorithm, "typ": "JWT", "kid": self.current.kid, **header}
        head = {key: value for key, value in asked.items() if value is not None}
        if signing == "none":
            return _unsigned(head, claims) + "."
        if signing == "HS256-secret":
            return _hs256(head, claims, secret.encode())
        if signing == "HS256-public-key":
            return _hs256(head, claims, self.current.as_pem(private=False))
        key = self.foreign if signing == "foreign-key" else self.current
        token = jwt.encode({"alg": "RS256", **head}, dict(claims), key, algorithms=["RS256"])
        return _broken(token) if signing == "broken" else token


def _unsigned(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))


def _hs256(header: Mapping[str, Any], claims: Mapping[str, Any], key: bytes) -> str:
    # By hand: joserfc refuses, rightly, to use a public key as a shared secret.
    message = _unsigned(header, claims)
    return f"{message}.{base64url(hmac.digest(key, message.encode(), 'sha256'))}"


def _broken(token: str) -> str:
    message, _, signature = token.rpartition(".")
    first = "B" if signature.startswith("A") else "A"
    return f"{message}.{first}{signature[1:]}"
