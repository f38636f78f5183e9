"""GitHub's sign-in, as a GitHub Enterprise host offers it: OAuth without OpenID."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.identity.asks import EMAIL_SCOPES, read_github
from simulators.identity.authorize import attend
from simulators.identity.bearer import BearerError, bearer
from simulators.identity.exchange import TokenError, authenticate, posted, redeem
from simulators.identity.grants import Grant
from simulators.identity.state import state
from simulators.identity.web import issuer, members

# GitHub has codes of its own for what RFC 6749 section 5.2 calls otherwise.
ERRORS = {"invalid_client": "incorrect_client_credentials", "invalid_grant": "bad_verification_code"}
SCHEMES = frozenset({"bearer", "token"})

blueprint = Blueprint("github", __name__)


@blueprint.get("/login/oauth/authorize", endpoint="github_authorize")
@blueprint.post("/login/oauth/authorize", endpoint="github_authorize")
def authorize() -> ResponseReturnValue:
    return attend(read_github, names_issuer=False)


@blueprint.post("/login/oauth/access_token", endpoint="github_token")
def access_token() -> ResponseReturnValue:
    """Errors come with status 200, as GitHub sends them."""
    try:
        form = posted(request)
        client = authenticate(request, form, state().clients)
        token, grant = redeem(state(), client, form, "github")
    except TokenError as problem:
        error = ERRORS.get(problem.error, problem.error)
        return _as_asked({"error": error, "error_description": problem.reason, "error_uri": f"{issuer()}/"})
    answer = {"access_token": token, "token_type": "bearer", "scope": ",".join(sorted(grant.scopes))}
    return _as_asked(state().strike("github_token").bend(answer))


def _as_asked(answer: dict[str, Any]) -> Response:
    """JSON for clients that name it in Accept, form-encoded for the others."""
    if "application/json" in request.accept_mimetypes.values():
        return jsonify(answer)
    return Response(urlencode(answer), content_type="application/x-www-form-urlencoded; charset=utf-8")


@blueprint.get("/api/v3/user", endpoint="github_user")
def user() -> ResponseReturnValue:
    """The public profile. `email` is null where the person keeps it private: see `/api/v3/user/emails`."""
    try:
        grant = bearer(request, state(), "github", SCHEMES)
    except BearerError:
        return _bad_credentials()
    person = grant.person
    answer = {
        "login": person.username,
        "id": person.number,
        "avatar_url": person.portrait(issuer()),
        "html_url": f"{issuer()}/{person.username}",
        "type": "User",
        "site_admin": False,
        "name": person.name,
        "email": person.email if person.email_verified else None,
    }
    return _with_scopes(members("github_user", answer), grant)


@blueprint.get("/api/v3/user/emails", endpoint="github_emails")
def emails() -> ResponseReturnValue:
    """Every address of the person, the primary one not first. Needs the scope user:email or user; 404 without."""
    try:
        grant = bearer(request, state(), "github", SCHEMES)
    except BearerError:
        return _bad_credentials()
    if not grant.scopes & EMAIL_SCOPES:
        return _with_scopes(jsonify(message="Not Found", status="404"), grant), 404
    person = grant.person
    emails = [_email(f"{person.number}+{person.username}@users.noreply.example.com", primary=False, verified=True)]
    if person.email:
        emails.append(_email(person.email, primary=True, verified=person.email_verified))
    return _with_scopes(jsonify(state().strike("github_emails").bend({"emails": emails})["emails"]), grant)


def _email(address: str, *, primary: bool, verified: bool) -> dict[str, Any]:
    return {"email": address, "primary": primary, "verified": verified, "visibility": "private" if primary else None}


def _with_scopes(answer: Response, grant: Grant) -> Response:
    answer.headers["X-OAuth-Scopes"] = ", ".join(sorted(grant.scopes))
    return answer


def _bad_credentials() -> ResponseReturnValue:
    return jsonify(message="Bad credentials", status="401"), 401
