"""Whoever watches over the shop: by the token of the settings, or on this very machine."""

import hmac
import ipaddress

from flask import request

from app.runtime.config import settings
from app.runtime.errors import Unauthorized

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
"""Put there by a proxy: the peer is the proxy then, and who asks is anybody."""


class NoWatcher(Unauthorized):
    error = "metrics_token_required"
    detail = "Send KIOSK_METRICS_TOKEN as a bearer token, or ask from this machine and not through a proxy."


def check(authorization: str) -> None:
    """Raises NoWatcher. A token that is sent has to be right, wherever it comes from."""
    scheme, _, token = authorization.partition(" ")
    expected = settings().metrics_token
    if authorization:
        right = hmac.compare_digest(token.strip().encode(), expected.encode())
        allowed = bool(expected) and scheme.lower() == "bearer" and right
    else:
        allowed = _is_local(request.environ.get("REMOTE_ADDR", "")) and not _is_forwarded()
    if not allowed:
        raise NoWatcher(headers={"WWW-Authenticate": "Bearer"})


def _is_forwarded() -> bool:
    return any(name in request.headers for name in FORWARDED)


def _is_local(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
