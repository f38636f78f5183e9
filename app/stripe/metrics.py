"""What `/metrics` shows of calls to the payment provider."""

from app.runtime.metrics import Counter, Gauge, Limit
from app.stripe import circuit_breaker

METRICS = (
    Gauge(
        "payment_calls_in_progress", "Calls to the payment provider under way.", circuit_breaker.changed, value="busy"
    ),
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
        circuit_breaker.changed,
        value="resting",
        across_processes="livemax",
    ),
)
