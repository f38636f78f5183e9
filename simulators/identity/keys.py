"""The signing keys and what is wrong with a signature on demand."""

import hmac
import json
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256, sha512
from types import MappingProxyType
from typing import Any, Literal, get_args

from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from simulators.identity.ids import Ids, base64url
from simulators.store import Resource, Store

Signing = Literal["RS256", "none", "HS256-secret", "HS256-public-key", "foreign-key", "broken"]
SIGNINGS: tuple[Signing, ...] = get_args(Signing)

Header = Mapping[str, str | None]


def half_hash(value: str, algorithm: str = "RS256") -> str:
    """`at_hash`: the left half of the hash that goes with the algorithm, for Ed25519 SHA-512 (Core 3.1.3.6)."""
    digest = (sha512 if algorithm == "EdDSA" else sha256)(value.encode("ascii")).digest()
    return base64url(digest[: len(digest) // 2])


class KeyRing:
    """Signs with the newest key and publishes one or several. Not safe for threads: the state's lock guards it."""

    def __init__(self, store: Store, ids: Ids) -> None:
        self._store, self._ids, self._made = store, ids, 0
        kept = store["meta"].get("keys")
        self.first = RSAKey.import_key(kept["first"]) if kept else self._new()
        self.edwards = OKPKey.import_key(kept["edwards"]) if kept else ids.branch("edwards").edwards()
        """The key of clients that asked for EdDSA."""
        self.published = [RSAKey.import_key(each) for each in kept["published"]] if kept else [self.first]
        self.keep()

    def _new(self) -> RSAKey:
        self._made += 1
        return self._ids.branch(f"key {self._made}").rsa()

    def keep(self) -> None:
        def whole(key: RSAKey | OKPKey) -> Resource:
            return dict(key.as_dict(private=True))

        published = [whole(key) for key in self.published]
        keys = {"first": whole(self.first), "edwards": whole(self.edwards), "published": published}
        with self._store:
            self._store.put("meta", "keys", keys)

    @property
    def current(self) -> RSAKey:
        return self.published[0]

    @cached_property
    def foreign(self) -> RSAKey:
        """A key that is never published."""
        return self._ids.branch("foreign").rsa()

    @property
    def all(self) -> list[RSAKey | OKPKey]:
        """What is published. Clients keep a key set for minutes, so each key is there before it is first used."""
        return [*self.published, self.edwards]

    def sign_edwards(self, claims: Mapping[str, Any], more: Header = MappingProxyType({})) -> str:
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self.edwards.kid, **more}
        return jwt.encode(header, dict(claims), self.edwards, algorithms=["EdDSA"])

    def rotate(self, *, keep: bool) -> None:
        """Signs with a new key from now on; the old ones stay published only if `keep`."""
        self.published = [self._new(), *(self.published if keep else [])]
        self.keep()

    def reset(self) -> None:
        self.published = [self.first]
        self.keep()

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
