"""Payment methods: the cards that a shop keeps for its customers.

Source: https://docs.stripe.com/api/payment_methods. Cards come as the tokens of https://docs.stripe.com/testing:
`pm_card_visa` where a payment method is named, `tok_visa` as `card[token]`. Each use of a token is another card.
"""

from datetime import UTC, datetime
from typing import NoReturn

from simulators.payments import cards, catalogue, events, shapes
from simulators.payments.description import unknown
from simulators.payments.protocol import Refusal, Resource, no_such, take_metadata
from simulators.payments.provider import Provider

SHOWN = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "regulated_status")
OF_CARDS = {"allow_redisplay", "billing_details", "card", "expand", "metadata", "radar_options", "type"}
UNSAFE = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that"
    " map to the test card you are using, see https://stripe.com/docs/testing. To enable testing raw card data APIs,"
    " see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)


def new(provider: Provider, number: str, month: int, year: int, customer: str | None = None) -> Resource:
    """Keeps a card of that number; with a customer it is attached to them."""
    brand = cards.CARDS[number].brand
    shown = shapes.card_details(brand, number, month, year, authenticated=False)["card"]
    more = {
        "display_brand": brand,
        "generated_from": None,
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    method = shapes.payment_method(provider.clock.now(), {name: shown[name] for name in SHOWN} | more)
    method["customer"] = customer
    provider.store.put("methods", method["id"], method)
    provider.take_note(method["id"], number=number)
    return method


def of_token(provider: Provider, number: str) -> Resource:
    """A token says nothing of the date: next year's December."""
    return new(provider, number, 12, datetime.fromtimestamp(provider.clock.now(), UTC).year + 1)


def find(provider: Provider, name: str, status: int = 404) -> Resource:
    """The one of that id, or another one of that token."""
    if (kept := provider.store["methods"].get(name)) is not None:
        return kept
    if number := cards.TOKENS.get(name):
        return of_token(provider, number)
    raise no_such("PaymentMethod", name, "payment_method", status=status)


def create(provider: Provider, given: Resource) -> Resource:
    if (kind := given.get("type")) is None:
        raise Refusal(400, "Missing required param: type.", code="parameter_missing", param="type")
    if kind != "card":
        message = (
            f'The payment method type "{kind}" is invalid. Please ensure the provided type is activated in your'
            " dashboard (https://dashboard.stripe.com/account/payments/settings) and your account is enabled for any"
            " preview features that you are trying to use."
        )
        raise Refusal(400, message, param="type")
    for name in given.keys() - OF_CARDS:
        raise unknown(name)
    card = given.get("card", {})
    if "number" in card:
        raise Refusal(402, UNSAFE)
    for name in card.keys() - {"networks", "token"}:
        raise unknown(f"card[{name}]")
    if "token" not in card:
        raise Refusal(400, "Missing required param: card.", code="parameter_missing", param="card")
    method = of_token(provider, cards.of_token(card["token"], "card[token]"))
    if "radar_options" in given:
        method["radar_options"] = given["radar_options"]
    return _take(provider, method, given)


def update(provider: Provider, name: str, given: Resource) -> Resource:
    method = find(provider, name)
    if method["customer"] is None:
        raise Refusal(400, "You must save this PaymentMethod to a customer before you can update it.", began=True)
    before = events.snapshot(method)
    _take(provider, method, given)
    events.record(provider, "payment_method.updated", method, before)
    return method


def _take(provider: Provider, method: Resource, given: Resource) -> Resource:
    """What the request says of it."""
    take_metadata(method, given)
    for field, value in given.get("billing_details", {}).items():
        whole = {**shapes.empty_address(), **value} if field == "address" and value else value
        method["billing_details"][field] = whole or (shapes.empty_address() if field == "address" else None)
    card = given.get("card", {})
    method["card"] |= {name: value for name, value in card.items() if name.startswith("exp_")}
    if "networks" in card:
        method["card"]["networks"]["preferred"] = card["networks"].get("preferred") or None
    if "allow_redisplay" in given:
        method["allow_redisplay"] = given["allow_redisplay"]
    provider.store.put("methods", method["id"], method)
    return method


def attach(provider: Provider, name: str, given: Resource) -> Resource:
    if "customer" not in given:
        raise Refusal(400, "Missing required param: customer.", code="parameter_missing", param="customer")
    catalogue.find(provider, "customer", given["customer"], "customer", 400)
    method = find(provider, name)
    if method["customer"] == given["customer"]:
        return method
    if method["customer"] is not None:
        raise Refusal(400, "The payment method you provided has already been attached to a customer.", began=True)
    if provider.note(method["id"]).get("gone"):
        refuse_used(method["id"])
    return hand_over(provider, method, given["customer"])


def customer(provider: Provider, given: Resource) -> Resource:
    """A new customer, with the card that the request names."""
    named = given.pop("payment_method", None)
    method = find(provider, named, 400) if named else None
    made = catalogue.customer(provider, given)
    if method is not None:
        attach(provider, method["id"], {"customer": made["id"]})
    return made


def hand_over(provider: Provider, method: Resource, customer: str) -> Resource:
    method["customer"] = customer
    provider.store.put("methods", method["id"], method)
    events.record(provider, "payment_method.attached", method)
    return method


def detach(provider: Provider, name: str) -> Resource:
    """It is of no use any more."""
    method = find(provider, name)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise Refusal(400, message, began=True)
    before = events.snapshot(method)
    method["customer"] = None
    provider.store.put("methods", name, method)
    provider.take_note(name, gone=True)
    events.record(provider, "payment_method.detached", method, before)
    return method


def of_customer(provider: Provider, customer: str) -> list[Resource]:
    catalogue.find(provider, "customer", customer)
    return [method for method in provider.store["methods"].values() if method["customer"] == customer]


def one_of_customer(provider: Provider, customer: str, name: str) -> Resource:
    for method in of_customer(provider, customer):
        if method["id"] == name:
            return method
    raise no_such("PaymentMethod", name, "payment_method")


def for_intent(provider: Provider, intent: Resource, named: str) -> Resource:
    """The one that the intent is to be paid with; Refusal (400) where it is another customer's, or used up."""
    method = find(provider, named, 400)
    owner, customer = method["customer"], intent["customer"]
    if owner is not None and customer is None:
        message = (
            f"The PaymentMethod supplied ({named}) belongs to the Customer {owner}. Please include the Customer in the"
            " `customer` parameter on the PaymentIntent."
        )
        raise Refusal(400, message, param="payment_method")
    if owner not in (None, customer):
        message = (
            f"The customer does not have a payment method with the ID {named}. The payment method must be attached to"
            " the customer."
        )
        raise Refusal(400, message, param="payment_method")
    if owner is None and provider.note(method["id"]).get("gone"):
        refuse_used(named)
    return method


def future_usage(intent: Resource) -> str | None:
    """What is said for cards goes before what is said for all ways to pay."""
    card = intent["payment_method_options"].get("card") or {}
    usage: str | None = card.get("setup_future_usage") or intent["setup_future_usage"]
    return usage


def used(provider: Provider, intent: Resource) -> None:
    """The payment has come about: the card is kept for the customer where that was asked for, and else used up."""
    method = provider.store["methods"][intent["payment_method"]]
    if method["customer"] is not None:
        return
    if intent["customer"] and future_usage(intent) not in (None, "none"):
        hand_over(provider, method, intent["customer"])
    else:
        provider.take_note(method["id"], gone=True)


def refuse_used(name: str) -> NoReturn:
    message = (
        f"The provided PaymentMethod ({name}) was previously used with a PaymentIntent without Customer attachment,"
        " shared with a connected account without Customer attachment, or was detached from a Customer. It may not be"
        " used again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
    )
    raise Refusal(400, message, param="payment_method", began=True)
