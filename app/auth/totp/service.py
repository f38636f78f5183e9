"""The second factor of a password: codes of an authenticator app, and recovery codes for whoever lost it."""

import base64
import logging
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import encryption
from app.auth.models import RecoveryCode, Totp
from app.auth.opaque_tokens import digest
from app.auth.totp import codes, key_rotation
from app.runtime.config import Settings
from app.runtime.db import insert_once
from app.runtime.errors import Conflict, Invalid, Unauthorized
from app.runtime.text import typed_code
from app.users.audit_trail import Doer

log = logging.getLogger(__name__)

RECOVERY_CODES = 10
RECOVERY_BYTES = 15
"""120 bits: more than the 112 from which on ASVS 5.0 (6.5.2) lets a plain hash keep them."""
MOST_WRONG = 100
"""App codes in a row. After them none is taken, as NIST SP 800-63B-4 (3.2.2) asks, until a recovery code was."""
WORTH_A_MAIL = 10
"""Wrong codes in a row: whoever sends these knows the password, and the owner hardly gets as far."""


class SecondFactorRequired(Unauthorized):
    error = "second_factor_required"
    detail = "The password is right. Send it again together with a code of the authenticator app, or a recovery code."


class InvalidCode(Unauthorized):
    error = "invalid_code"
    detail = (
        "This code is wrong, too old, or was used before."
        f" After {MOST_WRONG} wrong ones in a row only a recovery code is taken."
    )


class CodeRefused(Invalid):
    """The same for somebody who is signed in, and stays so."""

    error = "invalid_code"
    detail = InvalidCode.detail


class AppAlready(Conflict):
    error = "totp_already_on"
    detail = "An authenticator app is set up already. Remove it first, or keep it."


class NoApp(Conflict):
    error = "totp_not_on"
    detail = "No authenticator app is set up."


def is_on(session: Session, user_id: int) -> bool:
    """Whether a password alone does not sign this user in."""
    return session.scalar(sa.select(_confirmed(user_id))) or False


def check(session: Session, settings: Settings, user_id: int, code: str | None, now: datetime) -> None:
    """Lets a user by whose password was right. Raises SecondFactorRequired, InvalidCode."""
    if not is_on(session, user_id):
        return
    if not code:
        raise SecondFactorRequired
    if not take(session, settings, user_id, code, now):
        raise InvalidCode


def take(session: Session, settings: Settings, user_id: int, code: str, now: datetime) -> bool:
    """Whether `code` is a good one, of the app or for recovery. It never is again. Commits what is under way."""
    plain = typed_code(code)
    if len(plain) == codes.DIGITS:
        return _count(session, user_id) and _take_app_code(session, settings, user_id, plain, now)
    spent = sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == digest(plain))
    if session.execute(spent).rowcount == 0:  # type: ignore[attr-defined]
        return False
    believe(session, user_id)
    return True


def believe(session: Session, user_id: int) -> None:
    """Take the app's codes again, however many were wrong: it is certain by other means who is asking."""
    session.execute(sa.update(Totp).where(Totp.user_id == user_id).values(wrong=0))


def _count(session: Session, user_id: int) -> bool:
    """Count a code as wrong before it is looked at, committed. Whether one may be looked at."""
    counted = sa.update(Totp).where(Totp.user_id == user_id, Totp.wrong < MOST_WRONG).values(wrong=Totp.wrong + 1)
    wrong = session.scalar(counted.returning(Totp.wrong))
    if wrong == WORTH_A_MAIL + 1:
        mail.queue(session, "codes_guessed", {"user": user_id})
    session.commit()
    return wrong is not None


def _take_app_code(session: Session, settings: Settings, user_id: int, code: str, now: datetime) -> bool:
    app = session.get(Totp, user_id)
    step = _step(settings, app, code, now)
    if app is None or step is None:
        return False
    later = sa.or_(Totp.last_step.is_(None), Totp.last_step < step)
    taken = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None), later)
    if session.execute(taken.values(last_step=step, wrong=0)).rowcount == 0:  # type: ignore[attr-defined]
        return False
    key_rotation.renew(session, settings, user_id, app.secret)
    return True


def _step(settings: Settings, app: Totp | None, code: str, now: datetime) -> int | None:
    if app is None:
        return None
    try:
        return codes.step_of(encryption.unseal(settings, app.secret), code, now)
    except encryption.Unreadable:
        log.exception("the authenticator app of user %s was set up under a SECRET_KEY that is gone", app.user_id)
        return None


def begin(session: Session, settings: Settings, user_id: int) -> bytes:
    """The key for an authenticator app. It counts once `confirm` was shown a code of it. Raises AppAlready."""
    key = codes.mint()
    sealed = encryption.seal(settings, key)
    begun = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_(None)).values(secret=sealed)
    there = session.execute(begun).rowcount  # type: ignore[attr-defined]
    if not there and insert_once(Totp, {"user_id": user_id, "secret": sealed}) is None:
        raise AppAlready
    return key


def confirm(session: Session, settings: Settings, user_id: int, code: str, by: Doer, now: datetime) -> list[str]:
    """From now on signing in takes a code. Gives the recovery codes. Raises NoApp, AppAlready, CodeRefused."""
    app = session.get(Totp, user_id)
    if app is None:
        raise NoApp
    if app.confirmed_at is not None:
        raise AppAlready
    step = _step(settings, app, typed_code(code), now)
    if step is None:
        raise CodeRefused
    still = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_(None), Totp.secret == app.secret)
    if session.execute(still.values(confirmed_at=now, last_step=step)).rowcount == 0:  # type: ignore[attr-defined]
        raise AppAlready
    key_rotation.renew(session, settings, user_id, app.secret)
    by.note(session, user_id, "totp_added")
    mail.queue(session, "totp_added", {"user": user_id})
    return _new_codes(session, user_id)


def remove(session: Session, user_id: int, by: Doer) -> None:
    """Signing in takes the password alone again. Raises NoApp."""
    gone = sa.delete(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))
    if session.execute(gone).rowcount == 0:  # type: ignore[attr-defined]
        raise NoApp
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    by.note(session, user_id, "totp_removed")
    mail.queue(session, "totp_removed", {"user": user_id})


def renew_codes(session: Session, user_id: int, by: Doer) -> list[str]:
    """New recovery codes; the old ones are worth nothing any more. Raises NoApp."""
    # Held until the end, so that of two who ask at once only the second one's codes are good.
    held = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None)).values(user_id=user_id)
    if session.execute(held).rowcount == 0:  # type: ignore[attr-defined]
        raise NoApp
    by.note(session, user_id, "recovery_codes_made")
    return _new_codes(session, user_id)


def codes_left(session: Session, user_id: int) -> int:
    return session.scalar(sa.select(sa.func.count()).where(RecoveryCode.user_id == user_id)) or 0


def _new_codes(session: Session, user_id: int) -> list[str]:
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    plain = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=digest(each)) for each in plain)
    return ["-".join(each[at : at + 4] for at in range(0, len(each), 4)) for each in plain]


def _confirmed(user_id: int) -> sa.Exists:
    return sa.exists().where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))
