"""The OpenID provider: discovery, keys, sign-in, tokens, userinfo."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.identity.asks import SCOPES, read_openid
from simulators.identity.authorize import attend
from simulators.identity.bearer import BearerError, bearer
from simulators.identity.exchange import TokenError, authenticate, posted, redeem
from simulators.identity.grants import TOKEN_SECONDS, Grant
from simulators.identity.keys import half_hash
from simulators.identity.state import state
from simulators.identity.web import issuer, members

ID_TOKEN_SECONDS = 300

blueprint = Blueprint("openid", __name__)


@blueprint.get("/.well-known/openid-configuration")
def discovery() -> Response:
    """Provider metadata: OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 9207 section 3."""
    here = issuer()
    metadata = {
        "issuer": here,
        "authorization_endpoint": f"{here}/authorize",
        "token_endpoint": f"{here}/token",
        "userinfo_endpoint": f"{here}/userinfo",
        "jwks_uri": f"{here}/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "name", "preferred_username", "picture", "email", "email_verified"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }
    return members("discovery", metadata)


@blueprint.get("/jwks")
def jwks() -> Response:
    with state().lock:
        published = state().keys.as_dict()
    return members("jwks", published)


@blueprint.route("/authorize", methods=["GET", "POST"])
def authorize() -> ResponseReturnValue:
    return attend(read_openid, names_issuer=True)


@blueprint.post("/token")
def token() -> ResponseReturnValue:
    """The code for an access token and an ID token (OpenID Connect Core 3.1.3)."""
    try:
        form = posted(request)
        client = authenticate(request, form, state().clients)
        _check_grant(form)
        access_token, grant = redeem(state(), client, form, "openid")
    except TokenError as problem:
        return _rejected(problem)
    answer = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(sorted(grant.scopes)),
        "id_token": _id_token(grant, access_token, client.secret),
    }
    return members("token", answer)


def _check_grant(form: dict[str, str]) -> None:
    if "grant_type" not in form:
        raise TokenError("invalid_request", "grant_type is missing")
    if form["grant_type"] != "authorization_code":
        raise TokenError("unsupported_grant_type", "only authorization_code is offered")
    for key in ("code", "redirect_uri", "code_verifier"):
        if key not in form:
            raise TokenError("invalid_request", f"{key} is missing")


def _rejected(problem: TokenError) -> ResponseReturnValue:
    answer = jsonify(error=problem.error, error_description=problem.reason)
    answer.status_code = 401 if problem.error == "invalid_client" else 400
    if problem.challenge:
        answer.headers["WWW-Authenticate"] = 'Basic realm="identity"'
    return answer


def _id_token(grant: Grant, access_token: str, secret: str) -> str:
    simulator = state()
    now = int(simulator.now())
    claims: dict[str, Any] = {
        "iss": issuer(),
        "sub": grant.person.sub,
        "aud": grant.client_id,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
        "auth_time": grant.auth_time,
        "at_hash": half_hash(access_token),
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    fault = simulator.strike("id_token")
    with simulator.lock:
        return simulator.keys.sign(fault.bend(claims), fault.signing, fault.header, secret)


@blueprint.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> ResponseReturnValue:
    """OpenID Connect Core 5.3; failures say why in WWW-Authenticate."""
    try:
        grant = bearer(request, state(), "openid")
    except BearerError as problem:
        return Response(status=problem.status, headers={"WWW-Authenticate": problem.header})
    return members("userinfo", grant.person.claims(grant.scopes, issuer()))
