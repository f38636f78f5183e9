"""What a customer does on the payment page, and what the bank does afterwards.

Source: https://docs.stripe.com/payments/checkout/fulfillment and /payments/paymentintents/lifecycle.
"""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from simulators.payments import cards, catalogue, charges, events, invoices, sessions, shapes, tax, totals
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider

HOME = "AT"
HOMES = {
    "AT": {"city": "Wien", "line1": "Ballgasse 1", "postal_code": "1010"},
    "DE": {"city": "Berlin", "line1": "Marktstraße 1", "postal_code": "10115"},
    "GB": {"city": "Ockham", "line1": "1 Ockham Park", "postal_code": "GU23 6NQ"},
}
"""Where a customer lives, by country."""

PHONE = "+43 1 5550123"


@dataclass(frozen=True)
class Choices:
    """What a customer chooses on the page before paying; None stays as it is, and an empty code is taken off."""

    shipping_rate: str | None = None
    code: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Given:
    """What was typed into the page."""

    number: str = cards.DEFAULT
    expiry: str = "12 / 34"
    cvc: str = "123"
    name: str | None = None
    email: str | None = None


def choose(provider: Provider, name: str, choices: Choices) -> Resource:
    """The session with what it comes to then. Refusal (400) for what it does not offer; it stays as it was."""
    session, note = copy.deepcopy(_open(provider, name)), provider.note(name)
    lines = copy.deepcopy(note["lines"])
    if choices.shipping_rate is not None:
        if choices.shipping_rate not in (each["shipping_rate"] for each in session["shipping_options"]):
            raise Refusal(400, "This shipping rate is not offered.", param="shipping_rate")
        session["shipping_cost"] = {"shipping_rate": choices.shipping_rate}
    if choices.code is not None:
        session["discounts"] = _discounts(provider, session, choices.code.strip())
    if choices.country is not None:
        if choices.country not in countries(provider, session):
            raise Refusal(400, "The shop does not send there.", param="country")
        provider.take_note(name, country=choices.country)
        if session["automatic_tax"]["enabled"]:
            session["automatic_tax"] |= {"status": "complete"}
    try:
        totals.sum_up(provider, session, lines)
    except Refusal:
        provider.take_note(name, country=note.get("country"))
        raise
    provider.take_note(name, lines=lines)
    provider.store.put("sessions", name, session)
    return session


def _discounts(provider: Provider, session: Resource, code: str) -> list[Resource]:
    if not session["allow_promotion_codes"]:
        raise Refusal(400, "This page takes no promotion codes.", param="code")
    if not code:
        return []
    named = catalogue.typed(provider, code, session["amount_subtotal"], session["currency"])
    return [{"coupon": named["promotion"]["coupon"], "promotion_code": named["id"]}]


def countries(provider: Provider, session: Resource) -> list[str]:
    """Where the customer may be: where the shop sends to, or anywhere; of that those with a tax, and some without."""
    sends_to = (session["shipping_address_collection"] or {}).get("allowed_countries")
    return sorted(sends_to or {*tax.rules(provider)["rates"], *HOMES, "SE", "US"})


def locate(provider: Provider, name: str) -> Resource:
    """The session, with a place for a customer who has named none: tax depends on it."""
    session = sessions.find(provider, name)
    asks = session["automatic_tax"]["enabled"] or session["shipping_address_collection"]
    if session["status"] != "open" or not asks or provider.note(name).get("country"):
        return session
    offered = countries(provider, session)
    return choose(provider, name, Choices(country=HOME if HOME in offered else offered[0]))


def pay_by_card(provider: Provider, name: str, given: Given) -> Literal["paid", "secure"]:
    """Charges the card. "secure": 3-D Secure is wanted first, see `authenticate`.

    Refusal 402 where the card is declined (the session stays open), 400 where the session is not open.
    """
    session = _begin(provider, name, given)
    provider.store.put("sessions", name, session)
    if session["amount_total"] == 0:
        _complete(provider, session, "no_payment_required")
        return "paid"
    intent = _intent(provider, session)
    try:
        card = cards.look_up(given.number)
        today = datetime.fromtimestamp(provider.clock.now(), UTC)
        month, year = cards.check_details(given.expiry, given.cvc, today.year, today.month)
        number = cards.digits(given.number)
        redisplay = provider.note(name).get("payment_method_data", {}).get("allow_redisplay")
        provider.take_note(intent["id"], number=number, month=month, year=year, redisplay=redisplay)
        if card.secure:
            _ask(provider, session, intent)
            return "secure"
        _charge(provider, session, intent, authenticated=False)
    except Refusal as refusal:
        charges.fail(provider, intent, refusal)
        raise
    return "paid"


def authenticate(provider: Provider, name: str, *, succeed: bool) -> None:
    """The customer's answer to 3-D Secure. Refusal 402 where it, or the charge after it, fails."""
    session = _open(provider, name)
    intent = provider.store["intents"].get(session["payment_intent"] or "")
    if intent is None or intent["status"] != "requires_action":
        raise Refusal(400, "This Checkout Session does not wait for authentication.")
    if intent["amount"] != session["amount_total"]:  # rate or code was changed in another tab meanwhile
        raise Refusal(400, "The total has changed meanwhile.")
    intent["next_action"] = None
    try:
        if not succeed:
            cards.refuse_unauthenticated()
        _charge(provider, session, intent, authenticated=True)
    except Refusal as refusal:
        charges.fail(provider, intent, refusal)
        raise


def pay_by_debit(provider: Provider, name: str, given: Given, account: str | None) -> None:
    """Starts a bank debit: the session is complete and unpaid until `settle`.

    A test account settles by itself when its time has come; None waits for `settle`.
    """
    iban = cards.digits(account).upper() if account else None
    if iban is not None and iban not in cards.ACCOUNTS:
        raise Refusal(402, "This is not a test IBAN.", type="invalid_request_error", code="invalid_bank_account_iban")
    session = _begin(provider, name, given)
    if session["amount_total"] == 0:
        _complete(provider, session, "no_payment_required")
        return
    intent = _intent(provider, session)
    method = {"sepa_debit": {"country": "AT", "last4": (iban or "0000")[-4:]}, "type": "sepa_debit"}
    charge = charges.new(provider, intent, method)
    intent |= {"status": "processing", "latest_charge": charge["id"], "payment_method": shapes.new_id("pm_1")}
    provider.store.put("charges", charge["id"], charge)
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "charge.pending", charge)
    events.record(provider, "payment_intent.processing", intent)
    _complete(provider, session, "unpaid")
    if iban is not None:
        settles = cards.ACCOUNTS[iban]
        provider.later(settles.seconds, "succeed" if settles.arrives else "fail", name)


def settle(provider: Provider, name: str, *, succeed: bool) -> None:
    """The bank's answer to a debit. Refusal 400 where none is under way."""
    session = sessions.find(provider, name)
    intent = provider.store["intents"].get(session["payment_intent"] or "")
    if intent is None or intent["status"] != "processing":
        raise Refusal(400, "This Checkout Session has no payment under way.")
    charge = provider.store["charges"][intent["latest_charge"]]
    for outcome in ("succeed", "fail"):
        provider.call_off(outcome, name)
    if succeed:
        session["payment_status"] = "paid"
        charges.collect(provider, charge, intent)
        invoices.create(provider, session)
        provider.store.put("sessions", name, session)
        events.record(provider, "checkout.session.async_payment_succeeded", session)
        return
    charge |= {"status": "failed", "failure_code": "insufficient_funds"}
    charge["failure_message"] = "The bank account has insufficient funds."
    provider.store.put("charges", charge["id"], charge)
    events.record(provider, "charge.failed", charge)
    charges.fail(
        provider, intent, Refusal(402, charge["failure_message"], code="payment_intent_payment_attempt_failed")
    )
    events.record(provider, "checkout.session.async_payment_failed", session)


def override(provider: Provider, name: str, amount: int | None, currency: str | None) -> None:
    """Has an open session ask for another amount than it was made for: something is wrong at the provider."""
    session = _open(provider, name)
    if amount is not None:
        session |= {"amount_subtotal": amount, "amount_total": amount}
        session["total_details"] = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
    if currency is not None:
        session["currency"] = currency.lower()
    provider.store.put("sessions", name, session)


def _open(provider: Provider, name: str) -> Resource:
    session = sessions.find(provider, name)
    if session["status"] != "open":
        raise Refusal(400, f"This Checkout Session is {session['status']}.", code="checkout_session_not_open")
    return session


def _begin(provider: Provider, name: str, given: Given) -> Resource:
    """The open session, with what the customer has told of themselves."""
    _open(provider, name)
    session = locate(provider, name)
    session["customer_details"] = sessions.customer(given.email or session["customer_email"], given.name)
    if provider.note(name).get("country"):
        session["customer_details"]["address"] = _home(provider, session)
    return session


def _home(provider: Provider, session: Resource) -> Resource:
    country = provider.note(session["id"])["country"]
    lives = HOMES.get(country, {"city": "Town", "line1": "Main street 1", "postal_code": "1000"})
    return {**shapes.empty_address(), **lives, "country": country}


def _intent(provider: Provider, session: Resource) -> Resource:
    """The session's intent, made when the customer first confirms."""
    if session["payment_intent"]:
        intent = provider.store["intents"][session["payment_intent"]]
        intent |= {"amount": session["amount_total"], "currency": session["currency"]}
        return intent
    name = shapes.new_id("pi_3")
    intent = shapes.intent(name, provider.clock.now(), session["amount_total"], session["currency"])
    intent |= provider.note(session["id"]).get("intent", {})
    intent |= {"customer": session["customer"], "payment_method_types": session["payment_method_types"]}
    session["payment_intent"] = name
    provider.take_note(name, session=session["id"])
    provider.store.put("intents", name, intent)
    events.record(provider, "payment_intent.created", intent)
    provider.store.put("sessions", session["id"], session)
    return intent


def _ask(provider: Provider, session: Resource, intent: Resource) -> None:
    page = f"{provider.settings.base_url}/pay/{session['id']}/authenticate"
    action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": session["url"], "url": page}}
    intent |= {"status": "requires_action", "next_action": action, "payment_method": shapes.new_id("pm_1")}
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "payment_intent.requires_action", intent)


def _charge(provider: Provider, session: Resource, intent: Resource, *, authenticated: bool) -> None:
    charges.by_card(provider, intent, authenticated=authenticated)
    _complete(provider, session, "paid" if intent["status"] == "succeeded" else "unpaid")


def _complete(provider: Provider, session: Resource, payment_status: str) -> None:
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    _collect_details(provider, session)
    if payment_status != "unpaid":
        invoices.create(provider, session)
    sessions.close(provider, session)
    events.record(provider, "checkout.session.completed", session)


def _collect_details(provider: Provider, session: Resource) -> None:
    """What the customer has told on the page, as far as the session asked for it."""
    details = session["customer_details"] or {}
    if session["phone_number_collection"]["enabled"]:
        details["phone"] = PHONE
    if session["shipping_address_collection"] and not session["collected_information"]:
        sent_to = {"address": _home(provider, session), "name": details.get("name") or "Ada Lovelace"}
        none = dict.fromkeys(("business_name", "individual_name"))
        session["collected_information"] = {**none, "shipping_details": sent_to}
    if session["customer_creation"] == "always" and session["customer"] is None:
        given = {name: details[name] for name in ("email", "name") if details.get(name)}
        session["customer"] = catalogue.customer(provider, given)["id"]
    _update_customer(provider, session, provider.note(session["id"]).get("customer_update", {}))
    for discount in session["discounts"] or ():
        catalogue.redeem(provider, discount)


def _update_customer(provider: Provider, session: Resource, wanted: Resource) -> None:
    """The shop's customer gets what they have told here, as far as the session says so."""
    details = session["customer_details"] or {}
    told = {"name": details.get("name"), "shipping": (session["collected_information"] or {}).get("shipping_details")}
    if any((details.get("address") or {}).values()):
        told["address"] = details["address"]
    changed = {name: value for name, value in told.items() if value and wanted.get(name) == "auto"}
    if changed:
        catalogue.update(provider, "customer", session["customer"], changed)
