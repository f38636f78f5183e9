"""Re-authentication: what would help a thief most needs a proof of who is asking that is not old."""

from datetime import datetime, timedelta

from app.auth.models import UserSession
from app.runtime.errors import Forbidden

WITHIN = timedelta(minutes=30)


class ConfirmationRequired(Forbidden):
    error = "confirmation_required"
    detail = "Confirm that it is you first: it has been a while since you signed in."


def required(session: UserSession, now: datetime) -> None:
    """For what changes how one signs in, ends the account, or changes those of others. Raises ConfirmationRequired."""
    if session.confirmed_at is None or now - session.confirmed_at > WITHIN:
        raise ConfirmationRequired
