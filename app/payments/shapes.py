"""What Kiosk reads of the provider's objects: fields under its names, https://docs.stripe.com/api."""

from typing import Any, Literal

import msgspec


class CheckoutSession(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/checkout/sessions/object; `amount_total` in minor units."""

    id: str
    status: Literal["open", "complete", "expired"] | None
    payment_status: Literal["paid", "unpaid", "no_payment_required"]
    amount_total: int | None
    currency: str | None
    livemode: bool
    client_reference_id: str | None = None
    payment_intent: str | None = None
    url: str | None = None


class EventData(msgspec.Struct, frozen=True):
    object: dict[str, Any]


class Event(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/events/object"""

    id: str
    type: str
    data: EventData


class ErrorDetail(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/errors"""

    type: str = ""
    code: str | None = None
    message: str | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    error: ErrorDetail
