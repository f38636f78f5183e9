"""How often what can be done: all limits that count in a minute.

A route names the limit that every call of it counts for. What costs much wherever it is caused is counted where it is
done, by `check`: a password that is hashed, a search. Mails to addresses that nobody has proved wait for their turn:
app/mail/quota.py.

Nothing that was counted is given back: a success is as good for a guesser's next try as a failure.
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
"""What has a mail sent to an address that anybody can name."""
ONE_TIME = Limit("one-time", 60)
"""What takes a one-time token."""
REFRESH = Limit("refresh", 300)
OAUTH = Limit("oauth", 1200)
"""Sign-ins at a provider, which asks for passwords itself."""
PASSKEY = Limit("passkey", 60)
ORDER = Limit("order", 1200, by="user")

HASH = Limit("hash", 300)
"""Passwords that are hashed or compared, whatever for: a third of a core at most."""
SEARCH = Limit("search", 1200)
"""Searches by words, which read a whole table."""

LIMITS = (SIGN_IN, REGISTER, MAIL, ONE_TIME, REFRESH, OAUTH, PASSKEY, ORDER, HASH, SEARCH)


def check(limit: Limit) -> None:
    """Count once more for the client, or the user, at hand. Raises TooManyRequests.

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
