"""One's own authenticator app and recovery codes. A change takes a session that was confirmed of late."""

from app.auth import password as own_password
from app.auth.models import UserSession
from app.auth.schemas import Done
from app.auth.second_factor import CodeRefused
from app.auth.throttle import TooManyTries
from app.auth.totp import codes, service
from app.auth.totp.schemas import (
    AuthenticatorAppRemoval,
    AuthenticatorAppSetup,
    AuthenticatorCode,
    RecoveryCodes,
)
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.users import actors
from app.users.models import User
from app.web.api import Access, Api
from app.web.limits import TooManyRequests

routes = Api("totp")

ISSUER = "Kiosk"


@routes.post("/api/profile/totp", access=Access.SIGNED_IN, confirmed=True, raises=(service.AppAlready,))
def begin_totp(user: User) -> AuthenticatorAppSetup:
    """Begin to set up an authenticator app. It counts once a code of it was shown. Asking again starts over."""
    key = service.begin(db.session(), settings(), user.id)
    uri = codes.uri(key, user.username, ISSUER)
    return AuthenticatorAppSetup(codes.spelled(key), uri, codes.picture(uri))


@routes.put(
    "/api/profile/totp",
    access=Access.SIGNED_IN,
    confirmed=True,
    raises=(service.AppAlready, service.NoApp, CodeRefused),
)
def confirm_totp(body: AuthenticatorCode, user: User) -> RecoveryCodes:
    """Show a code of the app. From now on a sign-in by password takes one."""
    actor = actors.of_request(user)
    return RecoveryCodes(service.confirm(db.session(), settings(), user.id, body.code, actor, utcnow()))


@routes.delete(
    "/api/profile/totp",
    access=Access.SIGNED_IN,
    confirmed=True,
    raises=(
        service.NoApp,
        own_password.WrongPassword,
        service.PasswordTooShort,
        TooManyTries,
        TooManyRequests,
    ),
)
def remove_totp(body: AuthenticatorAppRemoval, user: User, user_session: UserSession) -> Done:
    """Sign in by the password alone again. The recovery codes are removed with the app.

    It takes the password, since a short one is good enough only together with a second factor.
    """
    actor = actors.of_request(user)
    service.remove_own(db.session(), settings(), user_session, body.password or None, actor, utcnow())
    return Done(True)


@routes.post("/api/profile/recovery-codes", access=Access.SIGNED_IN, confirmed=True, raises=(service.NoApp,))
def renew_recovery_codes(user: User) -> RecoveryCodes:
    """New recovery codes. The old ones are worth nothing any more."""
    return RecoveryCodes(service.renew_codes(db.session(), user.id, actors.of_request(user)))
