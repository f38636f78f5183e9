"""The OpenID provider: discovery, keys, sign-in, tokens, userinfo."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.identity.asks import SCOPES, read_openid
from simulators.identity.authorize import attend
from simulators.identity.bearer import BearerError, bearer
from simulators.identity.clients import Client
from simulators.identity.exchange import TokenError, authenticate, posted, redeem, refresh
from simulators.identity.grants import TOKEN_SECONDS, Grant
from simulators.identity.keys import half_hash
from simulators.identity.state import state
from simulators.identity.web import issuer, members

ID_TOKEN_SECONDS = 300
NEEDED = {"authorization_code": ("code", "redirect_uri", "code_verifier"), "refresh_token": ("refresh_token",)}

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
        "revocation_endpoint": f"{here}/revoke",
        "introspection_endpoint": f"{here}/introspect",
        "end_session_endpoint": f"{here}/end-session",
        "registration_endpoint": f"{here}/register",
        "jwks_uri": f"{here}/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "EdDSA"],
        "userinfo_signing_alg_values_supported": ["none", "RS256", "EdDSA"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "name", "preferred_username", "picture", "email", "email_verified"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
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
        if form["grant_type"] == "refresh_token":
            access_token, following, grant = refresh(state(), client, form)
        else:
            access_token, grant = redeem(state(), client, form, "openid")
            following = _first_refresh(grant, access_token)
    except TokenError as problem:
        return rejected(problem)
    answer = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(sorted(grant.scopes)),
        "id_token": _id_token(grant, access_token, client),
        **({"refresh_token": following} if following else {}),
    }
    return members("token", answer)


def _check_grant(form: dict[str, str]) -> None:
    if "grant_type" not in form:
        raise TokenError("invalid_request", "grant_type is missing")
    needed = NEEDED.get(form["grant_type"])
    if needed is None:
        raise TokenError("unsupported_grant_type", f"only {' and '.join(NEEDED)} are offered")
    for key in needed:
        if key not in form:
            raise TokenError("invalid_request", f"{key} is missing")


def rejected(problem: TokenError) -> ResponseReturnValue:
    answer = jsonify(error=problem.error, error_description=problem.reason)
    answer.status_code = 401 if problem.error == "invalid_client" else 400
    if problem.challenge:
        answer.headers["WWW-Authenticate"] = 'Basic realm="identity"'
    return answer


def _id_token(grant: Grant, access_token: str, client: Client) -> str:
    simulator = state()
    now = int(simulator.now())
    claims: dict[str, Any] = {
        "iss": issuer(),
        "sub": grant.person.sub,
        "aud": grant.client_id,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
        "auth_time": grant.auth_time,
        "at_hash": half_hash(access_token, client.id_token_alg),
        "sid": grant.sid,
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    fault = simulator.strike("id_token")
    with simulator.lock:
        if client.id_token_alg == "EdDSA" and fault.signing == "RS256":
            return simulator.keys.sign_edwards(fault.bend(claims))
        return simulator.keys.sign(fault.bend(claims), fault.signing, fault.header, client.secret)


@blueprint.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> ResponseReturnValue:
    """OpenID Connect Core 5.3; failures say why in WWW-Authenticate."""
    try:
        grant = bearer(request, state(), "openid")
    except BearerError as problem:
        return Response(status=problem.status, headers={"WWW-Authenticate": problem.header})
    client = state().clients.get(grant.client_id)
    claims = grant.person.claims(grant.scopes, issuer())
    if client is not None and client.userinfo_alg:
        return _signed(claims, client)
    return members("userinfo", claims)


def _signed(claims: dict[str, Any], client: Client) -> Response:
    """The same as a JWT, for a client that asked for it when it registered (OpenID Connect Core 5.3.2)."""
    simulator = state()
    claims = simulator.strike("userinfo").bend({**claims, "iss": issuer(), "aud": client.id})
    with simulator.lock:
        if client.userinfo_alg == "EdDSA":
            token = simulator.keys.sign_edwards(claims)
        else:
            token = simulator.keys.sign(claims, "RS256", {}, client.secret)
    return Response(token, content_type="application/jwt")


def _first_refresh(grant: Grant, access_token: str) -> str:
    """A refresh token where offline_access was granted; empty otherwise."""
    if "offline_access" not in grant.scopes:
        return ""
    with state().lock:
        now = state().now()
        issued = state().grants.tokens.get(access_token, now)
        return state().grants.issue_refresh(grant, issued.family, now) if issued else ""
