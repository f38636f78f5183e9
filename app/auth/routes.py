from collections.abc import Collection
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from app.auth import opaque_tokens, recent_auth, service, sessions, throttle, tokens
from app.auth.email import addresses, links
from app.auth.guard import from_elsewhere
from app.auth.models import UserSession
from app.auth.oauth import callbacks, flow, identities
from app.auth.oauth.providers import OAuthFailure, providers
from app.auth.passkeys import service as passkeys
from app.auth.passkeys.schemas import Assertion, Challenge
from app.auth.totp import service as factors
from app.runtime.async_bridge import blocking
from app.runtime.config import settings
from app.runtime.db import db, now
from app.runtime.errors import note_refusal, respond
from app.users import service as users
from app.users.models import User
from app.users.schemas import UserOut
from app.web import limits
from app.web.api import Access, Answer, Api, ConfirmationRequired, Line, Private

routes = Api("auth")

Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
REFUSED = (service.InvalidCredentials, factors.SecondFactorRequired, factors.InvalidCode, throttle.TooManyTries)


def _browser_cookies() -> dict[str, str]:
    """The cookies that bind a sign-in at a provider to the browser that began it; nobody else's host can set them.

    There is one, which the next sign-in uses again. Of two that begin at once, before there is any, each brings one,
    and so it has a name of its own: else the second would take the place of the first.
    """
    return {name: value for name, value in request.cookies.items() if value and name.startswith(_cookie_name())}


def _cookie_name() -> str:
    return "__Host-kiosk-oauth" if settings().https else "kiosk-oauth"


class Registration(Private, frozen=True):
    username: Line
    email: Line
    password: Password


class Credentials(Private, frozen=True):
    """`code` is one of the user's authenticator app, or a recovery code, where the account asks for it."""

    username: Line
    password: Password
    code: Line | msgspec.UnsetType | None = msgspec.UNSET


class ShownPasskey(Private, frozen=True):
    credential: Assertion


class Refreshing(Private, frozen=True):
    refresh_token: Line


class Forgotten(Private, frozen=True):
    email: Line


class Token(Private, frozen=True):
    token: Line


class NewPassword(Private, frozen=True):
    token: Line
    password: Password


class Done(msgspec.Struct, frozen=True):
    done: bool


class ProviderOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`url` begins a sign-in there; `?next=` names the page to come back to.

    `available` is only there where it is false: the provider was out of order when it was last needed.
    """

    name: str
    label: str
    url: str
    available: bool = True


class Wish(msgspec.Struct, frozen=True):
    next: str | None = None


@routes.post("/api/register", access=Access.ALL, status=201, raises=(users.UsernameTaken,), limit=limits.REGISTER)
def register(body: Registration) -> UserOut:
    """Make an account with a username and a password."""
    user = service.register(db.session(), settings(), body.username, body.email, body.password)
    return UserOut.of(user)


@routes.post("/api/login", access=Access.ALL, raises=REFUSED, limit=limits.SIGN_IN)
def login(body: Credentials) -> tokens.TokenPair:
    """Sign in an API client: a bearer token, and a refresh token for when it has expired."""
    user = _by_password(body)
    return tokens.sign_in(db.session(), settings(), user, now())


def _by_password(body: Credentials) -> User:
    return service.by_password(db.session(), settings(), body.username, body.password, body.code or None, now())


@routes.post("/api/token/refresh", access=Access.ALL, raises=(tokens.InvalidToken,), limit=limits.REFRESH)
def refresh(body: Refreshing) -> tokens.TokenPair:
    """The next pair of tokens; each refresh token works once."""
    return tokens.refresh(db.session(), settings(), body.refresh_token, now())


@routes.post("/api/logout", access=Access.SIGNED_IN)
def logout(session: UserSession) -> Answer[Done]:
    """End the session that this request came with; its tokens are worth nothing from now on."""
    sessions.end(db.session(), session)
    return Answer(Done(True), finish=None if session.token_hash is None else sessions.drop_cookie)


@routes.post("/api/session", access=Access.ALL, raises=REFUSED, limit=limits.SIGN_IN)
def sign_in(body: Credentials) -> Answer[UserOut]:
    """Sign in a browser: answers with the user and sets the session's cookie."""
    user = _by_password(body)
    token = sessions.rotate(db.session(), user, now())
    return Answer(UserOut.of(user), finish=lambda response: sessions.set_cookie(response, token))


@routes.post("/api/passkeys/challenge", access=Access.ALL, raises=(passkeys.NoPasskeysHere,), limit=limits.PASSKEY)
def ask_for_passkey() -> Challenge:
    """What `navigator.credentials.get()` needs to sign in with a passkey; good for five minutes, and once."""
    return Challenge(passkeys.ask(db.session(), settings(), "sign_in", None, now()))


@routes.post("/api/session/passkey", access=Access.ALL, raises=(passkeys.InvalidPasskey,), limit=limits.PASSKEY)
def sign_in_by_passkey(body: ShownPasskey) -> Answer[UserOut]:
    """Sign in a browser by a passkey alone, which is two factors by itself."""
    user = passkeys.prove(db.session(), settings(), body.credential, "sign_in", None, now())
    token = sessions.rotate(db.session(), user, now())
    return Answer(UserOut.of(user), finish=lambda response: sessions.set_cookie(response, token))


@routes.delete("/api/session", access=Access.ALL)
def sign_out(session: UserSession | None) -> Answer[Done]:
    """Sign the browser out. Without a session there is nothing to do, and that is fine."""
    if session is not None:
        sessions.end(db.session(), session)
    return Answer(Done(True), finish=sessions.drop_cookie)


@routes.post("/api/password/forgot", access=Access.ALL, status=202, limit=limits.MAIL)
def forgot_password(body: Forgotten) -> Done:
    """A link to set a new password goes to the address, where an account has it verified. The answer tells nothing."""
    addresses.forgot(db.session(), body.email)
    return Done(True)


@routes.post(
    "/api/email/verify", access=Access.ALL, raises=(links.InvalidLink, addresses.EmailInUse), limit=limits.ONE_TIME
)
def verify_email(body: Token, session: UserSession | None) -> Done:
    """Verify an email address with the token of the link that was sent to it, once.

    The page behind the link asks for a click first: mail scanners open links, and run what is on the page.
    """
    addresses.verify(db.session(), body.token, session, now())
    return Done(True)


@routes.post("/api/password/reset", access=Access.ALL, raises=(links.InvalidLink,), limit=limits.ONE_TIME)
def reset_password(body: NewPassword) -> Done:
    """Set a new password with the token of a one-time link. Everybody signed in as this user no longer is."""
    service.reset_password(db.session(), settings(), body.token, body.password, now())
    return Done(True)


@routes.get("/api/providers", access=Access.ALL)
def list_providers() -> list[ProviderOut]:
    """Where one can sign in with an account one already has."""
    found = providers().values()
    return [ProviderOut(each.name, each.label, f"/oauth/login/{each.name}", each.available) for each in found]


@routes.get("/oauth/login/<provider>", access=Access.ALL, status=302, writes=True, limit=limits.OAUTH)
async def begin_oauth(provider: str, query: Wish, session: UserSession | None) -> Response:
    """To the provider's sign-in page, and from there to the callback.

    For somebody who is signed in it links the account there to theirs; where it is linked already, it confirms that
    it is them. Linking is begun on the shop's own page, by somebody who signed in or confirmed it of late.
    """
    known = _browser_cookies().items()
    cookie, browser = next(iter(known), (f"{_cookie_name()}-{opaque_tokens.mint()[:8]}", opaque_tokens.mint()))
    try:
        again = session is not None and await blocking(_may_link, session, provider)
        onward = query.next or ("/profile" if session else "/")
        session_id = session.id if session else None
        await blocking(db.session.commit)
        url = await flow.begin(db.session(), provider, onward, browser, now(), session_id=session_id, anew=again)
    except OAuthFailure as failure:
        return _refused(failure)
    response = redirect(url)
    lasts = int(callbacks.WITHIN.total_seconds())
    secure = settings().https
    response.set_cookie(cookie, browser, max_age=lasts, secure=secure, httponly=True, samesite="Lax")
    return response


def _may_link(session: UserSession, provider: str) -> bool:
    """Whether an account there is linked already, so that this confirms who is asking. Raises OAuthFailure."""
    if from_elsewhere():
        raise OAuthFailure("link_elsewhere", "linking was begun by a page of somebody else's")
    if any(each.provider == provider for each in session.user.identities):
        return True
    try:
        recent_auth.required(session, now())
    except ConfirmationRequired as error:
        raise OAuthFailure(error.error, "signed in too long ago to link an account") from error
    return False


@routes.get("/oauth/callback", access=Access.ALL, status=302, writes=True)
async def end_oauth_default(session: UserSession | None) -> Response:
    """The default provider's callback."""
    return await _end_oauth(settings().default_provider, session)


@routes.get("/oauth/callback/<provider>", access=Access.ALL, status=302, writes=True)
async def end_oauth(provider: str, session: UserSession | None) -> Response:
    """Where a provider sends the browser back to: signed in or linked, or to the sign-in page, which says why not."""
    return await _end_oauth(provider, session)


async def _end_oauth(name: str, session: UserSession | None) -> Response:
    browsers, state = _browser_cookies().values(), request.args.get("state", "")
    session_id = session.id if session else None
    await blocking(db.session.commit)
    try:
        arrival = await flow.complete(db.session(), name, request.args, browsers, now(), session_id=session_id)
        cookie = await blocking(_let_in, arrival, state)
    except OAuthFailure as failure:
        return await _not_let_in(failure, state, browsers, session_id)
    response = redirect(arrival.next)
    if cookie:
        sessions.set_cookie(response, cookie)
    return response


def _let_in(arrival: flow.Arrival, state: str) -> str | None:
    """The value of the new session's cookie; None where somebody is signed in, and stays so. Raises OAuthFailure."""
    session, cookie = db.session(), None
    try:
        if arrival.session_id is not None:
            identities.link(session, arrival, now())
            whose = UserSession.id == arrival.session_id
        else:
            user = identities.by_identity(session, arrival.at, arrival.profile, now())
            cookie = sessions.rotate(session, user, now(), arrival.since)
            whose = UserSession.token_hash == opaque_tokens.digest(cookie)
    except Exception:
        callbacks.failed(session, state)
        raise
    callbacks.succeeded(session, state, whose)
    return cookie


async def _not_let_in(failure: OAuthFailure, state: str, browsers: Collection[str], session_id: int | None) -> Response:
    """To the sign-in page; but onward where this callback came before, and let this very browser in."""
    if failure.code == "oauth_expired":
        onward = await callbacks.again(db.session(), state, browsers, now(), session_id)
        if onward is not None:
            return redirect(flow.local_path(onward))
    return _refused(failure)


@routes.blueprint.errorhandler(limits.TooManyRequests)
def _slow_down(problem: limits.TooManyRequests) -> Response:
    """A browser that is on its way to a provider shows a page, no problem+json."""
    if request.path.startswith("/oauth/"):
        note_refusal(problem.error)
        return redirect("/sign-in?" + urlencode({"error": problem.error}))
    return respond(problem)


def _refused(failure: OAuthFailure) -> Response:
    note_refusal(failure.code)
    current_app.logger.warning("sign-in refused: %s: %s", failure.code, failure)
    return redirect("/sign-in?" + urlencode({"error": failure.code}))
