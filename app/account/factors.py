"""Second factors and passkeys of one's own account. What changes them takes a session that was confirmed of late."""

from datetime import datetime
from typing import Annotated

import msgspec

from app.address import client_address
from app.api import END, Access, Api, Line, Private
from app.auth import confirm, factors, passkeys, totp
from app.auth.models import Passkey, UserSession
from app.auth.shapes import Challenge, NewCredential
from app.config import settings
from app.db import db, now
from app.users.models import User
from app.users.trail import Doer

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
    """`totp`: whether an authenticator app is set up. `passkeys_possible`: not where the shop's address is a number."""

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


class Removed(msgspec.Struct, frozen=True):
    removed: bool


def _own(user: User) -> Doer:
    return Doer(user.id, client_address() or None)


@routes.get("/api/profile/factors", access=Access.SIGNED_IN)
def show_factors(user: User) -> FactorsOut:
    """What the account has besides its password."""
    session = db.session()
    return FactorsOut(
        factors.is_on(session, user.id),
        factors.codes_left(session, user.id),
        [PasskeyOut.of(each) for each in passkeys.of(session, user.id)],
        passkeys.possible(settings()),
    )


@routes.post("/api/profile/totp", access=Access.SIGNED_IN, raises=(confirm.ConfirmationRequired, factors.AppAlready))
def begin_totp(user: User, session: UserSession) -> AppToSetUp:
    """Begin to set up an authenticator app. It counts once a code of it was shown; asking again starts over."""
    confirm.required(session, now())
    key = factors.begin(db.session(), settings(), user.id)
    uri = totp.uri(key, user.username, ISSUER)
    return AppToSetUp(totp.spelled(key), uri, totp.picture(uri))


@routes.put(
    "/api/profile/totp",
    access=Access.SIGNED_IN,
    raises=(confirm.ConfirmationRequired, factors.AppAlready, factors.NoApp, factors.CodeRefused),
)
def confirm_totp(body: Code, user: User, session: UserSession) -> RecoveryCodes:
    """Show a code of the app: from now on signing in by password takes one."""
    confirm.required(session, now())
    return RecoveryCodes(factors.confirm(db.session(), settings(), user.id, body.code, _own(user), now()))


@routes.post(
    "/api/profile/recovery-codes", access=Access.SIGNED_IN, raises=(confirm.ConfirmationRequired, factors.NoApp)
)
def renew_recovery_codes(user: User, session: UserSession) -> RecoveryCodes:
    """New recovery codes; the old ones are worth nothing any more."""
    confirm.required(session, now())
    return RecoveryCodes(factors.renew_codes(db.session(), user.id, _own(user)))


@routes.post(
    "/api/profile/passkeys/challenge",
    access=Access.SIGNED_IN,
    raises=(confirm.ConfirmationRequired, passkeys.NoPasskeysHere, passkeys.TooManyPasskeys),
)
def ask_for_passkey(user: User, session: UserSession) -> Challenge:
    """What `navigator.credentials.create()` needs; good for five minutes, for this session, and once."""
    confirm.required(session, now())
    return Challenge(passkeys.ask_for_new(db.session(), settings(), user, session, now()))


@routes.post(
    "/api/profile/passkeys",
    access=Access.SIGNED_IN,
    status=201,
    raises=(confirm.ConfirmationRequired, passkeys.PasskeyRefused, passkeys.TooManyPasskeys),
)
def add_passkey(body: NewPasskey, user: User, session: UserSession) -> PasskeyOut:
    """Keep a passkey that was made for the challenge: from now on it signs in by itself."""
    confirm.required(session, now())
    passkey = passkeys.enrol(db.session(), settings(), user, session, body.name, body.credential, _own(user), now())
    return PasskeyOut.of(passkey)
