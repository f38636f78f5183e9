"""What `/metrics` shows of calls to the payment provider."""

from flask import Flask

from app.runtime.metrics import Counter, Gauge, Limit
from app.stripe import circuit_breaker
from app.stripe.circuit_breaker import CircuitBreaker


def _breaker(app: Flask) -> CircuitBreaker:
    made: CircuitBreaker = app.extensions["gateway"].breaker
    return made


METRICS = (
    Gauge("payment_calls_in_progress", "Calls to the payment provider under way.", lambda app: _breaker(app).busy),
    Limit("payment_calls_limit", "Calls to the payment provider that may be under way.", circuit_breaker.AT_ONCE),
    Counter(
        "payment_calls_refused",
        "Calls that were not made, to keep the shop alive.",
        circuit_breaker.refused,
        ("reason",),
    ),
    Gauge(
        "payment_circuit_open",
        "1 while the payment provider hangs.",
        lambda app: _breaker(app).is_resting,
        across_processes="livemax",
    ),
)
