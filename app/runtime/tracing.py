"""Spans of a trace. Without KIOSK_OTLP_ENDPOINT a span costs one look into a mapping.

A span gives the kind of an error and not its message, which may quote a secret.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from flask import current_app, has_app_context

from app.runtime.log_context import facts

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Kind = Literal["server", "client", "consumer"]
Value = str | int | bool


@contextmanager
def span(
    name: str, kind: Kind, about: Mapping[str, Value] | None = None, cause: Mapping[str, str] | None = None
) -> "Iterator[Span | None]":
    """A span with the attributes `about`. It continues the trace that `cause`, the result of `cause()`, comes from."""
    tracer = _tracer()
    if tracer is None:
        yield None
        return
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator as Propagator

    begun = tracer.start_as_current_span(
        name,
        context=Propagator().extract(cause) if cause else None,
        kind=trace.SpanKind[kind.upper()],
        attributes=about,
        record_exception=False,
        set_status_on_exception=False,
    )
    with begun as current:
        try:
            yield current
        except BaseException as error:
            current.set_attribute("error.type", type(error).__qualname__)
            current.set_status(trace.StatusCode.ERROR)
            raise
        finally:
            if isinstance(order := facts().get("order_id"), int):
                current.set_attribute("kiosk.order_id", order)


def cause() -> dict[str, str]:
    """The current span, in the form in which another process gets it; empty without one.

    https://www.w3.org/TR/trace-context/
    """
    headers: dict[str, str] = {}
    if _tracer() is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator as Propagator

        Propagator().inject(headers)
    return headers


def trace_id() -> str | None:
    """Of the current span, in 32 hexadecimal digits; None without one."""
    if _tracer() is None:
        return None
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _tracer() -> "Tracer | None":
    tracer: Tracer | None = current_app.extensions.get("tracer") if has_app_context() else None
    return tracer
