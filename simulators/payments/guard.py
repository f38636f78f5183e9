"""Which browsers may ask the control API: those that show the inspector, and no page of another site.

A page of another site that the developer has open can send requests to this machine, and by a name of its own that
leads here it can even read the answers. Programs send neither `Origin` nor `Sec-Fetch-Site`.
"""

from urllib.parse import urlsplit

from flask import Response, request

from simulators.payments.protocol import Refusal
from simulators.server import LOOPBACK
from simulators.store import dumps

OWN = ("same-origin", "none")  # none: typed into the address bar


def refuse_foreign() -> Response | None:
    """403 for a request that a foreign page makes, or that came by a name that is not this machine's."""
    if _is_own():
        return None
    refusal = Refusal(403, "The control API is for this machine and the pages of this simulator alone.")
    return Response(dumps(refusal.body()), refusal.status, content_type="application/json")


def _is_own() -> bool:
    try:
        name = urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False
    origin = request.headers.get("Origin")
    return (
        name in LOOPBACK
        and request.headers.get("Sec-Fetch-Site", "none") in OWN
        and origin in (None, f"{request.scheme}://{request.host}")
    )
