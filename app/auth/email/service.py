"""Sets a password by a link from a mail."""

from datetime import datetime

from sqlalchemy.orm import Session

from app import mail
from app.auth import password as own_password
from app.auth import sessions
from app.auth.email import links
from app.runtime.config import Settings
from app.users import passwords
from app.users.audit_trail import Actor


def reset_password(
    session: Session, settings: Settings, token: str, password: str, actor: Actor, now: datetime
) -> None:
    """Set a password by the token of a link. All sessions of the user end.

    Raises InvalidLink, and Invalid, which leaves the link as good as it was.
    """
    owner = links.user_of(session, links.RESET.purpose, token, now)
    if owner is None:
        raise links.InvalidLink
    own_password.check_new(session, settings, owner, password)
    session.commit()
    password_hash = passwords.hashed(password)
    user, _ = links.spend(session, links.RESET.purpose, token, now)
    own_password.check_new(session, settings, user, password)  # the user is locked now
    user.password_hash = password_hash
    sessions.end_all(user, session)
    links.end(session, user.id)
    actor.note(session, user.id, "password_reset")
    mail.queue(session, "password_changed", {"user": user.id})
