"""Re-authentication: what would help a thief most takes a recent proof of who the user is."""

from datetime import datetime

from app.auth.models import UserSession
from app.auth.sessions import SignedIn
from app.web.api import CONFIRMED_WITHIN, ConfirmationRequired


def require(user_session: UserSession | SignedIn, now: datetime) -> None:
    """Call it before a change of sign-in methods, of other users, or the end of the account.

    Raises ConfirmationRequired.
    """
    if user_session.confirmed_at is None or now - user_session.confirmed_at > CONFIRMED_WITHIN:
        raise ConfirmationRequired
