"""What comes before and after a sign-in: a client registers; tokens are looked at and revoked; a user signs out."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.errors import JoseError

from simulators.identity.asks import extended
from simulators.identity.clients import Client
from simulators.identity.exchange import TokenError, authenticate, posted
from simulators.identity.grants import Grant
from simulators.identity.logout import tell
from simulators.identity.openid import rejected
from simulators.identity.state import state
from simulators.identity.web import issuer

ALGORITHMS = ("RS256", "EdDSA")

blueprint = Blueprint("after", __name__)


def _asked() -> tuple[Client, str]:
    """The client and the token that it asks about. Raises TokenError."""
    form = posted(request)
    client = authenticate(request, form, state().clients)
    if "token" not in form:
        raise TokenError("invalid_request", "token is missing")
    return client, form["token"]


@blueprint.post("/revoke")
def revoke() -> ResponseReturnValue:
    """RFC 7009: 200 for a token that is not known too."""
    try:
        client, token = _asked()
    except TokenError as problem:
        return rejected(problem)
    with state().lock:
        state().grants.revoke(token, client.id, state().now())
    return Response(status=200)


@blueprint.post("/introspect")
def introspect() -> ResponseReturnValue:
    """RFC 7662. Of a token that another client got it tells no more than of one that there is not."""
    try:
        client, token = _asked()
    except TokenError as problem:
        return rejected(problem)
    with state().lock:
        now, grants = state().now(), state().grants
        known = grants.tokens.get(token, now)
        refresh = grants.refreshes.get(token, now)
    if known is not None and known.grant.client_id == client.id:
        return jsonify({**_told(known.grant, known.expires), "token_type": "Bearer"})
    if refresh is not None and refresh.grant.client_id == client.id and not refresh.used:
        return jsonify(_told(refresh.grant, refresh.expires))
    return jsonify(active=False)


def _told(grant: Grant, expires: float) -> dict[str, Any]:
    return {
        "active": True,
        "scope": " ".join(sorted(grant.scopes)),
        "client_id": grant.client_id,
        "username": grant.person.username,
        "sub": grant.person.sub,
        "aud": grant.client_id,
        "iss": issuer(),
        "iat": grant.auth_time,
        "exp": int(expires),
    }


@blueprint.route("/end-session", methods=["GET", "POST"])
def end_session() -> ResponseReturnValue:
    """OpenID Connect RP-Initiated Logout 1.0. The session ends at clients: the browser goes back at once."""
    given = request.values
    hint = _hinted(given.get("id_token_hint", ""))
    client = state().clients.get(str(hint.get("aud", given.get("client_id"))))
    wanted = given.get("post_logout_redirect_uri")
    if client is not None and "sub" in hint:
        with state().lock:
            ended = [each for each in state().grants.of(str(hint["sub"]), state().now()) if each.sid == hint.get("sid")]
        tell(ended)
    if wanted is None:
        return Response("You are signed out.", content_type="text/plain")
    if client is None or wanted not in client.signed_out:
        return Response("The post_logout_redirect_uri is not registered.", 400, content_type="text/plain")
    return redirect(extended(wanted, [("state", given["state"])] if given.get("state") else []), 303)


def _hinted(token: str) -> dict[str, Any]:
    """The claims of an ID token of ours, expired or not; none of what is no such token."""
    simulator = state()
    with simulator.lock:
        keys = simulator.keys.all
    for key in keys:
        try:
            return jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError):
            continue
    return {}


@blueprint.post("/register")
def register() -> ResponseReturnValue:
    """RFC 7591: any client may, since the simulator opens nothing."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        return _unregistered("invalid_client_metadata", "the body must be a JSON object")
    uris = given.get("redirect_uris")
    if not isinstance(uris, list) or not uris or not all(isinstance(uri, str) and ":" in uri for uri in uris):
        return _unregistered("invalid_redirect_uri", "redirect_uris must be a list of addresses")
    id_token, userinfo = given.get("id_token_signed_response_alg", "RS256"), given.get("userinfo_signed_response_alg")
    if id_token not in ALGORITHMS or userinfo not in (None, "none", *ALGORITHMS):
        return _unregistered("invalid_client_metadata", f"algorithms are {', '.join(ALGORITHMS)}")
    ids = state().ids
    client = Client(ids.hexadecimal(), ids.text(), frozenset(uris), id_token_alg=id_token)
    told_at = given.get("backchannel_logout_uri", "")
    if not isinstance(told_at, str) or (told_at and not told_at.startswith(("http://", "https://"))):
        return _unregistered("invalid_client_metadata", "backchannel_logout_uri must be an address of http")
    back = given.get("post_logout_redirect_uris", [])
    client = replace(client, signed_out=frozenset(back), userinfo_alg=None if userinfo == "none" else userinfo)
    client = replace(client, logout_uri=told_at)
    with state().lock:
        state().register(client)
    told = {"client_id": client.id, "client_secret": client.secret, "client_secret_expires_at": 0}
    return jsonify({"token_endpoint_auth_method": "client_secret_basic", **given, **told}), 201


def _unregistered(error: str, reason: str) -> ResponseReturnValue:
    return jsonify(error=error, error_description=reason), 400


@blueprint.post("/device_authorization")
def device() -> ResponseReturnValue:
    """Not offered, and discovery does not name it; a client that asks all the same is told so."""
    return rejected(TokenError("unsupported_grant_type", "the device flow (RFC 8628) is not offered"))
