"""Automatic tax: a percentage by country, on top of the prices or part of them.

Source: https://docs.stripe.com/tax/checkout. The rates are a table that a test may replace; Stripe has its own.
"""

from fractions import Fraction

from simulators.payments import currencies
from simulators.payments.protocol import Resource
from simulators.payments.provider import Provider

PERCENT: dict[str, float] = {"AT": 20, "CH": 8.1, "DE": 19, "FR": 20, "GB": 20, "IT": 22, "NL": 21}
"""By country; nothing elsewhere."""

BEHAVIOURS = ("exclusive", "inclusive")
STANDING: Resource = {"rates": PERCENT, "behavior": "exclusive"}
"""`behavior` is that of prices and rates of shipping that say nothing of it: a setting of the account, at Stripe."""


def rules(provider: Provider) -> Resource:
    """What holds at the moment; see the control API."""
    return {**STANDING, **provider.store["meta"].get("tax", {})}


def percent(provider: Provider, session: Resource) -> Fraction:
    """What is added to, or part of, each price of the session; 0 until it is known where the customer is."""
    country = provider.note(session["id"]).get("country")
    if not session["automatic_tax"]["enabled"] or country is None:
        return Fraction(0)
    return Fraction(str(rules(provider)["rates"].get(country, 0)))


def on(provider: Provider, amount: int, rate: Fraction, behavior: str | None, currency: str) -> tuple[int, int]:
    """The tax on `amount`, and the part of it that is added to it; in minor units."""
    if behavior not in BEHAVIOURS:
        behavior = rules(provider)["behavior"]
    if behavior == "inclusive":
        return currencies.rounded(amount * rate / (100 + rate), currency), 0
    added = currencies.rounded(amount * rate / 100, currency)
    return added, added
