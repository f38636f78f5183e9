"""Sign in at a provider, and link or unlink an account there."""

from collections.abc import Collection
from urllib.parse import urlencode

from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from app.auth import cookies, opaque_tokens, recent_auth, sign_in_methods
from app.auth.guard import from_elsewhere
from app.auth.models import UserSession
from app.auth.oauth import callbacks, flow, identities
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.providers import providers
from app.auth.oauth.schemas import LoginQuery, ProviderOut
from app.auth.sessions import SignedIn
from app.runtime.async_bridge import blocking
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.runtime.errors import note_refusal, respond
from app.users import actors
from app.users.models import User
from app.users.schemas import UserOut
from app.web import limits
from app.web.api import Access, Api, ConfirmationRequired

routes = Api("oauth")


@routes.get("/api/providers", access=Access.ALL)
def list_providers() -> list[ProviderOut]:
    """The providers where users can sign in."""
    named = providers().values()
    return [ProviderOut(each.name, each.label, f"/oauth/login/{each.name}", each.availability.is_up) for each in named]


@routes.get("/oauth/login/<provider>", access=Access.ALL, status=302, writes=True, limit=limits.OAUTH)
async def begin_oauth(provider: str, query: LoginQuery, user_session: SignedIn | None) -> Response:
    """To the provider's sign-in page, and from there to the callback.

    For a user who is signed in it links the account there to theirs. Where that is linked already, it confirms who they
    are. Linking has to begin on the shop's own page, in a session that was confirmed within the last 30 minutes.
    """
    cookie, browser = _browser_cookie()
    try:
        is_linked = user_session is not None and await blocking(_may_link, user_session, provider)
        onward = query.next or ("/profile" if user_session else "/")
        session_id = user_session.id if user_session else None
        await blocking(db.session.commit)
        url = await flow.begin(db.session(), provider, onward, browser, utcnow(), session_id=session_id, anew=is_linked)
    except OAuthFailure as failure:
        return _refused(failure)
    response = redirect(url)
    lasts = int(callbacks.WITHIN.total_seconds())
    secure = settings().https
    response.set_cookie(cookie, browser, max_age=lasts, secure=secure, httponly=True, samesite="Lax")
    return response


def _may_link(user_session: SignedIn, provider: str) -> bool:
    """Whether an account there is linked already, so that this confirms who the user is. Raises OAuthFailure."""
    if from_elsewhere():
        raise OAuthFailure("link_elsewhere", "linking was begun by a page of another site")
    if any(each.provider == provider for each in user_session.user.identities):
        return True
    try:
        recent_auth.require(user_session, utcnow())
    except ConfirmationRequired as error:
        raise OAuthFailure("confirmation_required", "signed in too long ago to link an account") from error
    return False


@routes.get("/oauth/callback", access=Access.ALL, status=302, writes=True)
async def end_oauth_default(user_session: SignedIn | None) -> Response:
    """The default provider's callback."""
    return await _end_oauth(settings().default_provider, user_session)


@routes.get("/oauth/callback/<provider>", access=Access.ALL, status=302, writes=True)
async def end_oauth(provider: str, user_session: SignedIn | None) -> Response:
    """Where a provider sends the browser back to. Leads on, or to the sign-in page with the reason of the failure."""
    return await _end_oauth(provider, user_session)


async def _end_oauth(name: str, user_session: SignedIn | None) -> Response:
    browsers, state = _browser_cookies().values(), request.args.get("state", "")
    session_id = user_session.id if user_session else None
    await blocking(db.session.commit)
    try:
        result = await flow.complete(db.session(), name, request.args, browsers, utcnow(), session_id=session_id)
        begun = await blocking(_let_in, result, state)
    except OAuthFailure as failure:
        return await _not_let_in(failure, state, browsers, session_id)
    response = redirect(result.next)
    if begun:
        begun.set_cookies(response)
    return response


def _let_in(result: flow.CallbackResult, state: str) -> cookies.SignIn | None:
    """Sign the user in; or link the account, and None. Raises OAuthFailure."""
    session = db.session()
    begun: cookies.SignIn | None = None
    try:
        if result.session_id is not None:
            identities.link(session, result, actors.of_request(None), utcnow())
            condition = UserSession.id == result.session_id
        else:
            user = identities.signed_in(session, result, actors.of_request(None), utcnow())
            begun = cookies.sign_in(session, user, utcnow(), result.since)
            condition = UserSession.token_hash == opaque_tokens.digest(begun.token)
    except Exception:
        callbacks.failed(session, state)
        raise
    callbacks.succeeded(session, state, condition)
    return begun


async def _not_let_in(failure: OAuthFailure, state: str, browsers: Collection[str], session_id: int | None) -> Response:
    """To the sign-in page; but onward where the same callback came before and signed this browser in."""
    if failure.code == "oauth_expired":
        onward = await callbacks.again(db.session(), state, browsers, utcnow(), session_id)
        if onward is not None:
            return redirect(flow.local_path(onward))
    return _refused(failure)


@routes.delete(
    "/api/profile/identities/<provider>",
    access=Access.OWNER,
    confirmed=True,
    raises=(sign_in_methods.LastSignInMethod,),
)
def unlink(provider: str, user: User) -> UserOut:
    """Unlink an account at a provider, unless it is the last sign-in method."""
    identities.unlink(db.session(), user, provider, actors.of_request(user))
    return UserOut.of(user)


def _browser_cookies() -> dict[str, str]:
    """The cookies that bind a sign-in at a provider to the browser that began it. No other host can set them.

    A browser has one, which its next sign-in uses again. Two sign-ins that begin at once, before there is one, each set
    a cookie. So each cookie has a name of its own: with one name the second would replace the first.
    """
    return {name: value for name, value in request.cookies.items() if value and name.startswith(_cookie_name())}


def _browser_cookie() -> tuple[str, str]:
    """Name and value of a cookie that the browser has, or of a new one."""
    new = f"{_cookie_name()}-{opaque_tokens.generate()[:8]}", opaque_tokens.generate()
    return next(iter(_browser_cookies().items()), new)


def _cookie_name() -> str:
    return f"{cookies.session_name()}-oauth"


@routes.blueprint.errorhandler(limits.TooManyRequests)
def _too_many(problem: limits.TooManyRequests) -> Response:
    """A browser on its way to a provider gets a page, not problem+json."""
    if request.path.startswith("/oauth/"):
        note_refusal(problem.error)
        return redirect("/sign-in?" + urlencode({"error": problem.error}))
    return respond(problem)


def _refused(failure: OAuthFailure) -> Response:
    note_refusal(failure.code)
    current_app.logger.warning("sign-in refused: %s: %s", failure.code, failure)
    return redirect("/sign-in?" + urlencode({"error": failure.code}))
