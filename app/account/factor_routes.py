"""Second factors and passkeys of one's own account. What changes them takes a session that was confirmed of late."""

from datetime import datetime
from typing import Annotated

import msgspec

from app.account import service
from app.account.routes import Confirmed
from app.auth import sessions, sign_in_methods
from app.auth.models import Passkey, UserSession
from app.auth.passkeys import service as passkeys
from app.auth.passkeys.schemas import Challenge, NewCredential
from app.auth.routes import Done, Password, ShownPasskey
from app.auth.throttle import TooManyTries
from app.auth.totp import codes
from app.auth.totp import service as factors
from app.runtime.config import settings
from app.runtime.db import db, now
from app.runtime.errors import Forbidden
from app.users.audit_trail import Doer
from app.users.models import User
from app.web.api import END, Access, Api, Line, Private
from app.web.client_address import client_address
from app.web.limits import TooManyRequests

routes = Api("factors")

ISSUER = "Kiosk"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=rf"^[^\x00-\x1f\x7f\ud800-\udfff]*{END}")]


class PasskeyOut(msgspec.Struct, frozen=True):
    id: int
    name: str
    created_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyOut":
        return cls(passkey.id, passkey.name, passkey.created_at, passkey.used_at)


class FactorsOut(msgspec.Struct, frozen=True):
    """`totp`: whether an authenticator app is set up. `passkeys_possible`: not where the shop's address is a number.

    `has_password`: an authenticator app guards that alone.
    """

    has_password: bool
    totp: bool
    recovery_codes_left: int
    passkeys: list[PasskeyOut]
    passkeys_possible: bool


class AppToSetUp(Private, frozen=True):
    """`uri` is what `qr`, an SVG, shows; `secret` is for typing it in."""

    secret: str
    uri: str
    qr: str


class Code(Private, frozen=True):
    code: Line


class RecoveryCodes(Private, frozen=True):
    """Shown this once; each works once."""

    recovery_codes: list[str]


class NewPasskey(Private, frozen=True):
    name: Name
    credential: NewCredential


class Removal(Private, frozen=True):
    """`password` is the account's, where it has one."""

    password: Password | msgspec.UnsetType | None = msgspec.UNSET


class PasskeyNotYours(Forbidden):
    error = "invalid_passkey"
    detail = "This passkey was not accepted, or is somebody else's."


def _own(user: User) -> Doer:
    return Doer(user.id, client_address() or None)


@routes.get("/api/profile/factors", access=Access.SIGNED_IN)
def show_factors(user: User) -> FactorsOut:
    """What the account has besides its password."""
    session = db.session()
    return FactorsOut(
        user.password_hash is not None,
        factors.is_on(session, user.id),
        factors.codes_left(session, user.id),
        [PasskeyOut.of(each) for each in passkeys.of(session, user.id)],
        passkeys.possible(settings()),
    )


@routes.post("/api/profile/totp", access=Access.SIGNED_IN, confirmed=True, raises=(factors.AppAlready,))
def begin_totp(user: User) -> AppToSetUp:
    """Begin to set up an authenticator app. It counts once a code of it was shown; asking again starts over."""
    key = factors.begin(db.session(), settings(), user.id)
    uri = codes.uri(key, user.username, ISSUER)
    return AppToSetUp(codes.spelled(key), uri, codes.picture(uri))


@routes.put(
    "/api/profile/totp",
    access=Access.SIGNED_IN,
    confirmed=True,
    raises=(factors.AppAlready, factors.NoApp, factors.CodeRefused),
)
def confirm_totp(body: Code, user: User) -> RecoveryCodes:
    """Show a code of the app: from now on signing in by password takes one."""
    return RecoveryCodes(factors.confirm(db.session(), settings(), user.id, body.code, _own(user), now()))


@routes.delete(
    "/api/profile/totp",
    access=Access.SIGNED_IN,
    confirmed=True,
    raises=(
        factors.NoApp,
        service.WrongPassword,
        service.PasswordTooShort,
        TooManyTries,
        TooManyRequests,
    ),
)
def remove_totp(body: Removal, user: User, session: UserSession) -> Done:
    """Sign in by the password alone again. The recovery codes go with the app.

    The password is asked for, since a short one is only good enough together with a second factor.
    """
    service.remove_app(db.session(), settings(), session, body.password or None, _own(user), now())
    return Done(True)


@routes.post("/api/profile/recovery-codes", access=Access.SIGNED_IN, confirmed=True, raises=(factors.NoApp,))
def renew_recovery_codes(user: User) -> RecoveryCodes:
    """New recovery codes; the old ones are worth nothing any more."""
    return RecoveryCodes(factors.renew_codes(db.session(), user.id, _own(user)))


@routes.post(
    "/api/profile/passkeys/challenge",
    access=Access.SIGNED_IN,
    confirmed=True,
    raises=(passkeys.NoPasskeysHere, passkeys.TooManyPasskeys),
)
def ask_for_passkey(user: User, session: UserSession) -> Challenge:
    """What `navigator.credentials.create()` needs; good for five minutes, for this session, and once."""
    return Challenge(passkeys.ask_for_new(db.session(), settings(), user, session, now()))


@routes.post(
    "/api/profile/passkeys",
    access=Access.SIGNED_IN,
    status=201,
    confirmed=True,
    raises=(passkeys.PasskeyRefused, passkeys.TooManyPasskeys),
)
def add_passkey(body: NewPasskey, user: User, session: UserSession) -> PasskeyOut:
    """Keep a passkey that was made for the challenge: from now on it signs in by itself."""
    passkey = passkeys.enrol(db.session(), settings(), user, session, body.name, body.credential, _own(user), now())
    return PasskeyOut.of(passkey)


@routes.delete(
    "/api/profile/passkeys/<id:passkey_id>",
    access=Access.OWNER,
    confirmed=True,
    raises=(sign_in_methods.LastSignInMethod,),
)
def remove_passkey(passkey_id: int, user: User) -> Done:
    """Forget a passkey, unless it is the only way in. It signs nobody in from now on."""
    passkeys.remove(db.session(), user.id, passkey_id, _own(user))
    return Done(True)


@routes.post("/api/profile/confirm/challenge", access=Access.SIGNED_IN, raises=(passkeys.NoPasskeysHere,))
def ask_to_confirm(session: UserSession) -> Challenge:
    """What `navigator.credentials.get()` needs to confirm with a passkey; good for five minutes, and once."""
    return Challenge(passkeys.ask(db.session(), settings(), "confirm", session, now()))


@routes.post("/api/profile/confirm/passkey", access=Access.SIGNED_IN, raises=(PasskeyNotYours,))
def confirm_by_passkey(body: ShownPasskey, user: User, session: UserSession) -> Confirmed:
    """Confirm once more who one is, by a passkey instead of the password. A browser gets a new cookie."""
    try:
        whose = passkeys.prove(db.session(), settings(), body.credential, "confirm", session, now())
    except passkeys.InvalidPasskey as error:
        raise PasskeyNotYours from error
    if whose.id != user.id:
        raise PasskeyNotYours
    sessions.confirm(db.session(), session, now())
    return Confirmed.of(session)
