"""Turning a code into an access token: who is asking, and may they."""

import hmac
import re
from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import unquote_plus

from flask import Request

from simulators.identity.clients import Client
from simulators.identity.grants import CodeError, Grant, Kind, RedirectError
from simulators.identity.ids import base64url
from simulators.identity.state import State

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 section 4.1


class TokenError(Exception):
    """A token request that fails: the error code of RFC 6749 section 5.2 and the reason."""

    def __init__(self, error: str, reason: str, *, challenge: bool = False) -> None:
        super().__init__(f"{error}: {reason}")
        self.error = error
        self.reason = reason
        self.challenge = challenge  # whether the client tried HTTP Basic and must be answered in kind


def posted(request: Request) -> dict[str, str]:
    """The form of a token request: form-encoded, nothing twice (RFC 6749 section 3.2). Raises TokenError."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise TokenError("invalid_request", "the body must be application/x-www-form-urlencoded")
    if any(len(values) > 1 for values in request.form.listvalues()):
        raise TokenError("invalid_request", "a parameter was sent more than once")
    return {key: value for key, value in request.form.items() if value}


def authenticate(request: Request, form: Mapping[str, str], clients: Mapping[str, Client]) -> Client:
    """client_secret_basic or client_secret_post, never both (RFC 6749 section 2.3). Raises TokenError."""
    basic = request.headers.get("Authorization", "")
    if basic and "client_secret" in form:
        raise TokenError("invalid_request", "the client must authenticate in one way, not two")
    number, secret = _basic(basic) if basic else (form.get("client_id", ""), form.get("client_secret", ""))
    client = clients.get(number)
    if client is None or not client.proves(secret):
        raise TokenError("invalid_client", "client_id or client_secret is wrong", challenge=bool(basic))
    if form.get("client_id", number) != number:
        raise TokenError("invalid_request", "client_id is not the one that authenticated")
    return client


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        number, separator, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:
        raise TokenError("invalid_client", "the Authorization header is not base64", challenge=True) from error
    if scheme.lower() != "basic" or not separator:
        raise TokenError("invalid_client", "the Authorization header is no HTTP Basic", challenge=True)
    return unquote_plus(number), unquote_plus(secret)  # both are form-encoded first, RFC 6749 section 2.3.1


def refresh(simulator: State, client: Client, form: Mapping[str, str]) -> tuple[str, str, Grant]:
    """A new access token, a new refresh token, and what they stand for (RFC 6749 section 6). Raises TokenError."""
    with simulator.lock:
        try:
            token, following, grant = simulator.grants.refresh(form["refresh_token"], client.id, simulator.now())
        except CodeError as problem:
            raise TokenError("invalid_grant", str(problem)) from problem
    if not frozenset(form.get("scope", "").split()) <= grant.scopes:
        raise TokenError("invalid_scope", "more scopes are asked for than were granted")
    return token, following, grant


def redeem(simulator: State, client: Client, form: Mapping[str, str], kind: Kind) -> tuple[str, Grant]:
    """An access token and what it stands for. Raises TokenError; the code is gone either way."""
    with simulator.lock:
        try:
            code = simulator.grants.redeem(form.get("code", ""), client.id, form.get("redirect_uri"), simulator.now())
        except CodeError as problem:
            mismatch = kind == "github" and isinstance(problem, RedirectError)  # GitHub has a code of its own for it
            raise TokenError("redirect_uri_mismatch" if mismatch else "invalid_grant", str(problem)) from problem
        if code.grant.kind != kind:
            raise TokenError("invalid_grant", "the code was issued at the other authorization endpoint")
        _check_verifier(form.get("code_verifier"), code.grant.challenge)
        return simulator.grants.issue_token(code, simulator.now()), code.grant


def _check_verifier(verifier: str | None, challenge: str | None) -> None:
    if verifier is None and challenge is None:
        return
    if verifier is None:
        raise TokenError("invalid_grant", "code_verifier is missing")
    if challenge is None:
        # RFC 9700 section 2.1.1: a verifier without a challenge is the mark of a downgrade.
        raise TokenError("invalid_grant", "code_verifier came, but no code_challenge before it")
    if not VERIFIER.fullmatch(verifier):
        raise TokenError("invalid_grant", "code_verifier is not 43 to 128 unreserved characters")
    expected = base64url(sha256(verifier.encode()).digest())
    if not hmac.compare_digest(expected, challenge):
        raise TokenError("invalid_grant", "code_verifier does not fit the code_challenge")
