"""Authenticator apps of users: set up, asked for a code at a sign-in by password, removed."""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import encryption
from app.auth import password as own_password
from app.auth.models import UserSession
from app.auth.second_factor import MOST_WRONG, CodeRefused, SecondFactor
from app.auth.totp import codes, key_rotation, recovery_codes
from app.auth.totp.models import Totp
from app.runtime.config import Settings
from app.runtime.db import affected, insert_once
from app.runtime.errors import Conflict
from app.runtime.languages import Sentence
from app.runtime.text import typed_code
from app.users import passwords
from app.users import service as users
from app.users.audit_trail import Actor

log = logging.getLogger(__name__)

WORTH_A_MAIL = 10
"""Wrong codes in a row. A client that sends so many knows the password, and is hardly the owner."""


class AppAlready(Conflict):
    error = "totp_already_on"
    detail = "An authenticator app is set up already. Remove it first, or keep it."


class NoApp(Conflict):
    error = "totp_not_on"
    detail = "No authenticator app is set up."


class PasswordTooShort(Conflict):
    """The password is long enough together with a second factor, and not without."""

    error = "password_too_short"
    detail = "The password would be too short without a second factor. Choose a longer one first."


def is_on(user_id: int) -> sa.ColumnElement[bool]:
    """In SQL: the user has an app that counts."""
    return sa.exists().where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))


def accept(session: Session, settings: Settings, user_id: int, code: str, now: datetime) -> bool:
    """Whether `code` is right: of the app, or a recovery code. It is never accepted again. Commits."""
    typed = typed_code(code)
    if len(typed) == codes.DIGITS:
        return _count_as_wrong(session, user_id) and _accept_app_code(session, settings, user_id, typed, now)
    if not recovery_codes.spend(session, user_id, typed):
        return False
    accept_again(session, user_id)
    return True


def accept_again(session: Session, user_id: int) -> None:
    """Accept codes of the app again, however many were wrong: it is certain by other means who the user is."""
    session.execute(sa.update(Totp).where(Totp.user_id == user_id).values(wrong=0))


def _count_as_wrong(session: Session, user_id: int) -> bool:
    """Count a code as wrong before it is looked at, committed. False where there were too many wrong ones."""
    counted = sa.update(Totp).where(Totp.user_id == user_id, Totp.wrong < MOST_WRONG).values(wrong=Totp.wrong + 1)
    wrong = session.scalar(counted.returning(Totp.wrong))
    if wrong == WORTH_A_MAIL + 1:
        mail.queue(session, "codes_guessed", {"user": user_id})
    session.commit()
    return wrong is not None


def _accept_app_code(session: Session, settings: Settings, user_id: int, code: str, now: datetime) -> bool:
    app = session.get(Totp, user_id)
    step = _step(settings, app, code, now)
    if app is None or step is None:
        return False
    is_later = Totp.last_step.is_(None) | (Totp.last_step < step)
    unused = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None), is_later)
    if not affected(session, unused.values(last_step=step, wrong=0)):
        return False
    key_rotation.renew(session, settings, user_id, app.secret)
    return True


def _step(settings: Settings, app: Totp | None, code: str, now: datetime) -> int | None:
    if app is None:
        return None
    try:
        return codes.step_of(encryption.decrypt(settings, app.secret), code, now)
    except encryption.Unreadable:
        log.exception("the authenticator app of user %s was set up under a SECRET_KEY that is gone", app.user_id)
        return None


def begin(session: Session, settings: Settings, user_id: int) -> bytes:
    """A key for an authenticator app. It counts once `confirm` gets a code of it. Raises AppAlready."""
    key = codes.generate_key()
    encrypted = encryption.encrypt(settings, key)
    unconfirmed = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_(None))
    is_replaced = affected(session, unconfirmed.values(secret=encrypted)) > 0
    if not is_replaced and insert_once(session, Totp, {"user_id": user_id, "secret": encrypted}) is None:
        raise AppAlready
    return key


def confirm(session: Session, settings: Settings, user_id: int, code: str, actor: Actor, now: datetime) -> list[str]:
    """From now on a sign-in by password takes a code. Gives the recovery codes.

    Raises NoApp, AppAlready, CodeRefused.
    """
    app = session.get(Totp, user_id)
    if app is None:
        raise NoApp
    if app.confirmed_at is not None:
        raise AppAlready
    step = _step(settings, app, typed_code(code), now)
    if step is None:
        raise CodeRefused
    unchanged = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_(None), Totp.secret == app.secret)
    if not affected(session, unchanged.values(confirmed_at=now, last_step=step)):
        raise AppAlready
    key_rotation.renew(session, settings, user_id, app.secret)
    actor.note(session, user_id, "totp_added")
    mail.queue(session, "totp_added", {"user": user_id})
    return recovery_codes.replace(session, user_id)


def remove_own(
    session: Session, settings: Settings, own: UserSession, password: str | None, actor: Actor, now: datetime
) -> None:
    """The user removes the app, and proves the password where there is one.

    Raises NoApp, WrongPassword, TooManyTries, PasswordTooShort.
    """
    stored = own.user.password_hash
    if stored is not None:
        own_password.prove(session, own.user, password, now)
        if len(passwords.normalised(password or "")) < settings.password_min_length:
            least = settings.password_min_length
            raise PasswordTooShort(Sentence("Choose a password of at least {least} characters first.", least=least))
    remove(session, own.user_id, actor)
    if users.lock(session, own.user_id).password_hash != stored:  # it was changed just now
        raise own_password.WrongPassword


def remove(session: Session, user_id: int, actor: Actor) -> None:
    """A sign-in by password takes no code any more. Raises NoApp."""
    confirmed = sa.delete(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))
    if not affected(session, confirmed):
        raise NoApp
    recovery_codes.remove(session, user_id)
    actor.note(session, user_id, "totp_removed")
    mail.queue(session, "totp_removed", {"user": user_id})


def renew_codes(session: Session, user_id: int, actor: Actor) -> list[str]:
    """New recovery codes; the old ones are worth nothing any more. Raises NoApp."""
    # This locks the app until the end: of two requests at once only the codes of the second one are good.
    locked = sa.update(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None)).values(user_id=user_id)
    if not affected(session, locked):
        raise NoApp
    actor.note(session, user_id, "recovery_codes_made")
    return recovery_codes.replace(session, user_id)


def _remove_all(session: Session, user_id: int) -> None:
    session.execute(sa.delete(Totp).where(Totp.user_id == user_id))
    recovery_codes.remove(session, user_id)


FACTOR = SecondFactor(is_on=is_on, accept=accept, accept_again=accept_again, remove_all=_remove_all)
