"""The Idempotency-Key header: a client's name for one order or one refund. Sent again, it gives the first answer.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from flask import request

from app.runtime.errors import Invalid, Problem

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
"""Headers of an answer to a request that was answered before."""

MAX_KEY = 255


class KeyMissing(Problem):
    error = "idempotency_key_required"
    detail = f"Send an {HEADER} of 1 to {MAX_KEY} characters: a random one for each order or refund."


class KeyReused(Invalid):
    error = "idempotency_key_reused"
    detail = f"This {HEADER} belongs to another request. Use a new one for a new request."


def key() -> str:
    """The key of the current request. Raises KeyMissing."""
    given = request.headers.get(HEADER, "")
    if not 0 < len(given) <= MAX_KEY or not given.isprintable():
        raise KeyMissing
    return given
