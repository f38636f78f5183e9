"""What the provider adds to the sum of an order's lines, and takes off it: shipping, tax, discount.

Settings ask for it when a session is made. It is recorded as the provider charged it, whatever the settings are then.
"""

from app.orders.models import Order
from app.runtime.config import Settings, listed
from app.stripe.schemas import CheckoutSession


def asked_for(settings: Settings) -> dict[str, object]:
    """Of a new session. https://docs.stripe.com/api/checkout/sessions/create"""
    asked: dict[str, object] = {}
    if settings.shipping_rates:
        asked["shipping_options"] = [{"shipping_rate": each} for each in listed(settings.shipping_rates)]
    if settings.automatic_tax:
        asked["automatic_tax"] = {"enabled": "true"}
    if settings.promotion_codes:
        asked["allow_promotion_codes"] = "true"
    if settings.invoices:
        asked["invoice_creation"] = {"enabled": "true"}
    return asked


def fault(order: Order, told: CheckoutSession) -> str:
    """Why this is not the money that an unpaid order waits for, in words; empty where it is.

    The prices are ours, so the subtotal has to be the sum of the lines. The rest is the provider's, and has to add up.
    Tax may be part of the prices, all or some of it: https://docs.stripe.com/tax/products-prices-tax-codes-tax-behavior
    """
    currency, details = (told.currency or "").upper(), told.details
    if currency != order.currency:
        return f"it is in {currency}"
    if told.subtotal != order.total:
        return f"its subtotal is {told.subtotal}, and the lines come to {order.total}"
    parts = (details.amount_discount, details.shipping, details.amount_tax)
    without_tax = told.subtotal - details.amount_discount + details.shipping
    if min(parts) < 0 or not without_tax <= told.total <= without_tax + details.amount_tax:
        return f"its total is {told.total}, which its parts do not come to: discount, shipping and tax are {parts}"
    return ""


def record(order: Order, told: CheckoutSession) -> None:
    """Note at the order what was charged for it."""
    details = told.details
    order.discount, order.shipping, order.tax = details.amount_discount, details.shipping, details.amount_tax
    order.total = told.total
