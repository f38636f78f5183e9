"""Passkeys as a sign-in method."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.passkeys import service
from app.auth.passkeys.models import Passkey
from app.auth.passkeys.relying_party import possible
from app.auth.sign_in_methods import ConfirmationMethod, SignInMethod
from app.runtime.config import settings
from app.runtime.languages import Sentence
from app.users.models import User


def _is_set_up(user_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Passkey.user_id == user_id)


def _listed(session: Session, user: User) -> list[str]:
    return [
        Sentence('passkey "{name}", of {day}', name=each.name, day=f"{each.created_at:%Y-%m-%d}")
        for each in service.of(session, user.id)
    ]


def _confirms(session: Session, user: User) -> list[ConfirmationMethod]:
    has_one = possible(settings()) and bool(service.of(session, user.id))
    return [ConfirmationMethod("passkey")] if has_one else []


def _remove_all(session: Session, user_id: int) -> None:
    session.execute(sa.delete(Passkey).where(Passkey.user_id == user_id))


METHOD = SignInMethod(
    is_set_up=_is_set_up,
    can_sign_in=_is_set_up,
    listed=_listed,
    confirms=_confirms,
    remove_all=_remove_all,
)
