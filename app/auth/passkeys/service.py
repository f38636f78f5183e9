"""Passkeys of users: enrolled, listed, removed, and proved at a sign-in or a confirmation.

A passkey is two factors: a device, and what unlocks it. The device says who its user is, so that no username is typed.
The ceremonies are imported by the first one of a process: their library takes 5 MB and 40 ms, and many shops see none.
"""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import sign_in_methods
from app.auth.models import UserSession
from app.auth.passkeys import challenges
from app.auth.passkeys.models import Passkey
from app.auth.passkeys.relying_party import possible
from app.auth.passkeys.schemas import Assertion, NewCredential
from app.runtime.config import Settings
from app.runtime.db import affected, insert_once
from app.runtime.errors import Conflict, Invalid, NotFound, Unauthorized
from app.users.audit_trail import Actor
from app.users.models import User

MOST = 25
"""Passkeys of one user."""

MAX_CREDENTIAL_ID = 1023
"""Bytes: https://www.w3.org/TR/webauthn-3/#credential-id"""


class InvalidPasskey(Unauthorized):
    error = "invalid_passkey"
    detail = "This passkey was not accepted."


class PasskeyRefused(Invalid):
    """As InvalidPasskey, for a user who is signed in and stays so."""

    error = InvalidPasskey.error
    detail = InvalidPasskey.detail


class NoPasskeysHere(Conflict):
    error = "passkeys_impossible"
    detail = "Browsers keep no passkeys for an address that is a number. Open the shop under a name, such as localhost."


class TooManyPasskeys(Conflict):
    error = "too_many_passkeys"
    detail = f"There are {MOST} passkeys already. Remove one first."


def ask(
    session: Session,
    settings: Settings,
    purpose: Literal["sign_in", "confirm"],
    asking: UserSession | None,
    now: datetime,
) -> dict[str, Any]:
    """Options for a sign-in, or for the session that is `asking` to be confirmed. Raises NoPasskeysHere."""
    from app.auth.passkeys import ceremonies

    _check_possible(settings)
    own = [each.credential_id for each in of(session, asking.user_id)] if asking else []
    return ceremonies.authentication_options(settings, challenges.issue(session, purpose, asking, now), own)


def ask_for_new(session: Session, settings: Settings, user: User, asking: UserSession, now: datetime) -> dict[str, Any]:
    """Options for a new passkey. Raises NoPasskeysHere, TooManyPasskeys."""
    from app.auth.passkeys import ceremonies

    _check_possible(settings)
    existing = [each.credential_id for each in of(session, user.id)]
    if len(existing) >= MOST:
        raise TooManyPasskeys
    challenge = challenges.issue(session, "enrol", asking, now)
    return ceremonies.registration_options(settings, user, challenge, existing)


def enrol(
    session: Session,
    settings: Settings,
    asking: UserSession,
    name: str,
    credential: NewCredential,
    actor: Actor,
    now: datetime,
) -> Passkey:
    """Store a passkey of the session's user, who signed a challenge with it. Raises PasskeyRefused, TooManyPasskeys."""
    from app.auth.passkeys import ceremonies

    user = asking.user
    challenge = challenges.spend(session, credential.response.client_data, "enrol", asking, now)
    session.commit()
    registered = ceremonies.registered(settings, credential, challenge) if challenge else None
    if registered is None or len(registered.credential_id) > MAX_CREDENTIAL_ID:
        raise PasskeyRefused
    values = {
        "user_id": user.id,
        "credential_id": registered.credential_id,
        "public_key": registered.credential_public_key,
        "sign_count": registered.sign_count,
        "name": name,
        "created_at": now,
    }
    passkey_id = insert_once(session, Passkey, values)
    if passkey_id is None:  # a user has it already
        raise PasskeyRefused
    if len(of(session, user.id)) > MOST:
        raise TooManyPasskeys
    actor.note(session, user.id, "passkey_added", passkey=passkey_id)
    mail.queue(session, "passkey_added", {"user": user.id, "name": name})
    return session.get_one(Passkey, passkey_id)


def remove(session: Session, user_id: int, passkey_id: int, actor: Actor) -> None:
    """Raises NotFound where the user has no such passkey, and LastSignInMethod."""
    with sign_in_methods.removing(session, user_id):
        own = sa.delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
        name = session.scalar(own.returning(Passkey.name))
        if name is None:
            raise NotFound
    actor.note(session, user_id, "passkey_removed", passkey=passkey_id)
    mail.queue(session, "passkey_removed", {"user": user_id, "name": name})


def prove(
    session: Session,
    settings: Settings,
    assertion: Assertion,
    purpose: Literal["sign_in", "confirm"],
    asking: UserSession | None,
    now: datetime,
) -> User:
    """The active user whose passkey signed the challenge. Raises InvalidPasskey, the same for every reason."""
    from app.auth.passkeys import ceremonies

    challenge = challenges.spend(session, assertion.response.client_data, purpose, asking, now)
    query = sa.select(Passkey, User).join(User, User.id == Passkey.user_id)
    is_named = Passkey.credential_id == ceremonies.credential_id(assertion)
    row = session.execute(query.where(is_named, User.active)).first()
    session.commit()
    if challenge is None or row is None:
        raise InvalidPasskey
    passkey, user = row
    count = ceremonies.sign_count(settings, assertion, passkey, challenge)
    if count is None or not ceremonies.is_of(user, assertion):
        raise InvalidPasskey
    # Only while the count is as it was: a copy of the passkey may be in use at the same moment.
    unchanged = sa.update(Passkey).where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
    if not affected(session, unchanged.values(sign_count=count, used_at=now)):
        raise InvalidPasskey
    return user


def of(session: Session, user_id: int) -> list[Passkey]:
    return list(session.scalars(sa.select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def _check_possible(settings: Settings) -> None:
    if not possible(settings):
        raise NoPasskeysHere
