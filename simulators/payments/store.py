"""The tables of the payment simulator."""

from pathlib import Path

from simulators import store

KINDS = (
    "sessions",
    "intents",
    "charges",
    "refunds",
    "disputes",
    "customers",
    "products",
    "prices",
    "coupons",
    "promotion_codes",
    "shipping_rates",
    "invoices",
    "methods",  # payment methods
    "transactions",  # of the balance
    "endpoints",  # webhook endpoints
    "events",
    "keys",  # saved answers by idempotency key
    "deliveries",  # webhooks by event
    "tasks",  # what happens by itself at a later time
    "notes",  # what the simulator remembers of an object and does not show
    "meta",
)


class Store(store.Store):
    def __init__(self, file: Path | None = None) -> None:
        super().__init__("payments", KINDS, file)
