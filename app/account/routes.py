"""One's own account: profile, password, confirmation, sessions, and its end."""

from app.account import service
from app.account.schemas import (
    FactorsOut,
    PasswordChange,
    PasswordConfirmation,
    ProfileChange,
    SessionOut,
    SessionsEnded,
)
from app.auth import (
    cookies,
    guard,
    second_factor,  # feature: totp
)
from app.auth import service as auth_service
from app.auth.models import UserSession
from app.auth.passkeys import relying_party  # feature: passkeys
from app.auth.passkeys import service as passkeys  # feature: passkeys
from app.auth.passkeys.schemas import PasskeyOut  # feature: passkeys
from app.auth.password import WrongPassword
from app.auth.schemas import Confirmation, Done
from app.auth.second_factor import CodeRefused, CodeRequired
from app.auth.sessions import SignedIn
from app.auth.throttle import TooManyTries
from app.auth.totp import recovery_codes  # feature: totp
from app.runtime import languages, time_zones
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.users import actors
from app.users import service as users
from app.users.models import User
from app.users.schemas import UserOut
from app.users.signed_in import SignedInUser
from app.web import limits
from app.web.api import Access, Answer, Api, ConfirmationRequired
from app.web.paging import Page, Paging

routes = Api("account")


@routes.get("/api/profile", access=Access.SIGNED_IN)
def show_profile(user: SignedInUser) -> UserOut:
    """The user who is signed in."""
    return UserOut.of(user)


def first() -> UserOut | None:
    """What comes with the page: who is signed in."""
    asking = guard.signed_in()
    return UserOut.of(asking.user) if asking else None


@routes.patch("/api/profile", access=Access.SIGNED_IN, raises=(ConfirmationRequired,), limit=limits.MAIL)
def change_profile(body: ProfileChange, user: User, user_session: UserSession) -> UserOut:
    """Change the name, the email, the language or the time zone; what is left out stays.

    Another email takes a sign-in or a confirmation within the last 30 minutes. It is not verified.
    """
    name, email, language = body.name or None, body.email or None, body.language or None
    actor = actors.of_request(user)
    if "language" in body.given():
        user.language = language
    if "time_zone" in body.given():
        user.time_zone = time_zones.checked(body.time_zone or None)
    service.change(db.session(), user_session, actor, name=name, email=email, given=body.given(), now=utcnow())
    return UserOut.of(user)


@routes.delete("/api/profile", access=Access.SIGNED_IN, confirmed=True, raises=(users.LastStaff,))
def close_account(user: SignedInUser) -> Answer[Done]:
    """Close the account for good. Its orders stay and no longer identify the person; unpaid ones expire."""
    users.close(db.session(), user.id, actors.of_request(user), utcnow())
    return Answer(Done(True), finish=cookies.drop_session)


@routes.get("/api/profile/factors", access=Access.SIGNED_IN)
def show_factors(user: User) -> FactorsOut:
    """What the account has beside its password, to sign in with."""
    return FactorsOut(
        has_password=user.password_hash is not None,
        totp=second_factor.is_on(db.session(), user.id),  # feature: totp
        recovery_codes_left=recovery_codes.left(db.session(), user.id),  # feature: totp
        passkeys=[PasskeyOut.of(each) for each in passkeys.of(db.session(), user.id)],  # feature: passkeys
        passkeys_possible=relying_party.possible(settings()),  # feature: passkeys
    )


@routes.get("/api/profile/confirm", access=Access.SIGNED_IN)
def show_confirmation(user_session: UserSession) -> Confirmation:
    """Until when the session is confirmed, as sensitive changes need it to be, and how to confirm it again."""
    return auth_service.confirmation(db.session(), user_session)


@routes.post(
    "/api/profile/confirm",
    access=Access.SIGNED_IN,
    raises=(WrongPassword, CodeRequired, CodeRefused, TooManyTries, limits.TooManyRequests),
)
def confirm_by_password(body: PasswordConfirmation, user_session: UserSession) -> Confirmation:
    """Confirm again who one is, by the password. A browser gets a new cookie."""
    service.confirm(db.session(), settings(), user_session, body.password, body.code, utcnow())
    return auth_service.confirmation(db.session(), user_session)


@routes.post(
    "/api/profile/password",
    access=Access.SIGNED_IN,
    raises=(WrongPassword, TooManyTries, ConfirmationRequired, limits.TooManyRequests),
)
def change_password(body: PasswordChange, user: User, user_session: UserSession) -> Done:
    """Change the password, by the current one. Every other session ends, and a browser gets a new cookie.

    A user without a password sets the first one within 30 minutes of a sign-in or a confirmation.
    """
    current, actor = body.current_password, actors.of_request(user)
    service.change_password(db.session(), settings(), user_session, current, body.new_password, actor, utcnow())
    return Done(True)


@routes.get("/api/profile/sessions", access=Access.SIGNED_IN)
def list_sessions(query: Paging, user: SignedInUser, user_session: SignedIn) -> Answer[Page[SessionOut]]:
    """Where one is signed in, the session that was used last first."""
    own = service.listed(db.session(), user, query, utcnow())
    shown = own.map(lambda row: SessionOut.of(row, user_session, languages.asked()))
    return Answer(shown, headers=languages.VARY)


@routes.delete("/api/profile/sessions", access=Access.SIGNED_IN)
def end_other_sessions(user: SignedInUser, user_session: SignedIn) -> SessionsEnded:
    """Sign out everywhere else."""
    return SessionsEnded(service.end_other_sessions(db.session(), user, user_session, actors.of_request(user)))


@routes.delete("/api/profile/sessions/<token:session_id>", access=Access.OWNER)
def end_session(session_id: str, user: SignedInUser, user_session: SignedIn) -> Answer[Done]:
    """Sign out one browser or API client. Its cookie or tokens are worth nothing from now on."""
    service.end_session(db.session(), user, session_id, actors.of_request(user))
    return Answer(Done(True), finish=cookies.drop_session if session_id == user_session.public_id else None)
