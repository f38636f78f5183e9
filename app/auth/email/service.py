"""Sets a password by a link from a mail."""

from datetime import datetime

from sqlalchemy.orm import Session

from app import mail
from app.auth import password as own_password
from app.auth import sessions, sign_in_methods
from app.auth.email import links
from app.runtime.config import Settings
from app.users import passwords
from app.users.audit_trail import Actor


def reset_password(
    session: Session, settings: Settings, token: str, password: str, actor: Actor, now: datetime
) -> None:
    """Set a password by the token of a link. All sessions of the user end.

    A link that was mailed proves that the address is this person's. Where the address was not verified in a session of
    the account, another person may have registered with it before its owner came. All other sign-in methods are removed
    then. The second factor stays: access to a mailbox alone does not bypass it.

    Raises InvalidLink, and Invalid, which leaves the link as good as it was.
    """
    owner = links.user_of(session, links.RESET.purpose, token, now)
    if owner is None:
        raise links.InvalidLink
    own_password.check_new(session, settings, owner, password)
    session.commit()
    password_hash = passwords.hashed(password)
    user, mailed_to = links.spend(session, links.RESET.purpose, token, now)
    own_password.check_new(session, settings, user, password)  # the user is locked now
    is_new_owner = mailed_to is not None and not user.verified_in_session
    if is_new_owner:
        sign_in_methods.remove_all(session, user.id, but_second_factor=True)
        user.verified_in_session = True
        actor.note(session, user.id, "sign_in_methods_removed")
    user.password_hash = password_hash
    sessions.end_all(user, session)
    links.end(session, user.id)
    actor.note(session, user.id, "password_reset")
    mail.queue(session, "password_changed", {"user": user.id, "removed": is_new_owner})
