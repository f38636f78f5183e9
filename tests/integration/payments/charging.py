"""Shipping, tax and codes: what the shop asks its provider to add, and what buyers choose."""

from collections.abc import Mapping
from typing import Any

from simulators.payments.control import Control

ALL = {"automatic_tax": True, "promotion_codes": True, "invoices": True}
"""Settings besides the rates of shipping."""

AMOUNTS = ("subtotal", "discount", "shipping", "tax", "total")


def rate(control: Control, amount: int, currency: str = "eur", **more: str) -> str:
    """The id of a new rate of shipping."""
    cost = {"fixed_amount[amount]": str(amount), "fixed_amount[currency]": currency}
    form = {"display_name": f"Post for {amount}", "type": "fixed_amount", **cost, **more}
    return str(control.api.post("/v1/shipping_rates", data=form).raise_for_status().json()["id"])


def code(control: Control, text: str, **off: object) -> str:
    """A new promotion code: `percent_off=10`, or `amount_off=500, currency="eur"`."""
    coupon = control.api.post("/v1/coupons", data={"duration": "once", **off}).raise_for_status().json()["id"]
    form = {"promotion[type]": "coupon", "promotion[coupon]": coupon, "code": text}
    control.api.post("/v1/promotion_codes", data=form).raise_for_status()
    return text


def amounts(order: Mapping[str, Any]) -> tuple[int, ...]:
    """Of an order as the API shows it."""
    return tuple(order[name] for name in AMOUNTS)


def charged(session: Mapping[str, Any]) -> tuple[int, ...]:
    """The same of a session, as the provider tells it."""
    details = session["total_details"]
    parts = (details[f"amount_{name}"] for name in ("discount", "shipping", "tax"))
    return (session["amount_subtotal"], *parts, session["amount_total"])
