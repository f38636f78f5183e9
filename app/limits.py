"""How often what can be called: all limits of the shop, counted by Flask-Limiter.

In Redis they hold for all servers together, in memory for each process. While Redis is away each process counts for
itself, and asks after Redis now and then. Nothing that was counted is given back: a success is as good for a guesser's
next try as a failure.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

import redis
from flask import Flask, current_app, g
from flask_limiter import Limiter, RateLimitExceeded
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.address import client_network
from app.config import Settings
from app.errors import Problem


class TooManyRequests(Problem):
    status = HTTPStatus.TOO_MANY_REQUESTS
    error = "too_many_requests"
    detail = "Too many requests of this kind. Wait, then try again."


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


SECONDS = 60

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

LIMITS = (SIGN_IN, REGISTER, MAIL, ONE_TIME, REFRESH, OAUTH, PASSKEY, ORDER)


def check(limit: Limit) -> None:
    """Count this request. Raises TooManyRequests; never fails and never waits long for Redis."""
    limiter, counts = current_app.extensions["limits"]
    try:
        counts[limit.name]()
    except RateLimitExceeded as error:
        raise TooManyRequests(headers={"Retry-After": str(_seconds_left(limiter))}) from error


def _seconds_left(limiter: Limiter) -> int:
    try:
        return max(1, round(limiter.current_limit.reset_at - time.time())) if limiter.current_limit else SECONDS
    except redis.RedisError:  # gone since it said no
        return SECONDS


def _counter(limiter: Limiter, limit: Limit) -> Callable[[], None]:
    """Flask-Limiter counts calls of functions, which it tells apart by their names."""

    def count() -> None:
        pass

    count.__qualname__ = limit.name
    whose = _address if limit.by == "address" else _user
    counted: Callable[[], None] = limiter.shared_limit(
        f"{limit.times} per {SECONDS} second", limit.name, key_func=whose
    )(count)
    return counted


def _address() -> str:
    return client_network() or "nowhere"


def _user() -> str:
    return str(g.user_id)


def init_app(app: Flask, settings: Settings) -> None:
    options: dict[str, Any] = {}
    if settings.redis_url:  # whoever is counted waits a moment for a Redis that hangs, and no longer
        options = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 0)}
    limiter = Limiter(
        _address,
        app=app,
        storage_uri=settings.redis_url or "memory://",
        storage_options=options,
        strategy="moving-window",
        in_memory_fallback_enabled=bool(settings.redis_url),
        key_prefix="kiosk",
    )
    app.extensions["limits"] = limiter, {limit.name: _counter(limiter, limit) for limit in LIMITS}
