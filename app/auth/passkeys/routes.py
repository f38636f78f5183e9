"""Sign in with a passkey, confirm with one, and add and remove one's own."""

from app.auth import cookies, sessions, sign_in_methods
from app.auth import service as auth_service
from app.auth.models import UserSession
from app.auth.passkeys import service
from app.auth.passkeys.schemas import (
    NewPasskey,
    PasskeyChallengeOut,
    PasskeyOut,
    PasskeyProof,
)
from app.auth.schemas import Confirmation, Done
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.runtime.errors import Forbidden
from app.users import actors
from app.users.models import User
from app.users.schemas import UserOut
from app.web import limits
from app.web.api import Access, Answer, Api

routes = Api("passkeys")


class PasskeyNotYours(Forbidden):
    error = "invalid_passkey"
    detail = "This passkey was not accepted, or belongs to another user."


@routes.post("/api/passkeys/challenge", access=Access.ALL, raises=(service.NoPasskeysHere,), limit=limits.PASSKEY)
def ask_for_passkey() -> PasskeyChallengeOut:
    """What `navigator.credentials.get()` needs to sign in with a passkey. It is good for five minutes, and once."""
    return PasskeyChallengeOut(service.ask(db.session(), settings(), "sign_in", None, utcnow()))


@routes.post("/api/session/passkey", access=Access.ALL, raises=(service.InvalidPasskey,), limit=limits.PASSKEY)
def sign_in_by_passkey(body: PasskeyProof) -> Answer[UserOut]:
    """Sign in a browser by a passkey alone, which is two factors by itself."""
    user = service.prove(db.session(), settings(), body.credential, "sign_in", None, utcnow())
    begun = cookies.sign_in(db.session(), user, utcnow())
    return Answer(UserOut.of(user), finish=begun.set_cookies)


@routes.post(
    "/api/profile/passkeys/challenge",
    access=Access.SIGNED_IN,
    confirmed=True,
    raises=(service.NoPasskeysHere, service.TooManyPasskeys),
)
def ask_for_new_passkey(user: User, user_session: UserSession) -> PasskeyChallengeOut:
    """What `navigator.credentials.create()` needs. It is good for five minutes, for this session, and once."""
    return PasskeyChallengeOut(service.ask_for_new(db.session(), settings(), user, user_session, utcnow()))


@routes.post(
    "/api/profile/passkeys",
    access=Access.SIGNED_IN,
    status=201,
    confirmed=True,
    raises=(service.PasskeyRefused, service.TooManyPasskeys),
)
def add_passkey(body: NewPasskey, user: User, user_session: UserSession) -> PasskeyOut:
    """Add a passkey that was made for the challenge. From now on it signs in by itself."""
    actor = actors.of_request(user)
    return PasskeyOut.of(
        service.enrol(db.session(), settings(), user_session, body.name, body.credential, actor, utcnow())
    )


@routes.delete(
    "/api/profile/passkeys/<id:passkey_id>",
    access=Access.OWNER,
    confirmed=True,
    raises=(sign_in_methods.LastSignInMethod,),
)
def remove_passkey(passkey_id: int, user: User) -> Done:
    """Remove a passkey, unless it is the last sign-in method. It no longer signs in."""
    service.remove(db.session(), user.id, passkey_id, actors.of_request(user))
    return Done(True)


@routes.post("/api/profile/confirm/challenge", access=Access.SIGNED_IN, raises=(service.NoPasskeysHere,))
def ask_to_confirm(user_session: UserSession) -> PasskeyChallengeOut:
    """What `navigator.credentials.get()` needs to confirm with a passkey. It is good for five minutes, and once."""
    return PasskeyChallengeOut(service.ask(db.session(), settings(), "confirm", user_session, utcnow()))


@routes.post("/api/profile/confirm/passkey", access=Access.SIGNED_IN, raises=(PasskeyNotYours,))
def confirm_by_passkey(body: PasskeyProof, user: User, user_session: UserSession) -> Confirmation:
    """Confirm again who one is, by a passkey instead of the password. A browser gets a new cookie."""
    try:
        owner = service.prove(db.session(), settings(), body.credential, "confirm", user_session, utcnow())
    except service.InvalidPasskey as error:
        raise PasskeyNotYours from error
    if owner.id != user.id:
        raise PasskeyNotYours
    sessions.confirm(db.session(), user_session, utcnow())
    return auth_service.confirmation(db.session(), user_session)
