"""What a browser is asked for a passkey, and what it gives, as its `toJSON()` has it.

https://www.w3.org/TR/webauthn-3/#iface-pkcredential
"""

from typing import Annotated, Any, Literal

import msgspec

from app.web.api import END, Private

Encoded = Annotated[str, msgspec.Meta(max_length=100_000, pattern=rf"^[A-Za-z0-9_-]*{END}")]
"""Bytes in base64url, without padding."""


class SignedWith(Private, frozen=True, rename="camel"):
    client_data: Encoded = msgspec.field(name="clientDataJSON")
    authenticator_data: Encoded
    signature: Encoded
    user_handle: Encoded | None = None


class Made(Private, frozen=True, rename="camel"):
    client_data: Encoded = msgspec.field(name="clientDataJSON")
    attestation_object: Encoded


class Assertion(Private, frozen=True, rename="camel"):
    """Of `navigator.credentials.get()`."""

    id: Encoded
    raw_id: Encoded
    type: Literal["public-key"]
    response: SignedWith


class NewCredential(Private, frozen=True, rename="camel"):
    """Of `navigator.credentials.create()`."""

    id: Encoded
    raw_id: Encoded
    type: Literal["public-key"]
    response: Made


class Challenge(msgspec.Struct, frozen=True):
    """`public_key` is for `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""

    public_key: dict[str, Any]
