"""Spans of a trace, for whoever works in it. Where no KIOSK_OTLP_ENDPOINT is set they cost a look into a mapping.

What a span says of an error is its kind alone: its words may quote what is nobody's business.
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
    """`about` are its attributes, `cause` is the `cause()` of whoever made this necessary: their trace goes on here."""
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
    with begun as found:
        try:
            yield found
        except BaseException as error:
            found.set_attribute("error.type", type(error).__qualname__)
            found.set_status(trace.StatusCode.ERROR)
            raise
        finally:
            if isinstance(order := facts().get("order_id"), int):
                found.set_attribute("kiosk.order_id", order)


def cause() -> dict[str, str]:
    """What carries the span at work to another process, as https://www.w3.org/TR/trace-context/; empty without one."""
    found: dict[str, str] = {}
    if _tracer() is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator as Propagator

        Propagator().inject(found)
    return found


def trace_id() -> str | None:
    """Of the span at work, in 32 hexadecimal digits."""
    if _tracer() is None:
        return None
    from opentelemetry import trace

    known = trace.get_current_span().get_span_context()
    return trace.format_trace_id(known.trace_id) if known.is_valid else None


def _tracer() -> "Tracer | None":
    found: Tracer | None = current_app.extensions.get("tracer") if has_app_context() else None
    return found
