"""What each process counts and measures of its own work. What the database knows is in `database_gauges.py`.

prometheus-client is imported when an application is made: it looks at that moment, and never again, whether the counts
of several processes go into one folder.
"""

import threading
import time
from collections.abc import Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask, Response, current_app
from flask.globals import app_ctx, request_ctx

from app.runtime import metrics
from app.runtime.db import db

if TYPE_CHECKING:
    import prometheus_client as prometheus
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "kiosk"
SIGN_INS = {
    "/api/login": "password",
    "/api/session": "password",
    "/api/session/passkey": "passkey",  # feature: passkeys
    "/oauth/callback": "provider",
    "/oauth/callback/<provider>": "provider",
}
"""The routes at which users sign in, and by what."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

GAUGE_SECONDS = 1
"""How often each process writes its gauges to the folder from which any process answers with the metrics of all."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Counters:
    """One set per application: those of requests, and those that are listed."""

    def __init__(self, listed: Iterable[metrics.Metric]) -> None:
        from prometheus_client import CollectorRegistry, disable_created_metrics

        disable_created_metrics()  # type: ignore[no-untyped-call]  # no second time series per counter with the time of its creation
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests that were answered.", "method", "route", "status")
        self.seconds = self._histogram("request_seconds", "Time until a request's answer began.", "method", "route")
        self.under_way = 0
        """Requests that are being answered."""
        self._lock = threading.Lock()
        # prometheus-client looks up the labels under a lock at each call.
        self._requests_with, self._seconds_with = cache(self.requests.labels), cache(self.seconds.labels)
        self.sign_ins = self._counter("sign_ins", "Tries to sign in, by their outcome.", "method", "outcome")
        listed = tuple(listed)
        self.metrics: dict[str, Any] = {each.name: self._made(each) for each in listed}
        self._gauges = [each for each in listed if isinstance(each, metrics.Gauge)]

    def count(self, method: str, route: str, status: int, began: float | None) -> None:
        """Count a request that was just answered. `began` is by `time.perf_counter()`; None where it is not known."""
        self._requests_with(method, route, status).inc()
        if began is not None:
            self._seconds_with(method, route).observe(time.perf_counter() - began)

    def add_under_way(self, change: int) -> None:
        with self._lock:
            self.under_way += change

    def update_gauges(self, app: Flask) -> None:
        """Set the gauges to what they are at the moment."""
        for gauge in self._gauges:
            self.metrics[gauge.name].set(gauge.read(app))

    def _made(self, metric: metrics.Metric) -> Any:
        match metric:
            case metrics.Counter():
                return self._counter(metric.name, metric.words, *metric.labels)
            case metrics.Histogram():
                return self._histogram(metric.name, metric.words, *metric.labels)
            case metrics.Gauge():
                return self._gauge(metric.name, metric.words, metric.across_processes)
            case metrics.Limit():
                made = self._gauge(metric.name, metric.words)
                made.set(metric.value)
                return made

    def _counter(self, name: str, words: str, *labels: str) -> "prometheus.Counter":
        from prometheus_client import Counter

        return Counter(f"{PREFIX}_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, mode: Any = "livesum") -> "prometheus.Gauge":
        from prometheus_client import Gauge

        return Gauge(f"{PREFIX}_{name}", words, registry=self.registry, multiprocess_mode=mode)

    def _histogram(self, name: str, words: str, *labels: str) -> "prometheus.Histogram":
        from prometheus_client import Histogram

        return Histogram(f"{PREFIX}_{name}", words, labels, registry=self.registry, buckets=SECONDS)


def counters() -> Counters:
    """Those of the current application."""
    made: Counters = current_app.extensions["counters"]
    return made


def _counting(app: "WSGIApplication", made: Counters) -> "WSGIApplication":
    def of_request(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        made.add_under_way(1)
        try:
            return app(environ, start_response)
        finally:
            made.add_under_way(-1)

    return of_request


def _count(made: Counters, response: Response) -> Response:
    request, g = request_ctx.request, app_ctx.g  # the objects behind Flask's proxies, which cost more at each access
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "none"
    made.count(method, route, response.status_code, g.get("began"))  # set by `logs.py`
    sign_in = SIGN_INS.get(route)
    if sign_in and method in ("GET", "POST") and response.status_code != 405:  # noqa: PLR2004
        made.sign_ins.labels(sign_in, g.get("refusal", "ok")).inc()
    return response


def _of_database(engine: sa.Engine) -> Iterable[metrics.Metric]:
    def in_use(_app: Flask) -> float:
        pool = engine.pool  # another one after a fork
        return pool.checkedout() if isinstance(pool, sa.QueuePool) else 0

    yield metrics.Gauge("database_connections_in_use", "Connections of the database's pool in use.", in_use)
    if isinstance(engine.pool, sa.QueuePool):
        most = engine.pool.size() + engine.pool._max_overflow  # noqa: SLF001 -- there is no public way
        yield metrics.Limit("database_connections_limit", "Connections that the database's pool may have.", most)


def keep_gauges_current(app: Flask) -> None:
    """Update the gauges every GAUGE_SECONDS until this process ends. A process that it forks does not go on with it."""
    made: Counters = app.extensions["counters"]

    def update_often() -> None:
        while True:
            time.sleep(GAUGE_SECONDS)
            made.update_gauges(app)

    threading.Thread(target=update_often, name="gauges", daemon=True).start()


def init_app(app: Flask, listed: Iterable[metrics.Metric]) -> None:
    """`listed` are the metrics of all features. Counters and histograms follow their signals from now on."""
    with app.app_context():
        engine = db.engine
    under_way = metrics.Gauge(
        "requests_in_progress", "Requests that are being answered.", lambda app: app.extensions["counters"].under_way
    )
    listed = (under_way, *_of_database(engine), *listed)
    made = app.extensions["counters"] = Counters(listed)
    for metric in listed:
        if isinstance(metric, metrics.Counter | metrics.Histogram):
            metric.signal.connect(metric.receive)
    app.wsgi_app = _counting(app.wsgi_app, made)  # type: ignore[method-assign, assignment]  # Flask's own way for a middleware
    app.after_request(partial(_count, made))
