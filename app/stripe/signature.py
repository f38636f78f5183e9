"""Webhook signatures: https://docs.stripe.com/webhooks#verify-manually"""

import hmac
from collections.abc import Iterable

from app.runtime.errors import Problem

TOLERANCE = 300
"""Seconds that an event's time may differ from ours, either way."""


class SignatureRefused(Problem):
    """The event is not the provider's, or too old. `why` is for the log: the sender is not told."""

    error = "bad_signature"
    detail = "This event does not carry a valid signature."

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(detail)
        self.why = why


def verify(header: str, body: bytes, secrets: Iterable[str], now: float) -> None:
    """Raises SignatureRefused unless a `v1` in `header` is the signature of exactly these bytes by one of `secrets`.

    `now` is a Unix time.
    """
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [value.encode() for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or not given:
        raise SignatureRefused("the header needs one time and a v1 signature")
    if len(times[0]) > 12 or abs(now - int(times[0])) > TOLERANCE:  # noqa: PLR2004 -- digits, for some 30,000 years
        raise SignatureRefused("too old, or from the future")
    signed = times[0].encode() + b"." + body
    for secret in secrets:
        expected = hmac.new(secret.encode(), signed, "sha256").hexdigest().encode()
        if any(hmac.compare_digest(expected, each) for each in given):
            return
    raise SignatureRefused("no signature matches")


def sign(body: bytes, secret: str, now: int) -> str:
    """The header that `verify` accepts. `now` is a Unix time."""
    digest = hmac.new(secret.encode(), f"{now}.".encode() + body, "sha256").hexdigest()
    return f"t={now},v1={digest}"
