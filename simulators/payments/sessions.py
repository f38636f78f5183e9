"""Checkout Sessions: create, read, expire.

Source: https://docs.stripe.com/api/checkout/sessions. Only `mode=payment` with `price_data` lines.
"""

import re
from dataclasses import dataclass
from typing import Any

from simulators.payments import currencies, events, shapes
from simulators.payments.protocol import Fields, Param, Refusal, Resource, no_such, words
from simulators.payments.provider import Provider

CURRENCY = re.compile("[a-z]{3}")
SHORTEST, LONGEST = 30 * 60, 24 * 3600  # seconds

READ = words(
    "cancel_url client_reference_id customer customer_email expand expires_at line_items locale metadata mode"
    " payment_intent_data payment_method_types submit_type success_url ui_mode"
)
IGNORED = words(
    "adaptive_pricing after_expiration allow_promotion_codes automatic_tax billing_address_collection"
    " consent_collection currency custom_fields custom_text customer_creation invoice_creation"
    " payment_method_configuration payment_method_data payment_method_options phone_number_collection"
    " saved_payment_method_options tax_id_collection wallet_options"
)
"""Parameters that Stripe has and that change nothing here."""


@dataclass(frozen=True)
class Order:
    """A valid request for a session."""

    currency: str
    lines: list[Resource]
    expires_at: int
    given: Resource
    """Fields that go into the session as they came."""
    intent: Resource
    """Fields that go into the payment intent."""


def read_order(provider: Provider, fields: Fields) -> Order:
    """Validates POST /v1/checkout/sessions; Refusal (400) names the first thing that is wrong."""
    fields.only(READ + IGNORED)
    if (fields.choice("mode", ("payment", "setup", "subscription")) or "payment") != "payment":
        raise Refusal(400, "This simulator knows only the mode `payment`.", param="mode")
    fields.choice("ui_mode", ("hosted",))
    lines = _read_lines(provider, fields)
    if not lines:
        raise fields.missing("line_items")
    currency = lines[0]["currency"]
    if any(line["currency"] != currency for line in lines):
        raise Refusal(400, "All line items must have the same currency.", param="line_items")
    currencies.check_total(sum(line["amount_total"] for line in lines), currency)
    if fields.url("success_url") is None:
        raise fields.missing("success_url")
    methods = [str(method) for method in fields.each("payment_method_types")]
    return Order(
        currency=currency,
        lines=lines,
        expires_at=_read_expiry(provider, fields),
        given={
            "success_url": fields.url("success_url"),
            "cancel_url": fields.url("cancel_url"),
            "client_reference_id": fields.text("client_reference_id", most=200),
            "customer": fields.text("customer"),
            "customer_email": fields.text("customer_email", most=800),
            "locale": fields.text("locale"),
            "submit_type": fields.choice("submit_type", ("auto", "book", "donate", "pay", "subscribe")),
            "metadata": fields.metadata(),
            "payment_method_types": methods or ["card", "sepa_debit"],
        },
        intent=_read_intent(fields.inner("payment_intent_data")),
    )


def _read_lines(provider: Provider, fields: Fields) -> list[Resource]:
    return [
        _read_line(provider, line, fields.name("line_items") + f"[{n}]")
        for n, line in enumerate(fields.each("line_items"))
    ]


def _read_line(provider: Provider, line: Param, path: str) -> Resource:
    if not isinstance(line, dict):
        raise Refusal(400, "Invalid object", param=path)
    fields = Fields(line, path)
    fields.only(
        ("adjustable_quantity", "dynamic_tax_rates", "metadata", "price", "price_data", "quantity", "tax_rates")
    )
    if (price := fields.text("price")) is not None:
        raise no_such("price", price, fields.name("price"), status=400)
    data = fields.inner("price_data")
    if data is None:
        raise fields.missing("price_data")
    data.only(
        ("currency", "product", "product_data", "recurring", "tax_behavior", "unit_amount", "unit_amount_decimal")
    )
    product = data.inner("product_data")
    if product is None:
        raise data.missing("product_data")
    product.only(("description", "images", "metadata", "name", "tax_code", "unit_label"))
    currency, unit, quantity = (
        data.required("currency").lower(),
        data.integer("unit_amount", most=currencies.LARGEST),
        fields.integer("quantity", 1),
    )
    if not CURRENCY.fullmatch(currency):
        raise Refusal(400, f"Invalid currency: {currency}.", param=data.name("currency"))
    if unit is None:
        raise data.missing("unit_amount")
    if quantity is None:
        raise fields.missing("quantity")
    currencies.check(unit, currency, data.name("unit_amount"))
    return shapes.line_item(provider.clock.now(), product.required("name"), unit, quantity, currency)


def _read_expiry(provider: Provider, fields: Fields) -> int:
    now = provider.clock.now()
    expires_at = fields.integer("expires_at", most=10**12)
    if expires_at is None:
        return now + LONGEST
    if expires_at < now + SHORTEST:
        limit = "at least 30 minutes"
    elif expires_at > now + LONGEST:
        limit = "less than 24 hours"
    else:
        return expires_at
    raise Refusal(
        400, f"The `expires_at` timestamp must be {limit} from Checkout Session creation.", param="expires_at"
    )


def _read_intent(fields: Fields | None) -> Resource:
    if fields is None:
        return {}
    known = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")
    fields.only((*known, "capture_method", "metadata", "setup_future_usage", "shipping"))
    if fields.choice("capture_method", ("automatic", "automatic_async", "manual")) == "manual":
        raise Refusal(400, "This simulator captures at once.", param=fields.name("capture_method"))
    return {name: fields.text(name) for name in known} | {"metadata": fields.metadata()}


def create(provider: Provider, order: Order) -> Resource:
    name = shapes.new_id("cs_test_a1", 58)
    session = shapes.session(name, provider.clock.now())
    total = sum(line["amount_total"] for line in order.lines)
    session |= order.given
    session |= {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": order.currency,
        "expires_at": order.expires_at,
        "url": f"{provider.settings.base_url}/pay/{name}",
    }
    if order.given["customer"] is None:
        session["customer_creation"] = "if_required"
    if email := order.given["customer_email"]:
        session["customer_details"] = customer(email, None)
    provider.store.put("sessions", name, session)
    provider.take_note(name, lines=order.lines, intent=order.intent)
    provider.at(float(order.expires_at), "expire", name)
    return session


def twin(provider: Provider, name: str, metadata: Resource | None = None) -> Resource:
    """Another session with all that this one was made with, its marks included, or with other `metadata`."""
    session, note = find(provider, name), provider.note(name)
    given = ("success_url", "cancel_url", "client_reference_id", "customer", "customer_email", "locale", "submit_type")
    marks = session["metadata"] if metadata is None else metadata
    order = Order(
        currency=session["currency"],
        lines=note["lines"],
        expires_at=provider.clock.now() + LONGEST,
        given={
            **{field: session[field] for field in given},
            "metadata": marks,
            "payment_method_types": session["payment_method_types"],
        },
        intent={**note["intent"], "metadata": marks},
    )
    return create(provider, order)


def customer(email: str | None, name: str | None) -> Resource:
    """`customer_details`: what the customer has typed in."""
    details: dict[str, Any] = dict.fromkeys(("business_name", "individual_name", "phone", "tax_ids"))
    return {**details, "address": shapes.empty_address(), "email": email, "name": name, "tax_exempt": "none"}


def find(provider: Provider, name: str) -> Resource:
    if (session := provider.store["sessions"].get(name)) is None:
        raise no_such("checkout.session", name, "session")
    return session


def lines(provider: Provider, session: Resource) -> list[Resource]:
    return list(provider.note(session["id"]).get("lines", []))


def expire(provider: Provider, name: str) -> Resource:
    """Ends an open session; Refusal (400) where it is not open any more."""
    session = find(provider, name)
    if session["status"] != "open":
        raise Refusal(
            400,
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of `{session['status']}`.",
            began=True,
        )
    session |= {"status": "expired", "url": None}
    close(provider, session)
    if intent := provider.store["intents"].get(session["payment_intent"] or ""):
        intent |= {"status": "canceled", "canceled_at": provider.clock.now(), "next_action": None}
        intent["cancellation_reason"] = "automatic"
        provider.store.put("intents", intent["id"], intent)
    events.record(provider, "checkout.session.expired", session)
    return session


def close(provider: Provider, session: Resource) -> None:
    """Keeps a session that is no longer open, and calls off its expiry."""
    provider.store.put("sessions", session["id"], session)
    provider.call_off("expire", session["id"])
