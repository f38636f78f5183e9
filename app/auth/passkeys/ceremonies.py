"""The two ceremonies of https://www.w3.org/TR/webauthn-3/: registering a passkey, and authenticating with one.

The library makes the options for the browser, and checks what the browser answers.
"""

import hashlib
import logging
from typing import Any

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from app.auth.passkeys.challenges import MILLISECONDS
from app.auth.passkeys.models import Passkey
from app.auth.passkeys.relying_party import rp_id
from app.auth.passkeys.schemas import Assertion, NewCredential
from app.runtime.config import Settings
from app.users.models import User

log = logging.getLogger(__name__)


def registration_options(settings: Settings, user: User, challenge: bytes, existing: list[bytes]) -> dict[str, Any]:
    """For `navigator.credentials.create()`. A device with one of the `existing` credentials makes no other one."""
    options = webauthn.generate_registration_options(
        rp_id=rp_id(settings),
        rp_name="Kiosk",
        user_id=_handle(user),
        user_name=user.username,
        user_display_name=user.name or user.username,
        challenge=challenge,
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in existing],
    )
    return options_to_json_dict(options)


def authentication_options(settings: Settings, challenge: bytes, allowed: list[bytes]) -> dict[str, Any]:
    """For `navigator.credentials.get()`. With none `allowed` the device offers those that it has for the shop."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(settings),
        challenge=challenge,
        timeout=MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def registered(settings: Settings, credential: NewCredential, challenge: bytes) -> VerifiedRegistration | None:
    """The new passkey; None where the credential is not for this shop and this challenge."""
    try:
        return webauthn.verify_registration_response(
            credential=msgspec.to_builtins(credential),
            expected_challenge=challenge,
            expected_rp_id=rp_id(settings),
            expected_origin=settings.public_url,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 -- the library raises many kinds for hostile bytes
        log.info("a new passkey was refused: %r", error)
        return None


def sign_count(settings: Settings, assertion: Assertion, passkey: Passkey, challenge: bytes) -> int | None:
    """How often the passkey says that it was used; None where it did not sign the challenge."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=msgspec.to_builtins(assertion),
            expected_challenge=challenge,
            expected_rp_id=rp_id(settings),
            expected_origin=settings.public_url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 -- as above
        log.info("passkey %s was refused: %r", passkey.id, error)
        return None
    return verified.new_sign_count


def credential_id(assertion: Assertion) -> bytes:
    """Empty where the assertion names none."""
    try:
        return base64url_to_bytes(assertion.id)
    except ValueError:
        return b""


def is_of(user: User, assertion: Assertion) -> bool:
    """Whether the passkey means this user. Passkeys from before users had a `public_id` have the older handle."""
    older = hashlib.sha256(f"user {user.id} since {user.created_at.isoformat()}".encode()).digest()
    handle = assertion.response.user_handle
    return handle in (None, "", bytes_to_base64url(_handle(user)), bytes_to_base64url(older))


def _handle(user: User) -> bytes:
    """The user's name in passkeys: it never changes, tells nothing, and is another one in every shop."""
    return user.public_id.encode()
