"""What requests about passkeys hold, and what they are answered.

Credentials are as a browser's `toJSON()` gives them: https://www.w3.org/TR/webauthn-3/#iface-pkcredential
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from app.auth.passkeys.models import Passkey
from app.web.api import END, Private, ShortName

Encoded = Annotated[str, msgspec.Meta(max_length=100_000, pattern=rf"^[A-Za-z0-9_-]*{END}")]
"""Bytes in base64url, without padding."""


class AssertionResponse(Private, frozen=True, rename="camel"):
    client_data: Encoded = msgspec.field(name="clientDataJSON")
    authenticator_data: Encoded
    signature: Encoded
    user_handle: Encoded | None = None


class AttestationResponse(Private, frozen=True, rename="camel"):
    client_data: Encoded = msgspec.field(name="clientDataJSON")
    attestation_object: Encoded


class Assertion(Private, frozen=True, rename="camel"):
    """Of `navigator.credentials.get()`."""

    id: Encoded
    raw_id: Encoded
    type: Literal["public-key"]
    response: AssertionResponse


class NewCredential(Private, frozen=True, rename="camel"):
    """Of `navigator.credentials.create()`."""

    id: Encoded
    raw_id: Encoded
    type: Literal["public-key"]
    response: AttestationResponse


class PasskeyProof(Private, frozen=True):
    """A challenge that was signed by a passkey."""

    credential: Assertion


class NewPasskey(Private, frozen=True):
    name: ShortName
    credential: NewCredential


class PasskeyChallengeOut(msgspec.Struct, frozen=True):
    """`public_key` is for `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""

    public_key: dict[str, Any]


class PasskeyOut(msgspec.Struct, frozen=True):
    id: int
    name: str
    created_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyOut":
        return cls(passkey.id, passkey.name, passkey.created_at, passkey.used_at)
