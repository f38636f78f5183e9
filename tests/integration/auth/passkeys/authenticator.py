"""An authenticator in software, which makes passkeys and signs with them as a browser would, or in any other way.

https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN, RP_ID = "http://localhost", "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey. What is given to `make` or `sign` besides the challenge is said instead of the truth."""

    origin: str = ORIGIN
    rp_id: str = RP_ID
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: str | None = None

    def make(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """What `navigator.credentials.create()` gives, as JSON."""
        self.user_handle = options["user"]["id"]
        length = len(self.credential_id).to_bytes(2, "big")
        attested = secrets.token_bytes(16) + length + self.credential_id + cbor2.dumps(self._public_key())
        data = self._data(ATTESTED, lies) + lies.get("attested", attested)
        statement = {"fmt": lies.get("format", "none"), "attStmt": lies.get("statement", {}), "authData": data}
        response = {
            "clientDataJSON": self._client_data(lies.get("type", "webauthn.create"), options, lies),
            "attestationObject": encoded(lies.get("object", cbor2.dumps(statement))),
        }
        return self._credential(response, lies)

    def sign(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """What `navigator.credentials.get()` gives, as JSON."""
        client_data = self._client_data(lies.get("type", "webauthn.get"), options, lies)
        data = self._data(0, lies)
        signed = data + hashlib.sha256(decoded(client_data)).digest()
        signature = lies.get("key", self.key).sign(signed, ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": encoded(lies.get("data", data)),
            "signature": encoded(lies.get("signature", signature)),
            "userHandle": lies.get("user_handle", self.user_handle),
        }
        return self._credential(response, lies)

    def _credential(self, response: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
        name = encoded(lies.get("credential_id", self.credential_id))
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _client_data(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> str:
        said = {
            "type": kind,
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": lies.get("cross_origin", False),
        }
        return encoded(lies.get("client_data", json.dumps(said).encode()))

    def _data(self, more_flags: int, lies: dict[str, Any]) -> bytes:
        rp_id = hashlib.sha256(lies.get("rp_id", self.rp_id).encode()).digest()
        flags = lies.get("flags", self.flags) | more_flags
        return rp_id + bytes([flags]) + lies.get("count", self.count).to_bytes(4, "big")

    def _public_key(self) -> dict[int, Any]:
        """COSE: an EC2 key (1: 2) for ES256 (3: -7) on P-256 (-1: 1)."""
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
