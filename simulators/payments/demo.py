"""What a shop that is tried out has at its provider: two rates of shipping, and codes to type into the payment page."""

from simulators.payments import catalogue
from simulators.payments.provider import Provider

RATES = {"shr_standard": ("Standard, 3 to 5 days", 490), "shr_express": ("Express, next day", 990)}
"""Names and amounts in minor units, by id. Stripe chooses ids itself."""

CODES = {"WELCOME10": 10, "FREE100": 100}
"""Percent off, by code."""


def fill(provider: Provider, currency: str) -> None:
    """Makes what is not there yet."""
    with provider.store as store:
        for name, (title, amount) in RATES.items():
            if name not in store["shipping_rates"]:
                cost = {"amount": amount, "currency": currency}
                catalogue.shipping_rate(provider, {"display_name": title, "fixed_amount": cost}, name)
        for code, percent in CODES.items():
            if code not in store["coupons"]:
                catalogue.coupon(provider, {"id": code, "percent_off": float(percent), "duration": "once"})
                catalogue.promotion_code(provider, {"coupon": code, "code": code})
