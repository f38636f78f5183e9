"""Passkeys, https://www.w3.org/TR/webauthn-3/: one is two factors at once, a device and whatever unlocks it.

The device names its user, so that nobody types a username, and has to make sure who holds it.
"""

import hashlib
import ipaddress
import logging
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa
import webauthn
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from app import mail
from app.auth import sign_in_methods
from app.auth.models import Passkey, UserSession
from app.auth.passkeys import challenges
from app.auth.passkeys.schemas import Assertion, NewCredential
from app.runtime.config import Settings
from app.runtime.db import insert_once
from app.runtime.errors import Conflict, Invalid, NotFound, Unauthorized
from app.users.audit_trail import Doer
from app.users.models import User

log = logging.getLogger(__name__)

MOST = 25
"""Passkeys of one user."""

MAX_CREDENTIAL_ID = 1023
"""Bytes: https://www.w3.org/TR/webauthn-3/#credential-id"""


class InvalidPasskey(Unauthorized):
    error = "invalid_passkey"
    detail = "This passkey was not accepted."


class PasskeyRefused(Invalid):
    """The same for somebody who is signed in, and stays so."""

    error = "invalid_passkey"
    detail = InvalidPasskey.detail


class NoPasskeysHere(Conflict):
    error = "passkeys_impossible"
    detail = "Browsers keep no passkeys for an address that is a number. Open the shop under a name, such as localhost."


class TooManyPasskeys(Conflict):
    error = "too_many_passkeys"
    detail = f"There are {MOST} passkeys already. Remove one first."


def possible(settings: Settings) -> bool:
    """Whether browsers let passkeys belong to the shop's host: to an IP address they do not."""
    try:
        ipaddress.ip_address(_rp_id(settings))
    except ValueError:
        return True
    return False


def ask(
    session: Session,
    settings: Settings,
    purpose: Literal["sign_in", "confirm"],
    asking: UserSession | None,
    now: datetime,
) -> dict[str, Any]:
    """For `navigator.credentials.get()`; whoever is asking confirms with one of their own. Raises NoPasskeysHere."""
    _check_possible(settings)
    own = of(session, asking.user_id) if asking else []
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(settings),
        challenge=challenges.issue(session, purpose, asking, now),
        timeout=challenges.MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in own],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def ask_for_new(session: Session, settings: Settings, user: User, asking: UserSession, now: datetime) -> dict[str, Any]:
    """For `navigator.credentials.create()`. Raises NoPasskeysHere, TooManyPasskeys."""
    _check_possible(settings)
    there = list(session.scalars(sa.select(Passkey.credential_id).where(Passkey.user_id == user.id)))
    if len(there) >= MOST:
        raise TooManyPasskeys
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(settings),
        rp_name="Kiosk",
        user_id=_handle(user),
        user_name=user.username,
        user_display_name=user.name or user.username,
        challenge=challenges.issue(session, "enrol", asking, now),
        timeout=challenges.MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in there],
    )
    return options_to_json_dict(options)


def enrol(
    session: Session,
    settings: Settings,
    user: User,
    asking: UserSession,
    name: str,
    made: NewCredential,
    by: Doer,
    now: datetime,
) -> Passkey:
    """Keeps a passkey that was made for a challenge of this very session. Raises PasskeyRefused, TooManyPasskeys."""
    challenge = challenges.spend(session, made.response.client_data, "enrol", asking, now)
    session.commit()
    if challenge is None:
        raise PasskeyRefused
    found = _registered(settings, made, challenge)
    values = {
        "user_id": user.id,
        "credential_id": found.credential_id,
        "public_key": found.credential_public_key,
        "sign_count": found.sign_count,
        "name": name,
        "created_at": now,
    }
    kept = insert_once(Passkey, values) if len(found.credential_id) <= MAX_CREDENTIAL_ID else None
    if kept is None:  # it is somebody's already
        raise PasskeyRefused
    if len(of(session, user.id)) > MOST:
        raise TooManyPasskeys
    by.note(session, user.id, "passkey_added", passkey=kept)
    mail.queue(session, "passkey_added", {"user": user.id, "name": name})
    return session.get_one(Passkey, kept)


def _registered(settings: Settings, made: NewCredential, challenge: bytes) -> VerifiedRegistration:
    try:
        return webauthn.verify_registration_response(
            credential=msgspec.to_builtins(made),
            expected_challenge=challenge,
            expected_rp_id=_rp_id(settings),
            expected_origin=settings.public_url,
            require_user_verification=True,
        )
    except Exception as error:  # whatever hostile bytes make the library raise
        log.info("a new passkey was refused: %r", error)
        raise PasskeyRefused from error


def remove(session: Session, user_id: int, passkey_id: int, by: Doer) -> None:
    """Raises NotFound for what is nobody's, or somebody else's, and LastSignInMethod."""
    with sign_in_methods.removing(session, user_id):
        gone = sa.delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id).returning(Passkey.name)
        name = session.scalar(gone)
        if name is None:
            raise NotFound
    by.note(session, user_id, "passkey_removed", passkey=passkey_id)
    mail.queue(session, "passkey_removed", {"user": user_id, "name": name})


def prove(
    session: Session,
    settings: Settings,
    shown: Assertion,
    purpose: Literal["sign_in", "confirm"],
    asking: UserSession | None,
    now: datetime,
) -> User:
    """The active user whose passkey this is. Raises InvalidPasskey, alike for every reason."""
    challenge = challenges.spend(session, shown.response.client_data, purpose, asking, now)
    found = session.execute(
        sa.select(Passkey, User)
        .join(User, User.id == Passkey.user_id)
        .where(Passkey.credential_id == _decoded(shown.id), User.active)
    ).first()
    session.commit()
    if challenge is None or found is None:
        raise InvalidPasskey
    passkey, user = found
    count = _count_signed(settings, shown, passkey, challenge)
    if count is None or not _names(user, shown.response.user_handle):
        raise InvalidPasskey
    # Only while it is there, and its count as it was: a copy of it may be in use at this very moment.
    same = sa.update(Passkey).where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
    if session.execute(same.values(sign_count=count, used_at=now)).rowcount == 0:  # type: ignore[attr-defined]
        raise InvalidPasskey
    return user


def of(session: Session, user_id: int) -> list[Passkey]:
    return list(session.scalars(sa.select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def _count_signed(settings: Settings, shown: Assertion, passkey: Passkey, challenge: bytes) -> int | None:
    """How often the passkey says that it was used; None where it is not the one that signed."""
    try:
        found = webauthn.verify_authentication_response(
            credential=msgspec.to_builtins(shown),
            expected_challenge=challenge,
            expected_rp_id=_rp_id(settings),
            expected_origin=settings.public_url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 -- whatever hostile bytes make the library raise
        log.info("passkey %s was refused: %r", passkey.id, error)
        return None
    return found.new_sign_count


def _check_possible(settings: Settings) -> None:
    if not possible(settings):
        raise NoPasskeysHere


def _rp_id(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or ""


def _handle(user: User) -> bytes:
    """What passkeys call their user: the same for good, telling nothing, and another in any other shop."""
    return user.public_id.encode()


def _names(user: User, handle: str | None) -> bool:
    """Whether a passkey calls its user so; those that were made before users had a `public_id` used the other name."""
    before = hashlib.sha256(f"user {user.id} since {user.created_at.isoformat()}".encode()).digest()
    return handle in (None, "", bytes_to_base64url(_handle(user)), bytes_to_base64url(before))


def _decoded(text: str) -> bytes:
    try:
        return base64url_to_bytes(text)
    except ValueError:
        return b""
