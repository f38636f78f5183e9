"""Charges: what a payment intent does to a card or a bank account.

Source: https://docs.stripe.com/api/charges, https://docs.stripe.com/payments/paymentintents/lifecycle,
https://docs.stripe.com/payments/payment-intents/asynchronous-capture and
https://docs.stripe.com/payments/place-a-hold-on-a-payment-method.
"""

from datetime import UTC, datetime

from simulators.payments import balance, cards, catalogue, currencies, events, methods, shapes
from simulators.payments.protocol import Refusal, Resource, words
from simulators.payments.provider import Provider

DISPUTE_TAKES = 2  # seconds
BOOKING_TAKES = 5  # seconds until an asynchronous capture has its balance transaction; Stripe names no time
HOLD_LASTS = 7 * 86400  # seconds; of a card that its holder has given on a page


def new(provider: Provider, intent: Resource, method: Resource) -> Resource:
    charge = shapes.charge(shapes.new_id("ch_3"), provider.clock.now(), intent["amount"], intent["currency"])
    taken = ("customer", "description", "metadata", "receipt_email", "shipping", "statement_descriptor_suffix")
    charge |= {name: intent[name] for name in taken}
    if radar := provider.note(intent["id"]).get("radar"):
        charge["radar_options"] = radar
    return charge | {
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": method,
    }


def by_card(provider: Provider, intent: Resource, *, authenticated: bool = False) -> Resource:
    """Charges the card that is noted of the intent; the charge. Refusal 402 where the issuer says no."""
    note = provider.note(intent["id"])
    number = note["number"]
    details = _details(number, note["month"], note["year"], intent["amount"], authenticated=authenticated)
    if intent["payment_method"] not in provider.store["methods"]:
        method = methods.new(provider, number, note["month"], note["year"])
        method["allow_redisplay"] = note.get("redisplay") or method["allow_redisplay"]
        intent["payment_method"] = method["id"]
    charge = new(provider, intent, details)
    intent["latest_charge"] = charge["id"]
    _try(provider, number, charge)
    methods.used(provider, intent)
    if _capture_method(intent) == "manual":
        _hold(provider, charge, intent)
    else:
        collect(provider, charge, intent)
    return charge


def _details(number: str, month: int, year: int, amount: int, *, authenticated: bool = False) -> Resource:
    brand = cards.CARDS[number].brand
    details = shapes.card_details(brand, number, month, year, authenticated=authenticated)
    overcapture = {"maximum_amount_capturable": amount, "status": "unavailable"}
    details["card"] |= {"amount_authorized": amount, "overcapture": overcapture}
    return details


def _try(provider: Provider, number: str, charge: Resource) -> None:
    """What the issuer says, and what is to follow. Refusal 402 where it says no."""
    card = cards.CARDS[number]
    if card.decline:
        raise _failed(provider, charge, cards.declined(*card.decline))
    provider.take_note(charge["id"], refunds=card.refunds, dispute=card.dispute, inquiry=card.inquiry)
    if card.dispute:
        provider.later(DISPUTE_TAKES, "dispute", charge["id"])


def _failed(provider: Provider, charge: Resource, refusal: Refusal) -> Refusal:
    charge |= {"status": "failed", "failure_code": refusal.code}
    provider.store.put("charges", charge["id"], charge)
    events.record(provider, "charge.failed", charge)
    return refusal


def _capture_method(intent: Resource) -> str:
    """What is said for cards goes before what is said for all ways to pay."""
    return str((intent["payment_method_options"].get("card") or {}).get("capture_method") or intent["capture_method"])


# Without a payment intent: https://docs.stripe.com/api/charges/create

OF_REQUEST = words("customer description receipt_email shipping statement_descriptor statement_descriptor_suffix")


def create(provider: Provider, given: Resource) -> Resource:
    """Charges a token such as `tok_visa` at once, or holds the amount where it is not to be captured."""
    for name in ("amount", "currency"):
        if name not in given:
            raise Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    currency = currencies.read(given["currency"], "currency")
    currencies.check_charge(given["amount"], currency)
    if given.get("customer"):
        catalogue.find(provider, "customer", given["customer"], "customer", 400)
    number = _token(given)
    year = datetime.fromtimestamp(provider.clock.now(), UTC).year + 1
    charge = shapes.charge(shapes.new_id("ch_1"), provider.clock.now(), given["amount"], currency)
    charge |= {name: given[name] for name in (*OF_REQUEST, "radar_options", "transfer_group") if name in given}
    charge |= {
        "metadata": given.get("metadata") or {},
        "payment_method_details": _details(number, 12, year, given["amount"]),
    }
    charge["source"] = shapes.source_card(charge["payment_method_details"]["card"])
    charge["payment_method"] = charge["source"]["id"]
    try:
        if cards.CARDS[number].secure:  # this call has no way to ask for it
            raise _failed(provider, charge, cards.declined("card_declined", "authentication_required"))
        _try(provider, number, charge)
    except Refusal as refusal:
        refusal.more = {"charge": charge["id"]}
        raise
    if given.get("capture", True):
        collect(provider, charge)
    else:
        _hold(provider, charge)
    return charge


def _token(given: Resource) -> str:
    if named := given.get("source"):
        return cards.of_token(named, "source")
    if given.get("customer"):  # none has a source of its own here
        message = "Cannot charge a customer that has no active card"
        raise Refusal(402, message, type="card_error", code="missing", param="card", began=True)
    raise Refusal(400, "Must provide source or customer.", code="parameter_missing")


def capture(provider: Provider, charge: Resource, amount: int | None, said: Resource) -> Resource:
    """Takes what was held without a payment intent, or less; the rest goes back. `said` are fields of the charge."""
    if charge["captured"] or charge["refunded"]:
        done, code = ("captured", "charge_already_captured") if charge["captured"] else ("refunded", None)
        raise Refusal(400, f"Charge {charge['id']} has already been {done}.", code=code, began=True)
    taken = charge["amount"] if amount is None else amount
    if not 0 < taken <= charge["amount"]:
        message = "The amount to capture must be greater than 0, and at most the amount that can be captured."
        raise Refusal(400, message, code="amount_too_large", param="amount", began=True)
    currencies.check(taken, charge["currency"], "amount")
    charge |= said
    charge["amount_refunded"] += charge["amount"] - taken
    collect(provider, charge, amount=taken)
    return charge


# What becomes of the money


def _hold(provider: Provider, charge: Resource, intent: Resource | None = None) -> None:
    """The card is good for the amount, which `capture` takes later."""
    until = provider.clock.now() + HOLD_LASTS
    charge |= {"status": "succeeded", "paid": True, "captured": False}
    charge["payment_method_details"]["card"]["capture_before"] = until
    provider.at(float(until), "expire hold", charge["id"])
    provider.store.put("charges", charge["id"], charge)
    if intent is not None:
        intent |= {"status": "requires_capture", "amount_capturable": charge["amount"], "last_payment_error": None}
        intent["next_action"] = None
        provider.store.put("intents", intent["id"], intent)
    events.record(provider, "charge.succeeded", charge)
    if intent is not None:
        events.record(provider, "payment_intent.amount_capturable_updated", intent)


def collect(provider: Provider, charge: Resource, intent: Resource | None = None, *, amount: int | None = None) -> None:
    """The money arrives: all of the charge, or less than what was held."""
    taken = charge["amount"] if amount is None else amount
    was_held = charge["paid"]
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": taken}
    by_card = charge["payment_method_details"]["type"] == "card"
    if intent is not None and by_card and not was_held and intent["capture_method"] == "automatic_async":
        provider.later(BOOKING_TAKES, "book", charge["id"])
    else:
        charge["balance_transaction"] = balance.book(provider, "charge" if by_card else "payment", taken, charge)
    provider.store.put("charges", charge["id"], charge)
    if intent is not None:
        intent |= {"status": "succeeded", "amount_received": taken, "amount_capturable": 0}
        intent |= {"last_payment_error": None, "next_action": None}
        provider.store.put("intents", intent["id"], intent)
    events.record(provider, "charge.captured" if was_held else "charge.succeeded", charge)
    if intent is not None:
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
    if charge["captured"] or charge["refunded"]:
        return
    charge |= {"refunded": True, "amount_refunded": charge["amount"]}
    provider.store.put("charges", name, charge)
    if charge["payment_intent"] is None:
        events.record(provider, "charge.expired", charge)
        return
    intent = provider.store["intents"][charge["payment_intent"]]
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
