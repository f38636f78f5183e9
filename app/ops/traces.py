"""Traces, by OpenTelemetry, where the settings say where they go.

Kiosk begins each itself: a caller's own is not taken over, and no provider is told of ours.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from app.runtime.config import Settings
from app.runtime.tracing import span

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

QUIET = ("/assets", "/healthz", "/readyz", "/metrics")
"""Not worth a trace."""

EXPORT_SECONDS = 3
BROKEN = 500


def of_request(environ: Mapping[str, Any]) -> AbstractContextManager[object]:
    """A span around the request that `environ` is; its name comes with the route."""
    if environ.get("PATH_INFO", "").startswith(QUIET):
        return nullcontext()
    return span("request", "server")


def _describe(response: Response) -> Response:
    """https://opentelemetry.io/docs/specs/semconv/http/http-spans/; the rule and never the path."""
    from opentelemetry import trace

    found = trace.get_current_span()
    route = request.url_rule.rule if request.url_rule else "none"
    found.update_name(f"{request.method} {route}")
    found.set_attribute("http.request.method", request.method)
    found.set_attribute("http.route", route)
    found.set_attribute("http.response.status_code", response.status_code)
    found.set_attribute("kiosk.request_id", g.get("request_id", "-"))
    if "user_id" in g:
        found.set_attribute("kiosk.user_id", g.user_id)
    if response.status_code >= BROKEN:
        found.set_status(trace.StatusCode.ERROR)
    return response


def _provider(settings: Settings) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    who = Resource.create({"service.name": "kiosk", "deployment.environment.name": settings.env})
    found = TracerProvider(resource=who, shutdown_on_exit=False)
    address = settings.otlp_endpoint.rstrip("/") + "/v1/traces"
    found.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=EXPORT_SECONDS)))
    return found


def close(app: Flask) -> None:
    """Send what was not sent yet."""
    if (provider := app.extensions.get("traces")) is not None:
        provider.shutdown()


def trace_by(app: Flask, provider: "TracerProvider") -> None:
    app.extensions["traces"], app.extensions["tracer"] = provider, provider.get_tracer("kiosk")
    app.after_request(_describe)


def init_app(app: Flask, settings: Settings) -> None:
    if settings.otlp_endpoint:
        trace_by(app, _provider(settings))
