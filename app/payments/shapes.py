"""What Kiosk reads of the provider's objects: fields under its names, https://docs.stripe.com/api."""

from typing import Any, Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")


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
    metadata: dict[str, str] | None = None


class PaymentIntent(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/payment_intents/object; amounts in minor units."""

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    created: int
    metadata: dict[str, str] = {}

    @property
    def over(self) -> bool:
        """Whether no money will come of it."""
        return self.status in ("requires_payment_method", "canceled")


class ProviderRefund(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/refunds/object; `amount` in minor units."""

    id: str
    amount: int
    status: Literal["pending", "requires_action", "succeeded", "failed", "canceled"] | None
    payment_intent: str | None = None
    failure_reason: str | None = None
    metadata: dict[str, str] | None = None


class ProviderDispute(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/disputes/object; `amount` in minor units."""

    id: str
    amount: int
    status: str
    is_charge_refundable: bool
    payment_intent: str | None = None


class EventData(msgspec.Struct, frozen=True):
    object: dict[str, Any]


class Event(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/events/object"""

    id: str
    type: str
    data: EventData
    created: int = 0


class Listing(msgspec.Struct, Generic[T], frozen=True):
    """https://docs.stripe.com/api/pagination: the newest first."""

    data: list[T]
    has_more: bool


class ErrorDetail(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/errors"""

    type: str = ""
    code: str | None = None
    message: str | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    error: ErrorDetail
