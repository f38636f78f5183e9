"""What each process counts and measures of its own work. What the database knows is in `books.py`.

prometheus-client is imported when an application is made: it looks at that moment, and never again, whether the counts
of several processes go into one folder.
"""

import time
from collections.abc import Callable
from typing import Any

import httpx
import sqlalchemy as sa
from blinker import Signal
from flask import Flask, Response, current_app, g, has_app_context, request

from app.payments.sweep import mended
from app.runtime import jobs, outbound
from app.runtime.config import Settings
from app.runtime.db import db
from app.stripe import circuit_breaker

SIGN_INS = {
    "/api/login": "password",
    "/api/session": "password",
    "/api/session/passkey": "passkey",
    "/oauth/callback": "provider",
    "/oauth/callback/<provider>": "provider",
}
"""Routes at which somebody signs in, and how."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meters:
    """One set per application. Labels take few values, all of them ours: none is what a caller wrote."""

    def __init__(self, settings: Settings) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

        disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began tells nobody anything
        self.registry = registry = CollectorRegistry()
        self.hosts = _hosts(settings)

        def count(name: str, words: str, *labels: str) -> Counter:
            return Counter(f"kiosk_{name}", words, labels, registry=registry)

        def level(name: str, words: str, mode: Any = "livesum") -> Gauge:
            return Gauge(f"kiosk_{name}", words, registry=registry, multiprocess_mode=mode)

        def took(name: str, words: str, *labels: str) -> Histogram:
            return Histogram(f"kiosk_{name}", words, labels, registry=registry, buckets=SECONDS)

        self.requests = count("requests", "Requests that were answered.", "method", "route", "status")
        self.seconds = took("request_seconds", "Time until a request's answer began.", "method", "route")
        self.under_way = level("requests_in_progress", "Requests that are being answered.")
        self.sign_ins = count("sign_ins", "Tries to sign in, and what came of them.", "method", "outcome")
        self.connections = level("database_connections_in_use", "Connections of the database's pool at work.")
        self.most_connections = level("database_connections_limit", "Connections that the database's pool may have.")
        self.calls = count("outbound_calls", "Calls to providers.", "to", "outcome")
        self.call_seconds = took("outbound_seconds", "Time until a provider's answer began.", "to")
        self.calls_under_way = level("outbound_calls_in_progress", "Calls to providers under way.")
        self.most_calls = level("outbound_calls_limit", "Connections to providers that the pool may have.")
        self.payment_calls = level("payment_calls_in_progress", "Calls to the payment provider under way.")
        self.most_payment_calls = level("payment_calls_limit", "Calls to the payment provider that are let through.")
        self.refused = count("payment_calls_refused", "Calls that were not made, to keep the shop alive.", "reason")
        self.resting = level("payment_circuit_open", "1 while the payment provider hangs.", "livemax")
        self.jobs = count("jobs", "Jobs that the doorbell rang for.", "kind", "outcome")
        self.mended = count("mended", "What a sweep brought in line.", "kind")


def _hosts(settings: Settings) -> dict[bytes, str]:
    """Whose a host is; one that a provider's discovery names besides is "other"."""
    found = {httpx.URL(each.issuer).netloc: name for name, each in settings.oauth.items()}
    return {**found, httpx.URL(settings.payments.api_base).netloc: "payments"}


def meters() -> Meters:
    found: Meters = current_app.extensions["meters"]
    return found


def _begin() -> None:
    g.is_counted = True
    meters().under_way.inc()


def _end(response: Response) -> Response:
    found = meters()
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "none"
    found.requests.labels(method, route, response.status_code).inc()
    if "began" in g:  # since `logs.py`
        found.seconds.labels(method, route).observe(time.perf_counter() - g.began)
    if (way := SIGN_INS.get(route)) and method in ("GET", "POST") and response.status_code != 405:  # noqa: PLR2004
        found.sign_ins.labels(way, g.get("refusal", "ok")).inc()
    return response


def _leave(_error: BaseException | None) -> None:
    if g.pop("is_counted", False):
        meters().under_way.dec()


def _told_by(signal: Signal) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """`count(meters, …)` gets what the signal carries. Outside of an application nobody keeps count."""

    def connect(count: Callable[..., None]) -> Callable[..., None]:
        def receive(_sender: object, **told: Any) -> None:
            if has_app_context():
                count(meters(), **told)

        signal.connect(receive, weak=False)
        return count

    return connect


@_told_by(outbound.call_begun)
def _call_begun(found: Meters) -> None:
    found.calls_under_way.inc()


@_told_by(outbound.call_ended)
def _call_ended(found: Meters, host: bytes, outcome: str, seconds: float) -> None:
    to = found.hosts.get(host, "other")
    found.calls_under_way.dec()
    found.calls.labels(to, outcome).inc()
    found.call_seconds.labels(to).observe(seconds)


@_told_by(circuit_breaker.changed)
def _payment_calls(found: Meters, busy: int, *, resting: bool) -> None:
    found.payment_calls.set(busy)
    found.resting.set(resting)


@_told_by(circuit_breaker.refused)
def _call_refused(found: Meters, reason: str) -> None:
    found.refused.labels(reason).inc()


@_told_by(jobs.job_ended)
def _job_ended(found: Meters, kind: str, outcome: str) -> None:
    found.jobs.labels(kind, outcome).inc()


@_told_by(mended)
def _mended(found: Meters, kind: str) -> None:
    found.mended.labels(kind).inc()


def _watch_connections(found: Meters, pool: sa.Pool) -> None:
    sa.event.listen(pool, "checkout", lambda *_: found.connections.inc())
    sa.event.listen(pool, "checkin", lambda *_: found.connections.dec())
    if isinstance(pool, sa.QueuePool):
        found.most_connections.set(pool.size() + pool._max_overflow)  # noqa: SLF001 -- it tells in no other way


def init_app(app: Flask, settings: Settings) -> None:
    found = app.extensions["meters"] = Meters(settings)
    found.most_calls.set(outbound.MAX_CONNECTIONS)
    found.most_payment_calls.set(circuit_breaker.AT_ONCE)
    with app.app_context():
        _watch_connections(found, db.engine.pool)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)
