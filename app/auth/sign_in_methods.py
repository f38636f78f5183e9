"""The ways in to an account: a password, identities, passkeys. The last of them stays."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import KnownDevice, OneTimeToken, Passkey, RecoveryCode, Totp, UserSession
from app.auth.oauth.providers import providers
from app.runtime.errors import Conflict
from app.users import service as users
from app.users.models import Identity, User


class LastSignInMethod(Conflict):
    error = "last_sign_in_method"
    detail = "Without this you could not sign in any more. Set a password or link another account first."


@contextmanager
def removing(session: Session, user_id: int) -> Iterator[None]:
    """What is removed within is not the last way in. Raises LastSignInMethod, whereupon all of it is undone.

    Holds the account until the transaction is over: of two who remove at once, the second finds what the first left.
    """
    users.held(session, user_id)
    yield
    session.flush()
    if not session.scalar(sa.select(_any_left(user_id))):
        raise LastSignInMethod


SECOND_FACTOR = (Totp, RecoveryCode)


def remove_all(session: Session, user_id: int, *, but_second_factor: bool = False) -> None:
    """Nothing that signed in to this account does any more: it is about to be another person's."""
    second_factor = () if but_second_factor else SECOND_FACTOR
    for kept in (UserSession, OneTimeToken, KnownDevice, Passkey, Identity, *second_factor):
        session.execute(sa.delete(kept).where(kept.user_id == user_id))
    session.execute(sa.update(User).where(User.id == user_id).values(password_hash=None))


def _any_left(user_id: int) -> sa.ColumnElement[bool]:
    # An identity at a provider that the settings name no longer lets nobody in.
    issuers = [each.settings.issuer for each in providers().values()]
    return sa.or_(
        sa.exists().where(User.id == user_id, User.password_hash.is_not(None)),
        sa.exists().where(Identity.user_id == user_id, Identity.issuer.in_(issuers)),
        sa.exists().where(Passkey.user_id == user_id),
    )
