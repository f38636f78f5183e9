"""The fields that Kiosk reads of the provider's objects, under the provider's names: https://docs.stripe.com/api.

The provider may add values to its enumerations at any time, so these are strings. The code that reads a state decides
what an unknown value means for money.
https://docs.stripe.com/upgrades#what-changes-does-stripe-consider-to-be-backward-compatible
"""

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class TotalDetails(msgspec.Struct, frozen=True):
    """Of what a session's total is made, in minor units. `amount_tax` is all tax, added or part of the prices."""

    amount_discount: int = 0
    amount_shipping: int | None = None
    amount_tax: int = 0

    @property
    def shipping(self) -> int:
        return self.amount_shipping or 0


class CheckoutSession(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/checkout/sessions/object; amounts in minor units.

    `amount_subtotal` is before discounts, shipping and tax that is added; tax that is part of the prices is in it.
    """

    id: str
    status: str | None
    payment_status: str
    amount_total: int | None
    currency: str | None
    livemode: bool
    client_reference_id: str | None = None
    payment_intent: str | None = None
    url: str | None = None
    metadata: dict[str, str] | None = None
    amount_subtotal: int | None = None
    total_details: TotalDetails | None = None
    customer_details: Any = None
    collected_information: Any = None
    """Of any type, since no oddity in what is said of the payer may hide the money."""

    @property
    def total(self) -> int:
        """0 where none is told."""
        return self.amount_total or 0

    @property
    def subtotal(self) -> int:
        """The total, where no subtotal is told."""
        return self.total if self.amount_subtotal is None else self.amount_subtotal

    @property
    def details(self) -> TotalDetails:
        return self.total_details or TotalDetails()

    @property
    def is_paid(self) -> bool:
        """Whether its money came, or none is needed."""
        return self.payment_status == "paid" or (
            self.status == "complete" and self.payment_status == "no_payment_required"
        )

    @property
    def is_dead(self) -> bool:
        """Whether it brought no money and never will."""
        return self.status == "expired" and self.payment_status in ("unpaid", "no_payment_required")

    @property
    def unknown(self) -> str:
        """The state that Kiosk does not know, such as "status 'paused'"; empty where it knows both."""
        if self.status not in ("open", "complete", "expired"):
            return f"status {self.status!r}"
        if self.payment_status not in ("paid", "unpaid", "no_payment_required"):
            return f"payment_status {self.payment_status!r}"
        return ""


class PaymentIntent(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/payment_intents/object; amounts in minor units."""

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    created: int
    metadata: dict[str, str] | None = None

    @property
    def over(self) -> bool:
        """Whether no money will come of it."""
        return self.status in ("requires_payment_method", "canceled")


class ProviderRefund(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/refunds/object; `amount` in minor units."""

    id: str
    amount: int
    status: str | None
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


class Charge(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/charges/object"""

    id: str
    payment_intent: str | None = None


class EventData(msgspec.Struct, frozen=True):
    object: dict[str, Any] = {}


class RelatedObject(msgspec.Struct, frozen=True):
    id: Any = None


class Event(msgspec.Struct, frozen=True):
    """An event in either of two forms: https://docs.stripe.com/event-destinations

    A snapshot (https://docs.stripe.com/api/events/object) holds the object as it was. A thin event
    (https://docs.stripe.com/api/v2/core/events/object) names the object, and its type begins with "v1.":
    v1.refund.failed is refund.failed. Kiosk never calls the address in an event, since it could lead anywhere.
    """

    id: str
    type: str
    object: str = "event"
    data: EventData | None = None
    related_object: RelatedObject | None = None

    @property
    def is_whole(self) -> bool:
        return self.data is not None or self.is_thin

    @property
    def is_thin(self) -> bool:
        return self.object == "v2.core.event"

    @property
    def kind(self) -> str:
        """The type, under the name that it has in a snapshot."""
        return self.type.removeprefix("v1.") if self.is_thin else self.type

    @property
    def subject(self) -> dict[str, Any]:
        """The object as the event has it; of a thin event the id alone."""
        if self.is_thin:
            return {"id": self.related_object.id} if self.related_object else {}
        return self.data.object if self.data else {}


class ShippingAmount(msgspec.Struct, frozen=True):
    """`currency_options` has the currencies besides `currency`, in lower case."""

    currency: str
    currency_options: dict[str, Any] | None = None


class ShippingRate(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/shipping_rates/object"""

    id: str
    active: bool
    fixed_amount: ShippingAmount | None = None

    def is_in(self, currency: str) -> bool:
        """Whether orders in `currency` can have it."""
        fixed = self.fixed_amount
        return fixed is None or currency.lower() in (fixed.currency, *(fixed.currency_options or ()))


class Listing(msgspec.Struct, Generic[T], frozen=True):
    """https://docs.stripe.com/api/pagination: the newest first."""

    data: list[T]
    has_more: bool


class ErrorDetail(msgspec.Struct, frozen=True):
    """https://docs.stripe.com/api/errors. A field of an odd type may not hide the others, so any type will do."""

    type: Any = None
    code: Any = None
    param: Any = None


class ErrorBody(msgspec.Struct, frozen=True):
    error: ErrorDetail
