"""Payment intents that a program makes without Checkout: create, update, confirm, capture, cancel.

Source: https://docs.stripe.com/api/payment_intents. Cards come as the tokens of https://docs.stripe.com/testing.
"""

import copy
from typing import Any

from simulators.payments import cards, catalogue, charges, currencies, description, events, methods, shapes
from simulators.payments.protocol import Refusal, Resource, no_such, take_metadata
from simulators.payments.provider import Provider

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*OPEN, "requires_capture", "processing")
TAKEN = {
    "capture_method",
    "confirmation_method",
    "customer",
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
}
SHOWN = ("amount_details", "payment_details", "payment_method_options")
BLANK: dict[str, Resource] = {
    "amount_details": {"tip": {}},
    "payment_details": {"customer_reference": None, "order_reference": None},
}
OF_CONFIRMATION = ("error_on_requires_action", "mandate", "mandate_data", "off_session", "return_url", "use_stripe_sdk")
OF_CAPTURE = ("receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")
WAYS = "allowed_payment_method_types"
OTHER_WAYS = ("automatic_payment_methods", "excluded_payment_method_types", "payment_method_types")
"""Each says which ways to pay there are, and none of them goes with `allowed_payment_method_types`.

Source: https://docs.stripe.com/changelog/dahlia/2026-07-29/allowed-payment-method-types-parameter
"""


def read(given: Resource) -> Resource:
    """The parameters of any of these calls, as the intent shows them. Refusal 400 for what it could not show."""
    checked = {name: description.shown("payment_intent", name, given[name]) for name in SHOWN if name in given}
    if "radar_options" in given:
        checked["radar_options"] = description.shown("charge", "radar_options", given["radar_options"])
    if other := next((name for name in OTHER_WAYS if WAYS in given and name in given), None):
        raise Refusal(400, f"You may only specify one of these parameters: {WAYS}, {other}.", param=WAYS)
    return given | checked


def read_new(given: Resource) -> Resource:
    """The parameters of a new intent; what is of its confirmation goes only with it."""
    if not given.get("confirm"):
        for name in OF_CONFIRMATION:
            if name in given:
                message = (
                    f"The parameter `{name}` cannot be passed when creating a PaymentIntent unless `confirm` is set to"
                    " true."
                )
                raise Refusal(400, message, param=name)
    return read(given)


def find(provider: Provider, name: str) -> Resource:
    if (intent := provider.store["intents"].get(name)) is None:
        raise no_such("payment_intent", name, "intent")
    return intent


def retrieve(provider: Provider, name: str, given: Resource) -> Resource:
    intent = find(provider, name)
    if given.get("client_secret", intent["client_secret"]) != intent["client_secret"]:
        message = "The client_secret provided does not match the client_secret associated with the PaymentIntent."
        raise Refusal(400, message, param="client_secret")
    return intent


def create(provider: Provider, given: Resource) -> Resource:
    currency = currencies.read(given["currency"], "currency")
    currencies.check_charge(given["amount"], currency)
    if given.get("customer"):
        catalogue.find(provider, "customer", given["customer"], "customer", 400)
    intent = shapes.intent(shapes.new_id("pi_3"), provider.clock.now(), given["amount"], currency)
    if automatic := given.get("automatic_payment_methods", {"enabled": True}):
        intent["automatic_payment_methods"] = {"allow_redirects": "always", **automatic}
    if "payment_method_types" in given or WAYS in given:
        intent["automatic_payment_methods"] = None
    _take(provider, intent, given)
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "payment_intent.created", intent)
    return confirm(provider, intent["id"], given) if given.get("confirm") else intent


def _take(provider: Provider, intent: Resource, given: Resource) -> None:
    """What the request says of the intent; its card too. What is refused leaves the intent as it was."""
    changed = copy.deepcopy(intent)
    for name in TAKEN & given.keys():
        changed[name] = None if given[name] == "" else given[name]
    take_metadata(changed, given)
    _take_shown(changed, given)
    _take_ways(changed, given)
    if radar := given.get("radar_options"):
        provider.take_note(intent["id"], radar=radar)
    if named := given.get("payment_method"):
        changed["payment_method"] = _card(provider, changed, named)
    elif (data := given.get("payment_method_data")) is not None:
        raise Refusal(
            400,
            f"This simulator takes cards as tokens such as pm_card_visa, and no payment_method_data ({data['type']}).",
            param="payment_method_data",
        )
    if changed["payment_method"] and changed["status"] == "requires_payment_method":
        changed["status"] = "requires_confirmation"
    intent |= changed


def _take_shown(intent: Resource, given: Resource) -> None:
    """What is said of the amount and of the order is said anew; options are by way to pay, and add up."""
    for name, blank in BLANK.items():
        if name in given:
            intent[name] = {**blank, **(given[name] or {})}
    if "payment_method_options" in given:
        old: Resource = intent["payment_method_options"]
        new: dict[str, Any] = given["payment_method_options"] or {}
        merged_options = {way: {**(old.get(way) or {}), **(more or {})} for way, more in new.items()}
        intent["payment_method_options"] = {**old, **merged_options}


def _take_ways(intent: Resource, given: Resource) -> None:
    """Which ways to pay there are: those that are named, without those that are excluded."""
    for name in (WAYS, "excluded_payment_method_types"):
        if name in given:
            intent[name] = given[name] or None
    named = given.get("payment_method_types") or given.get(WAYS) or intent["payment_method_types"]
    out = intent["excluded_payment_method_types"] or ()
    intent["payment_method_types"] = [each for each in named if each not in out]


def _card(provider: Provider, intent: Resource, named: str) -> str:
    """Notes the number behind a token or a payment method that is kept; the id of the payment method."""
    if "card" not in intent["payment_method_types"]:
        message = (
            "The PaymentMethod provided (card) is not allowed for this PaymentIntent. Please attach a PaymentMethod of"
            f" one of the following types: {', '.join(intent['payment_method_types'])}."
        )
        raise Refusal(400, message, param="payment_method", began=True)
    method = methods.for_intent(provider, intent, named)
    card, number = method["card"], provider.note(method["id"])["number"]
    provider.take_note(intent["id"], number=number, month=card["exp_month"], year=card["exp_year"])
    return str(method["id"])


def update(provider: Provider, name: str, given: Resource) -> Resource:
    intent = find(provider, name)
    _expect(intent, OPEN, "updated")
    _refuse_of_checkout(provider, intent)
    currency = currencies.read(str(given.get("currency") or intent["currency"]), "currency")
    amount = int(given.get("amount") or intent["amount"])
    currencies.check_charge(amount, currency)
    _take(provider, intent, given)
    intent |= {"amount": amount, "currency": currency}
    provider.store.put("intents", name, intent)
    return intent


def confirm(provider: Provider, name: str, given: Resource) -> Resource:
    """Charges the card; Refusal 402 where it is declined. A card that wants 3-D Secure leaves `requires_action`."""
    intent = find(provider, name)
    _expect(intent, OPEN, "confirmed")
    _refuse_of_checkout(provider, intent)
    if given.get("amount_to_confirm", intent["amount"]) != intent["amount"]:
        message = f"This simulator has no surcharges: the amount to confirm is that of the intent, {intent['amount']}."
        raise Refusal(400, message, param="amount_to_confirm", began=True)
    _take(provider, intent, {field: value for field, value in given.items() if field != "amount"})
    if intent["payment_method"] is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise Refusal(400, message, code="payment_intent_unexpected_state", began=True)
    automatic = intent["automatic_payment_methods"]
    redirects = automatic and automatic["enabled"] and automatic["allow_redirects"] == "always"
    if redirects and "return_url" not in given and not given.get("off_session"):
        message = (
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of"
            " these payment methods might redirect your customer off of your page, you must provide a `return_url`."
        )
        raise Refusal(400, message, began=True)
    try:
        if cards.CARDS[provider.note(name)["number"]].secure:
            return _ask(provider, intent, given)
        charges.by_card(provider, intent)
    except Refusal as refusal:
        charges.fail(provider, intent, refusal)
        refusal.more = {"payment_intent": dict(intent)}
        raise
    return intent


def _ask(provider: Provider, intent: Resource, given: Resource) -> Resource:
    if given.get("off_session"):  # there is no customer who could be asked
        raise cards.declined("authentication_required", "authentication_required")
    if given.get("error_on_requires_action"):
        message = "This payment required an authentication action to complete, but `error_on_requires_action` was set."
        raise Refusal(402, message, type="card_error", code="authentication_required", began=True)
    if "return_url" not in given:
        raise Refusal(400, "3-D Secure needs a `return_url` here.", code="parameter_missing", param="return_url")
    action = {"return_url": given["return_url"], "url": f"{provider.settings.base_url}/pay/intents/{intent['id']}"}
    intent |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": action}}
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "payment_intent.requires_action", intent)
    return intent


def authenticate(provider: Provider, name: str, *, succeed: bool) -> Resource:
    """The customer's answer to 3-D Secure; the intent. Refusal 402 where it, or the charge after it, fails."""
    intent = find(provider, name)
    _expect(intent, ("requires_action",), "authenticated")
    intent["next_action"] = None
    try:
        if not succeed:
            cards.refuse_unauthenticated()
        charges.by_card(provider, intent, authenticated=True)
    except Refusal as refusal:
        charges.fail(provider, intent, refusal)
        raise
    return intent


def capture(provider: Provider, name: str, given: Resource) -> Resource:
    """Takes what was held, or less; the rest goes back."""
    intent = find(provider, name)
    _expect(intent, ("requires_capture",), "captured")
    amount = int(given.get("amount_to_capture", intent["amount_capturable"]) or 0)
    if not 0 < amount <= intent["amount_capturable"]:
        message = "The amount to capture must be greater than 0, and at most the amount that can be captured."
        raise Refusal(400, message, code="amount_too_large", param="amount_to_capture", began=True)
    currencies.check(amount, intent["currency"], "amount_to_capture")
    charge = provider.store["charges"][intent["latest_charge"]]
    _take_shown(intent, given)
    take_metadata(intent, given)
    said = {field: given[field] for field in OF_CAPTURE if field in given}
    intent |= said
    charge |= said
    rest = charge["amount"] - amount
    charge["amount_refunded"] += rest
    charges.collect(provider, charge, intent, amount=amount)
    if session := provider.store["sessions"].get(provider.note(name).get("session", "")):
        session["payment_status"] = "paid"
        provider.store.put("sessions", session["id"], session)
    return intent


def cancel(provider: Provider, name: str, given: Resource) -> Resource:
    intent = find(provider, name)
    _expect(intent, CANCELABLE, "canceled")
    if intent["status"] != "requires_capture":
        _refuse_of_checkout(provider, intent)
    else:
        charge = provider.store["charges"][intent["latest_charge"]]
        charge |= {"refunded": True, "amount_refunded": charge["amount"]}
        provider.store.put("charges", charge["id"], charge)
        events.record(provider, "charge.refunded", charge)
    intent |= {"status": "canceled", "canceled_at": provider.clock.now(), "next_action": None, "amount_capturable": 0}
    intent["cancellation_reason"] = given.get("cancellation_reason")
    provider.store.put("intents", name, intent)
    events.record(provider, "payment_intent.canceled", intent)
    return intent


def _refuse_of_checkout(provider: Provider, intent: Resource) -> None:
    if "session" in provider.note(intent["id"]):
        message = "You cannot perform this action on PaymentIntents created by Checkout."
        raise Refusal(400, message, code="payment_intent_unexpected_state", began=True)


def _expect(intent: Resource, states: tuple[str, ...], act: str) -> None:
    if intent["status"] not in states:
        message = (
            f"This PaymentIntent could not be {act} because it has a status of {intent['status']}. Only a"
            f" PaymentIntent with one of the following statuses may be {act}: {', '.join(states)}."
        )
        raise Refusal(
            400,
            message,
            code="payment_intent_unexpected_state",
            began=True,
            more={"payment_intent": dict(intent)},
        )
