"""What the payment page asks the buyer for beside money: phone and address, for those who hand the order over."""

from typing import Any

from app.orders.models import MAX_PHONE, Order
from app.runtime.config import Settings, listed
from app.stripe.schemas import CheckoutSession

ADDRESS = ("line1", "line2", "postal_code", "city", "state", "country")
"""https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-collected_information-shipping_details
"""

MAX_LINE = 300


def asked_for(settings: Settings) -> dict[str, object]:
    """Of a new session. https://docs.stripe.com/api/checkout/sessions/create"""
    asked: dict[str, object] = {}
    if settings.collect_address:
        asked["shipping_address_collection"] = {"allowed_countries": list(listed(settings.collect_address))}
    if settings.collect_phone:
        asked["phone_number_collection"] = {"enabled": "true"}
    return asked


def keep(settings: Settings, order: Order, told: CheckoutSession) -> None:
    """Note at a paid order what was collected, as far as settings ask for it and the account is not closed."""
    if order.buyer.closed_at is not None:
        return
    if settings.collect_phone:
        order.phone = _text(told.customer_details, "phone", MAX_PHONE)
    if settings.collect_address:
        details = _mapping(told.collected_information, "shipping_details")
        address = _mapping(details, "address")
        lines = {name: _text(address, name) for name in ADDRESS}
        order.shipping_address = {"name": _text(details, "name"), **lines} if any(lines.values()) else None


def _mapping(given: object, name: str) -> object:
    return given.get(name) if isinstance(given, dict) else None


def _text(given: Any, name: str, most: int = MAX_LINE) -> str | None:
    """None for what is no text: an odd field of the provider's may not keep money from its order."""
    value = _mapping(given, name)
    return value.replace("\x00", "")[:most] or None if isinstance(value, str) else None
