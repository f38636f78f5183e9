"""Who may read /metrics and the like: clients with the token of the settings, and programs on this machine."""

import hmac
import ipaddress

from flask import request

from app.runtime.config import settings
from app.runtime.errors import Unauthorized

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
"""A proxy sets one of these. The peer is then the proxy, and the client may be anywhere."""


class MetricsTokenRequired(Unauthorized):
    error = "metrics_token_required"
    detail = "Send KIOSK_METRICS_TOKEN as a bearer token, or ask from this machine and not through a proxy."


def check(authorization: str) -> None:
    """Raises MetricsTokenRequired. A token that is sent has to be right, also from this machine."""
    scheme, _, token = authorization.partition(" ")
    expected = settings().metrics_token
    if authorization:
        is_equal = hmac.compare_digest(token.strip().encode(), expected.encode())
        allowed = bool(expected) and scheme.lower() == "bearer" and is_equal
    else:
        allowed = _is_local(request.environ.get("REMOTE_ADDR", "")) and not _is_forwarded()
    if not allowed:
        raise MetricsTokenRequired(headers={"WWW-Authenticate": "Bearer"})


def _is_forwarded() -> bool:
    return any(name in request.headers for name in FORWARDED)


def _is_local(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
