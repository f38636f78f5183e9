"""Verify an email address, and set a new password in the place of a forgotten one."""

from app.auth.email import addresses, links, service
from app.auth.email.schemas import EmailVerification, ForgottenPassword, PasswordReset
from app.auth.models import UserSession
from app.auth.schemas import Done
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.users import actors
from app.users.models import User
from app.web import limits
from app.web.api import Access, Api

routes = Api("email")


@routes.post("/api/password/forgot", access=Access.ALL, status=202, limit=limits.MAIL)
def forgot_password(body: ForgottenPassword) -> Done:
    """Mail a link to set a new password, where an account has this address verified. The answer is always the same."""
    addresses.forgot(db.session(), settings(), body.email, actors.of_request(None))
    return Done(True)


@routes.post("/api/password/reset", access=Access.ALL, raises=(links.InvalidLink,), limit=limits.ONE_TIME)
def reset_password(body: PasswordReset) -> Done:
    """Set a new password with the token of a one-time link. All sessions of the user end."""
    service.reset_password(db.session(), settings(), body.token, body.password, actors.of_request(None), utcnow())
    return Done(True)


@routes.post(
    "/api/email/verify", access=Access.ALL, raises=(links.InvalidLink, addresses.EmailInUse), limit=limits.ONE_TIME
)
def verify_email(body: EmailVerification, user_session: UserSession | None) -> Done:
    """Verify an email address with the token of the link that was sent to it, once.

    The page behind the link asks for a click first: mail scanners open links, and run what is on the page.
    """
    addresses.verify(db.session(), body.token, user_session, actors.of_request(None), utcnow())
    return Done(True)


@routes.post("/api/profile/email/verification", access=Access.SIGNED_IN, status=202, limit=limits.MAIL)
def ask_to_verify(user: User) -> Done:
    """Send the mail that verifies the email again, at most a few times an hour. Does nothing where it is verified."""
    addresses.ask(db.session(), settings(), user, actors.of_request(user))
    return Done(True)
