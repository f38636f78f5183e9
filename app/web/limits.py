"""All limits of how often something can be done in a minute.

Every call of a route counts for the limit that the route names. Work that costs much is counted where it is done, by
`check`: a password that is hashed, a search. Mails to unverified addresses are limited by app/mail/quota.py.

A request that succeeds counts too: otherwise an attacker could sign in to an account of their own between guesses.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from flask import Flask, current_app, g, has_request_context

from app.runtime.config import Settings
from app.runtime.errors import Problem
from app.web.client_address import client_network
from app.web.rate_counters import Counts


class TooManyRequests(Problem):
    status = HTTPStatus.TOO_MANY_REQUESTS
    error = "too_many_requests"
    detail = "Too many requests of this kind. Wait, then try again."

    @classmethod
    def wait(cls, seconds: float) -> "TooManyRequests":
        return cls(headers={"Retry-After": str(max(1, round(seconds)))})


@dataclass(frozen=True)
class Limit:
    """At most `times` in any minute. Routes with the same limit share its count."""

    name: str
    times: int
    by: Literal["address", "user"] = "address"
    """An address of IPv6 is its /64."""

    def __str__(self) -> str:
        whose = "one address" if self.by == "address" else "one user"
        return f"At most {self.times} a minute from {whose}."


SIGN_IN = Limit("sign-in", 10)
REGISTER = Limit("register", 300)
MAIL = Limit("mail", 30)
"""Requests that send a mail to an address that any client can name."""
ONE_TIME = Limit("one-time", 60)
"""Requests with a one-time token."""
REFRESH = Limit("refresh", 300)
OAUTH = Limit("oauth", 1200)
"""Sign-ins at a provider, which asks for passwords itself."""
PASSKEY = Limit("passkey", 60)  # feature: passkeys
ORDER = Limit("order", 1200, by="user")  # feature: shop

HASH = Limit("hash", 300)
"""Passwords that are hashed or compared, for any reason: a third of a core at most."""
SEARCH = Limit("search", 1200)
"""Searches by words, and pages far down a list. How many run at once is bounded too: app/web/at_once.py."""

LIMITS = (
    SIGN_IN,
    REGISTER,
    MAIL,
    ONE_TIME,
    REFRESH,
    OAUTH,
    PASSKEY,  # feature: passkeys
    ORDER,  # feature: shop
    HASH,
    SEARCH,
)


def check(limit: Limit) -> None:
    """Count one for the client or the user of the current request. Raises TooManyRequests.

    Never fails, and never waits long for Redis. Outside of a request nothing is counted.
    """
    if has_request_context():
        counts: Counts = current_app.extensions["limits"]
        whose = str(g.user_id) if limit.by == "user" else client_network() or "nowhere"
        seconds = counts.take(limit.name, whose)
        if seconds is not None:
            raise TooManyRequests.wait(seconds)


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["limits"] = Counts(settings.redis_url, {limit.name: limit.times for limit in LIMITS})
