"""Requests with an access token (RFC 6750)."""

from flask import Request

from simulators.identity.grants import Grant, Kind
from simulators.identity.state import State


class BearerError(Exception):
    """The status, and the error code of RFC 6750 section 3.1; no code where no token was shown at all."""

    def __init__(self, status: int, error: str | None, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.error = error
        self.reason = reason

    @property
    def header(self) -> str:
        if self.error is None:
            return 'Bearer realm="identity"'
        return f'Bearer realm="identity", error="{self.error}", error_description="{self.reason}"'


def bearer(request: Request, simulator: State, kind: Kind, schemes: frozenset[str] = frozenset({"bearer"})) -> Grant:
    """What the token in the Authorization header stands for. Raises BearerError."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    posted = request.form.get("access_token", "") if request.method == "POST" else ""  # RFC 6750 section 2.2
    if scheme and posted:
        raise BearerError(400, "invalid_request", "the access token must be sent in one way, not two")
    if posted and "bearer" in schemes:
        scheme, token = "bearer", posted
    if not scheme:
        raise BearerError(401, None, "no access token was sent")
    if scheme.lower() not in schemes or not token:
        raise BearerError(400, "invalid_request", "the Authorization header must be a bearer token")
    with simulator.lock:
        grant = simulator.grants.behind(token, simulator.now())
    if grant is None or grant.kind != kind:
        raise BearerError(401, "invalid_token", "the access token is unknown, expired or revoked")
    return grant
