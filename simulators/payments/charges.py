"""Charges: what a payment intent does to a card or a bank account.

Source: https://docs.stripe.com/api/charges, https://docs.stripe.com/payments/paymentintents/lifecycle,
https://docs.stripe.com/payments/payment-intents/asynchronous-capture and
https://docs.stripe.com/payments/place-a-hold-on-a-payment-method.
"""

from simulators.payments import balance, cards, events, shapes
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider

DISPUTE_TAKES = 2  # seconds
BOOKING_TAKES = 5  # seconds until an asynchronous capture has its balance transaction; Stripe names no time
HOLD_LASTS = 7 * 86400  # seconds; of a card that its holder has given on a page


def new(provider: Provider, intent: Resource, method: Resource) -> Resource:
    charge = shapes.charge(shapes.new_id("ch_3"), provider.clock.now(), intent["amount"], intent["currency"])
    taken = ("customer", "description", "metadata", "receipt_email", "shipping", "statement_descriptor_suffix")
    charge |= {name: intent[name] for name in taken}
    return charge | {
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": method,
    }


def by_card(provider: Provider, intent: Resource, *, authenticated: bool = False) -> Resource:
    """Charges the card that is noted of the intent; the charge. Refusal 402 where the issuer says no."""
    note = provider.note(intent["id"])
    number = note["number"]
    card = cards.CARDS[number]
    details = shapes.card_details(card.brand, number[-4:], note["month"], note["year"], authenticated=authenticated)
    _keep_method(provider, intent, details["card"])
    amount = intent["amount"]
    overcapture = {"maximum_amount_capturable": amount, "status": "unavailable"}
    details["card"] |= {"amount_authorized": amount, "overcapture": overcapture}
    charge = new(provider, intent, details)
    intent["latest_charge"] = charge["id"]
    if card.decline:
        charge |= {"status": "failed", "failure_code": card.decline[0]}
        provider.store.put("charges", charge["id"], charge)
        events.record(provider, "charge.failed", charge)
        raise cards.declined(*card.decline)
    provider.take_note(charge["id"], refunds=card.refunds, dispute=card.dispute, inquiry=card.inquiry)
    if _capture_method(intent) == "manual":
        _hold(provider, intent, charge)
    else:
        collect(provider, intent, charge)
    if card.dispute:
        provider.later(DISPUTE_TAKES, "dispute", charge["id"])
    return charge


def _capture_method(intent: Resource) -> str:
    """What is said for cards goes before what is said for all ways to pay."""
    return str(intent["payment_method_options"].get("card", {}).get("capture_method") or intent["capture_method"])


def _keep_method(provider: Provider, intent: Resource, card: Resource) -> None:
    if intent["payment_method"] in provider.store["methods"]:
        return
    shown = {name: card[name] for name in ("brand", "checks", "country", "exp_month", "exp_year", "funding", "last4")}
    method = shapes.payment_method(provider.clock.now(), shown)
    method["customer"] = intent["customer"]
    provider.store.put("methods", method["id"], method)
    intent["payment_method"] = method["id"]


def _hold(provider: Provider, intent: Resource, charge: Resource) -> None:
    """The card is good for the amount, which `capture` takes later."""
    until = provider.clock.now() + HOLD_LASTS
    charge |= {"status": "succeeded", "paid": True, "captured": False}
    charge["payment_method_details"]["card"]["capture_before"] = until
    provider.at(float(until), "expire hold", charge["id"])
    provider.store.put("charges", charge["id"], charge)
    intent |= {"status": "requires_capture", "amount_capturable": charge["amount"], "last_payment_error": None}
    intent["next_action"] = None
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "charge.succeeded", charge)
    events.record(provider, "payment_intent.amount_capturable_updated", intent)


def collect(provider: Provider, intent: Resource, charge: Resource, amount: int | None = None) -> None:
    """The money arrives: all of the charge, or less than what was held."""
    taken = charge["amount"] if amount is None else amount
    was_held = charge["paid"]
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": taken}
    by_card = charge["payment_method_details"]["type"] == "card"
    if by_card and not was_held and intent["capture_method"] == "automatic_async":
        provider.later(BOOKING_TAKES, "book", charge["id"])
    else:
        charge["balance_transaction"] = balance.book(provider, "charge" if by_card else "payment", taken, charge)
    provider.store.put("charges", charge["id"], charge)
    intent |= {"status": "succeeded", "amount_received": taken, "amount_capturable": 0, "last_payment_error": None}
    intent["next_action"] = None
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "charge.captured" if was_held else "charge.succeeded", charge)
    events.record(provider, "payment_intent.succeeded", intent)


def book(provider: Provider, name: str) -> None:
    """An asynchronous capture is through: the charge gets its balance transaction."""
    charge = provider.store["charges"][name]
    before = events.snapshot(charge)
    charge["balance_transaction"] = balance.book(provider, "charge", charge["amount_captured"], charge)
    provider.store.put("charges", name, charge)
    events.record(provider, "charge.updated", charge, before)


def expire(provider: Provider, name: str) -> None:
    """A hold that was not captured in time ends: the payment is canceled. Not so where it was captured or canceled."""
    charge = provider.store["charges"][name]
    intent = provider.store["intents"][charge["payment_intent"]]
    if intent["status"] != "requires_capture":
        return
    charge |= {"refunded": True, "amount_refunded": charge["amount"]}
    provider.store.put("charges", name, charge)
    intent |= {"status": "canceled", "canceled_at": provider.clock.now(), "amount_capturable": 0}
    intent["cancellation_reason"] = "automatic"
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "charge.expired", charge)
    events.record(provider, "payment_intent.canceled", intent)


def fail(provider: Provider, intent: Resource, refusal: Refusal) -> None:
    """The intent waits for another way to pay."""
    intent |= {"status": "requires_payment_method", "last_payment_error": refusal.error(), "payment_method": None}
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "payment_intent.payment_failed", intent)
