"""Email addresses: whose they are, shown by a link in a mail; and the way back in for whoever forgot their password."""

from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import devices
from app.auth.email import links
from app.auth.models import OneTimeToken, UserSession
from app.runtime import email_address
from app.runtime.config import settings
from app.runtime.errors import Conflict
from app.users import service as users
from app.users.audit_trail import Doer, note
from app.users.models import User
from app.web.client_address import network
from app.web.limits import TooManyRequests

AN_HOUR = 5
"""Mails of one kind that one address gets an hour at most, whoever asks: this shop is no way to flood a mailbox."""


OF_ONE_USER = mail.Cause("user", 10, 5)
SITE = 48
"""Bits of what an operator of IPv6 networks is given: 65,536 networks, which together cause four times what one may."""


class EmailInUse(Conflict):
    """Told to nobody but who reads the mails of this address."""

    error = "email_in_use"
    detail = "Another account has this email address. Sign in to that one, or give this account another address."


def ask(session: Session, user: User, by: Doer) -> None:
    """A mail with a link goes to the user's address, where that is not verified yet.

    Where the user, or a client who registers, has caused many it waits for its turn; one of staff never does. Raises
    TooManyRequests where it would wait for too long.
    """
    if user.email is not None and not user.email_verified:
        payload = {"user": user.id, "email": user.email}
        causes = [] if by.actor_id not in (None, user.id) else _causes(by.address, by.actor_id)
        mail.queue_sparingly(session, "verify_email", user.email, payload, at_most=AN_HOUR, causes=causes)


def ask_in_time(session: Session, user: User, by: Doer) -> None:
    """As `ask`, where something else is done too: that does not fail where it is too soon for a mail."""
    with suppress(TooManyRequests):
        ask(session, user, by)


def _causes(address: str | None, user_id: int | None = None) -> list[mail.Cause]:
    """Whose mails one more is counted among: those of the client's network, and of the user who is signed in."""
    many = settings().mails_an_hour
    causes = [mail.Cause(network(address) if address else "nowhere", many, max(1, many // 3))]
    if address and ":" in address:
        causes.append(mail.Cause(network(address, SITE), many * 4, max(1, many * 4 // 3)))
    if user_id is not None:
        causes.append(OF_ONE_USER._replace(name=f"user {user_id}"))
    return causes


def turn_to(user: User, session: Session, by: Doer) -> None:
    """Nothing that was sent to the address before sets a password any more: it may never have been the user's."""
    old = (OneTimeToken.user_id == user.id) & (OneTimeToken.purpose == links.RESET.name)
    session.execute(sa.delete(OneTimeToken).where(old))
    ask_in_time(session, user, by)


def verify(session: Session, token: str, own: UserSession | None, now: datetime) -> None:
    """A person who reads the mails of the address has pressed the button behind the link that was sent there.

    Only where they did so in a session of that account (`own`) is it certain that the account is theirs too: another
    person may have registered with their address. Raises InvalidLink, also where it is another address by now, and
    EmailInUse.
    """
    user, email = links.spend(session, links.VERIFY, token, now)
    still = sa.update(User).where(User.id == user.id, User.email == email, User.active)
    values = {
        "verified_email": email_address.key(email or ""),
        "verified_in_session": own is not None and own.user_id == user.id,
    }
    try:
        with session.begin_nested():
            verified = session.execute(still.values(values))
    except sa.exc.IntegrityError as error:
        raise EmailInUse from error
    if verified.rowcount == 0:  # type: ignore[attr-defined]
        raise links.InvalidLink
    others = (OneTimeToken.user_id == user.id) & (OneTimeToken.purpose == links.VERIFY.name)
    session.execute(sa.delete(OneTimeToken).where(others))
    note(session, user.id, "email_verified", actor_id=None, address=devices.address())


def forgot(session: Session, email: str) -> None:
    """A mail with a link goes to the address, where an account has it verified. Raises Invalid, TooManyRequests.

    Whether one has is looked up when the mail is written: here everything is the same for everybody.
    """
    email = users.checked_email(email) or ""
    causes = _causes(devices.address())
    mail.queue_sparingly(session, "reset_password", email, {"email": email}, at_most=AN_HOUR, causes=causes)
