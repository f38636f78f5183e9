"""The account's balance: what came, what it cost, what went back.

Source: https://docs.stripe.com/api/balance and https://docs.stripe.com/reports/balance-transaction-types.
"""

from collections import Counter

from simulators.payments import shapes
from simulators.payments.protocol import Resource, no_such
from simulators.payments.provider import Provider

FEE_PERCENT, FEE_FIXED = 2.9, 30
"""What a charge costs, as in a test account: in percent, and in minor units."""
WAITS = 2 * 86400  # seconds until money that came can be paid out
CATEGORIES = {"payment": "charge", "payment_refund": "refund", "adjustment": "dispute"}


def book(provider: Provider, kind: str, amount: int, source: Resource) -> str:
    """A transaction of that type; its id. `amount` in minor units, negative where money leaves."""
    now = provider.clock.now()
    fee = round(amount * FEE_PERCENT / 100) + FEE_FIXED if kind in ("charge", "payment") else 0
    told = {"amount": fee, "application": None, "currency": source["currency"]}
    transaction = {
        "id": shapes.new_id("txn_3"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + WAITS,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**told, "description": "Stripe processing fees", "type": "stripe_fee"}] if fee else [],
        "net": amount - fee,
        "reporting_category": CATEGORIES.get(kind, kind),
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
    provider.store.put("transactions", str(transaction["id"]), transaction)
    return str(transaction["id"])


def find(provider: Provider, name: str) -> Resource:
    if (transaction := provider.store["transactions"].get(name)) is None:
        raise no_such("balance_transaction", name, "id")
    return as_of(provider, transaction)


def as_of(provider: Provider, transaction: Resource) -> Resource:
    """A transaction becomes available by itself when its time has come."""
    over = transaction["available_on"] <= provider.clock.now()
    return {**transaction, "status": "available" if over else "pending"}


def total(provider: Provider) -> Resource:
    """`GET /v1/balance`."""
    sums: dict[str, Counter[str]] = {"available": Counter(), "pending": Counter()}
    for transaction in provider.store["transactions"].values():
        sums[as_of(provider, transaction)["status"]][transaction["currency"]] += transaction["net"]
    for each in sums.values():
        each["eur"] += 0  # an account without money has a balance too
    return {
        "object": "balance",
        "livemode": False,
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
        **{
            state: [
                {"amount": amount, "currency": currency, "source_types": {"card": amount}}
                for currency, amount in sorted(by.items())
            ]
            for state, by in sums.items()
        },
    }
