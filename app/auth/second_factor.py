"""The second factor of a password: a code of an authenticator app, or a recovery code.

The factor itself is in app/auth/totp, which `create_app` sets. Without one the password alone signs in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.runtime.config import Settings
from app.runtime.errors import Forbidden, Invalid, Unauthorized

MOST_WRONG = 100
"""Wrong codes in a row. After them none is accepted, as NIST SP 800-63B-4 (3.2.2) asks, until a recovery code was."""


@dataclass(frozen=True)
class SecondFactor:
    is_on: Callable[[int], sa.ColumnElement[bool]]
    """A condition in SQL: the user with this id needs a code beside the password."""
    accept: Callable[[Session, Settings, int, str, datetime], bool]
    """Whether the code is right. It is never accepted again. Commits."""
    accept_again: Callable[[Session, int], None]
    """Accept codes again after MOST_WRONG wrong ones: it is certain by other means who the user is."""
    remove_all: Callable[[Session, int], None]


class SecondFactorRequired(Unauthorized):
    error = "second_factor_required"
    detail = "The password is right. Send it again together with a code of the authenticator app, or a recovery code."


class InvalidCode(Unauthorized):
    error = "invalid_code"
    detail = (
        "This code is wrong, too old, or was used before."
        f" After {MOST_WRONG} wrong ones in a row only a recovery code is accepted."
    )


class CodeRequired(Forbidden):
    """As SecondFactorRequired, for a user who is signed in and stays so."""

    error = SecondFactorRequired.error
    detail = SecondFactorRequired.detail


class CodeRefused(Invalid):
    """As InvalidCode, for a user who is signed in and stays so."""

    error = InvalidCode.error
    detail = InvalidCode.detail


def condition(user_id: int) -> sa.ColumnElement[bool]:
    """In SQL: the password alone does not sign this user in."""
    factor = _factor()
    return factor.is_on(user_id) if factor else sa.false()


def is_on(session: Session, user_id: int) -> bool:
    """Whether the password alone does not sign this user in. Then the password may be shorter."""
    return _factor() is not None and bool(session.scalar(sa.select(condition(user_id))))


def check(session: Session, settings: Settings, user_id: int, code: str | None, now: datetime) -> None:
    """Call it once the password was right. Raises SecondFactorRequired, InvalidCode."""
    if not is_on(session, user_id):
        return
    if not code:
        raise SecondFactorRequired
    if not accept(session, settings, user_id, code, now):
        raise InvalidCode


def accept(session: Session, settings: Settings, user_id: int, code: str, now: datetime) -> bool:
    """Whether `code` is right. It is never accepted again. Commits what is under way."""
    factor = _factor()
    return factor is not None and factor.accept(session, settings, user_id, code, now)


def accept_again(session: Session, user_id: int) -> None:
    """Accept codes again, however many were wrong: it is certain by other means who the user is."""
    if factor := _factor():
        factor.accept_again(session, user_id)


def remove_all(session: Session, user_id: int) -> None:
    if factor := _factor():
        factor.remove_all(session, user_id)


def _factor() -> SecondFactor | None:
    factor: SecondFactor | None = current_app.extensions.get("second_factor")
    return factor


def init_app(app: Flask, factor: SecondFactor) -> None:
    app.extensions["second_factor"] = factor
