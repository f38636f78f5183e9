"""Tells clients that a person signed out: OpenID Connect Back-Channel Logout 1.0."""

from typing import Any

import httpx

from simulators.identity.clients import Client
from simulators.identity.grants import Grant
from simulators.identity.keys import Header
from simulators.identity.state import state
from simulators.identity.web import issuer

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_SECONDS = 120
WAIT_SECONDS = 5
TYPE: Header = {"typ": "logout+jwt"}

Told = dict[str, str | int | None]


def tell(grants: list[Grant]) -> list[Told]:
    """The clients that got these grants and registered for it, and the status each answers; None: it does not."""
    clients = state().clients
    with httpx.Client(timeout=WAIT_SECONDS, trust_env=False, verify=False) as http:  # noqa: S501 -- clients under test
        return [
            {"client_id": client.id, "sid": grant.sid, "status": _send(http, client, grant)}
            for grant in grants
            if (client := clients.get(grant.client_id)) and client.logout_uri
        ]


def _send(http: httpx.Client, client: Client, grant: Grant) -> int | None:
    try:
        return http.post(client.logout_uri, data={"logout_token": _token(client, grant)}).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None


def _token(client: Client, grant: Grant) -> str:
    simulator = state()
    now = int(simulator.now())
    claims: dict[str, Any] = {
        "iss": issuer(),
        "aud": client.id,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "jti": simulator.ids.hexadecimal(16),
        "events": {EVENT: {}},
        "sub": grant.person.sub,
        "sid": grant.sid,
    }
    fault = simulator.strike("logout_token")
    with simulator.lock:
        if client.id_token_alg == "EdDSA" and fault.signing == "RS256":
            return simulator.keys.sign_edwards(fault.bend(claims), TYPE)
        return simulator.keys.sign(fault.bend(claims), fault.signing, {**TYPE, **fault.header}, client.secret)
