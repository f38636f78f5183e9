"""Register, sign in by password, refresh, sign out."""

from app.auth import cookies, second_factor, service, sessions, throttle, tokens
from app.auth.schemas import Credentials, Done, PasswordRule, RefreshRequest, Registration, SessionUser
from app.auth.sessions import SignedIn
from app.runtime import languages
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.users import actors, policy
from app.users import service as users
from app.users.models import User
from app.users.schemas import UserOut
from app.users.signed_in import SignedInUser
from app.web import limits
from app.web.api import Access, Answer, Api

routes = Api("auth")

REFUSED = (
    service.InvalidCredentials,
    second_factor.SecondFactorRequired,
    second_factor.InvalidCode,
    throttle.TooManyTries,
)


@routes.post("/api/register", access=Access.ALL, status=201, raises=(users.UsernameTaken,), limit=limits.REGISTER)
def register(body: Registration) -> UserOut:
    """Make an account with a username and a password."""
    actor = actors.of_request(None)
    made = service.register(
        db.session(), settings(), body.username, body.email, body.password, actor, languages.wanted()
    )
    return UserOut.of(made)


@routes.get("/api/password/rule", access=Access.ALL, etag=True)
def show_password_rule() -> PasswordRule:
    """Which passwords are long enough, to be said before one is chosen."""
    return PasswordRule(settings().password_min_length, policy.WITH_SECOND_FACTOR, policy.MAX_LENGTH)


@routes.post("/api/login", access=Access.ALL, raises=REFUSED, limit=limits.SIGN_IN)
def sign_in_client(body: Credentials) -> tokens.TokenPair:
    """Sign in an API client: it gets a bearer token, and a refresh token for when that has expired."""
    user = _by_password(body)
    return tokens.sign_in(db.session(), settings(), user, cookies.device(), utcnow())


def _by_password(body: Credentials) -> User:
    return service.by_password(db.session(), settings(), body.username, body.password, body.code or None, utcnow())


@routes.post("/api/token/refresh", access=Access.ALL, raises=(tokens.InvalidToken,), limit=limits.REFRESH)
def refresh(body: RefreshRequest) -> tokens.TokenPair:
    """The next pair of tokens. Each refresh token works once."""
    return tokens.refresh(db.session(), settings(), body.refresh_token, utcnow())


@routes.post("/api/logout", access=Access.SIGNED_IN)
def sign_out_client(user_session: SignedIn) -> Answer[Done]:
    """End the session of this request. Its tokens are worth nothing from now on."""
    sessions.end(db.session(), user_session)
    return Answer(Done(True), finish=None if user_session.token_hash is None else cookies.drop_session)


@routes.post("/api/session", access=Access.ALL, raises=REFUSED, limit=limits.SIGN_IN)
def sign_in_browser(body: Credentials) -> Answer[UserOut]:
    """Sign in a browser: the answer is the user, and sets the cookie of the session."""
    user = _by_password(body)
    begun = cookies.sign_in(db.session(), user, utcnow())
    return Answer(UserOut.of(user), finish=begun.set_cookies)


@routes.get("/api/session/user", access=Access.ALL)
def show_session_user(user: SignedInUser | None) -> SessionUser:
    """Who is signed in here, as `GET /api/profile` shows them. A visitor gets an answer too, and no error."""
    return SessionUser(None if user is None else UserOut.of(user))


@routes.delete("/api/session", access=Access.ALL)
def sign_out_browser(user_session: SignedIn | None) -> Answer[Done]:
    """Sign the browser out. Without a session there is nothing to do, and the answer is the same."""
    if user_session is not None:
        sessions.end(db.session(), user_session)
    return Answer(Done(True), finish=cookies.drop_session)
