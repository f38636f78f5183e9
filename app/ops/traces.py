"""Traces, by OpenTelemetry, where KIOSK_OTLP_ENDPOINT says where they go.

Kiosk begins each trace: it does not go on with a caller's, and does not tell a provider of its own.
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

    current = trace.get_current_span()
    route = request.url_rule.rule if request.url_rule else "none"
    current.update_name(f"{request.method} {route}")
    current.set_attribute("http.request.method", request.method)
    current.set_attribute("http.route", route)
    current.set_attribute("http.response.status_code", response.status_code)
    current.set_attribute("kiosk.request_id", g.get("request_id", "-"))
    if "user_id" in g:
        current.set_attribute("kiosk.user_id", g.user_id)
    if response.status_code >= BROKEN:
        current.set_status(trace.StatusCode.ERROR)
    return response


def _provider(settings: Settings) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "kiosk", "deployment.environment.name": settings.env})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    address = settings.otlp_endpoint.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=EXPORT_SECONDS)))
    return provider


def close(app: Flask) -> None:
    """Send the spans that were not sent yet."""
    if (provider := app.extensions.get("traces")) is not None:
        provider.shutdown()


def trace_by(app: Flask, provider: "TracerProvider") -> None:
    app.extensions["traces"], app.extensions["tracer"] = provider, provider.get_tracer("kiosk")
    app.after_request(_describe)


def init_app(app: Flask, settings: Settings) -> None:
    if settings.otlp_endpoint:
        trace_by(app, _provider(settings))
