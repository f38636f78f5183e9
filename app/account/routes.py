from datetime import datetime
from typing import Any, Literal

import msgspec

from app.account import service
from app.auth import devices, sessions, sign_in_methods
from app.auth.email import addresses
from app.auth.models import UserSession
from app.auth.oauth.providers import providers
from app.auth.passkeys import service as passkeys
from app.auth.routes import Done, Password
from app.auth.throttle import TooManyTries
from app.auth.totp.service import CodeRefused
from app.runtime.config import settings
from app.runtime.db import db, now
from app.users import service as users
from app.users.audit_trail import Doer
from app.users.models import User
from app.users.schemas import UserOut
from app.web import limits
from app.web.api import CONFIRMED_WITHIN, Access, Answer, Api, ConfirmationRequired, Line, Private
from app.web.paging import Page, Paging

routes = Api("account")


class ProfileChange(msgspec.Struct, frozen=True):
    name: Line | msgspec.UnsetType | None = msgspec.UNSET
    email: Line | msgspec.UnsetType | None = msgspec.UNSET


class PasswordChange(Private, frozen=True):
    """`current_password` may be left out by whoever has none yet."""

    new_password: Password
    current_password: Password | None = None


class Confirmation(Private, frozen=True):
    """`code` as at sign-in, where the account asks for it."""

    password: Password
    code: Line | None = None


class Confirmed(msgspec.Struct, frozen=True):
    """Until when sensitive changes are allowed, and by what it can be renewed: a password, a passkey, or a sign-in at
    one of these `providers`, which begins at `/oauth/login/{provider}`.
    """

    until: datetime | None
    password: bool
    passkey: bool
    providers: list[str]

    @classmethod
    def of(cls, session: UserSession) -> "Confirmed":
        user, at = session.user, session.confirmed_at
        linked = [each.provider for each in user.identities if each.provider in providers()]
        passkey = passkeys.possible(settings()) and bool(passkeys.of(db.session(), user.id))
        return cls(at and at + CONFIRMED_WITHIN, user.password_hash is not None, passkey, linked)


class SessionOut(msgspec.Struct, frozen=True):
    """`used_at` is right to the hour. `current` is the one that asks."""

    id: str
    kind: Literal["browser", "api"]
    device: str
    address: str | None
    created_at: datetime
    used_at: datetime
    current: bool

    @classmethod
    def of(cls, row: Any, own: UserSession) -> "SessionOut":
        kind: Literal["browser", "api"] = "api" if row.token_hash is None else "browser"
        device = row.device or "Unknown device"
        return cls(row.public_id, kind, device, row.address, row.created_at, row.used_at, row.id == own.id)


class Ended(msgspec.Struct, frozen=True):
    ended: int


@routes.get("/api/profile", access=Access.SIGNED_IN)
def show_profile(user: User) -> UserOut:
    """Whoever is signed in."""
    return UserOut.of(user)


@routes.patch("/api/profile", access=Access.SIGNED_IN, raises=(ConfirmationRequired,), limit=limits.MAIL)
def change_profile(body: ProfileChange, user: User, session: UserSession) -> UserOut:
    """Change the name or the email; what is left out stays.

    Another email takes a sign-in or a confirmation within the last 30 minutes, and is not verified.
    """
    given = {name for name in ("name", "email") if getattr(body, name) is not msgspec.UNSET}
    email = body.email or None
    service.change(db.session(), session, name=body.name or None, email=email, given=given, now=now())
    return UserOut.of(user)


@routes.delete("/api/profile", access=Access.SIGNED_IN, confirmed=True, raises=(users.LastStaff,))
def close_account(session: UserSession) -> Answer[Done]:
    """Close the account for good. Orders stay, without the person; those that nobody has paid are left to run out."""
    service.close(db.session(), session, now())
    return Answer(Done(True), finish=sessions.drop_cookie)


@routes.get("/api/profile/confirm", access=Access.SIGNED_IN)
def show_confirmation(session: UserSession) -> Confirmed:
    """Whether who one is was confirmed of late, as sensitive changes need it to be, and how to do so."""
    return Confirmed.of(session)


@routes.post(
    "/api/profile/confirm",
    access=Access.SIGNED_IN,
    raises=(service.WrongPassword, service.CodeRequired, CodeRefused, TooManyTries, limits.TooManyRequests),
)
def confirm_again(body: Confirmation, session: UserSession) -> Confirmed:
    """Confirm once more who one is. A browser gets a new cookie."""
    service.confirm_again(db.session(), settings(), session, body.password, body.code, now())
    return Confirmed.of(session)


@routes.post(
    "/api/profile/password",
    access=Access.SIGNED_IN,
    raises=(service.WrongPassword, TooManyTries, ConfirmationRequired, limits.TooManyRequests),
)
def change_password(body: PasswordChange, session: UserSession) -> Done:
    """Change the password, by the current one. Every other session ends, and a browser gets a new cookie.

    Whoever has no password yet sets a first one, within 30 minutes of a sign-in or a confirmation.
    """
    service.change_password(db.session(), settings(), session, body.current_password, body.new_password, now())
    return Done(True)


@routes.get("/api/profile/sessions", access=Access.SIGNED_IN)
def list_sessions(query: Paging, user: User, session: UserSession) -> Page[SessionOut]:
    """Where one is signed in, the one used last first."""
    own = service.listed(db.session(), user, query, now())
    return own.map(lambda row: SessionOut.of(row, session))


@routes.delete("/api/profile/sessions", access=Access.SIGNED_IN)
def end_other_sessions(session: UserSession) -> Ended:
    """Sign out everywhere else."""
    return Ended(service.end_other_sessions(db.session(), session))


@routes.delete("/api/profile/sessions/<token:session_id>", access=Access.OWNER)
def end_session(session_id: str, user: User, session: UserSession) -> Answer[Done]:
    """Sign out one browser or API client; nothing that it holds is worth anything from now on."""
    service.end_session(db.session(), user, session_id)
    return Answer(Done(True), finish=sessions.drop_cookie if session_id == session.public_id else None)


@routes.delete(
    "/api/profile/identities/<provider>",
    access=Access.OWNER,
    confirmed=True,
    raises=(sign_in_methods.LastSignInMethod,),
)
def unlink(provider: str, user: User) -> UserOut:
    """Forget an account elsewhere that one signs in with, unless it is the only way in."""
    service.unlink(db.session(), user, provider)
    return UserOut.of(user)


@routes.post("/api/profile/email/verification", access=Access.SIGNED_IN, status=202, limit=limits.MAIL)
def ask_to_verify(user: User) -> Done:
    """Send the mail that verifies the email once more, a few times an hour at most. Needless where it is verified."""
    addresses.ask(db.session(), user, Doer(user.id, devices.address()))
    return Done(True)
