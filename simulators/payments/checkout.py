"""What a customer does on the payment page, and what the bank does afterwards.

Source: https://docs.stripe.com/payments/checkout/fulfillment and /payments/paymentintents/lifecycle.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from simulators.payments import cards, events, sessions, shapes
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider

DISPUTE_TAKES = 2  # seconds


@dataclass(frozen=True)
class Given:
    """What was typed into the page."""

    number: str = cards.DEFAULT
    expiry: str = "12 / 34"
    cvc: str = "123"
    name: str | None = None
    email: str | None = None


def pay_by_card(provider: Provider, name: str, given: Given) -> Literal["paid", "secure"]:
    """Charges the card. "secure": 3-D Secure is wanted first, see `authenticate`.

    Refusal 402 where the card is declined (the session stays open), 400 where the session is not open.
    """
    session = _open(provider, name)
    session["customer_details"] = sessions.customer(given.email or session["customer_email"], given.name)
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
        provider.take_note(intent["id"], number=number, month=month, year=year)
        if card.secure:
            _ask(provider, session, intent)
            return "secure"
        _charge(provider, session, intent, authenticated=False)
    except Refusal as refusal:
        _decline(provider, intent, refusal)
        raise
    return "paid"


def authenticate(provider: Provider, name: str, *, succeed: bool) -> None:
    """The customer's answer to 3-D Secure. Refusal 402 where it, or the charge after it, fails."""
    session = _open(provider, name)
    intent = provider.store["intents"].get(session["payment_intent"] or "")
    if intent is None or intent["status"] != "requires_action":
        raise Refusal(400, "This Checkout Session does not wait for authentication.")
    intent["next_action"] = None
    try:
        if not succeed:
            cards.refuse_unauthenticated()
        _charge(provider, session, intent, authenticated=True)
    except Refusal as refusal:
        _decline(provider, intent, refusal)
        raise


def pay_by_debit(provider: Provider, name: str, given: Given, account: str | None) -> None:
    """Starts a bank debit: the session is complete and unpaid until `settle`.

    A test account settles by itself when its time has come; None waits for `settle`.
    """
    session = _open(provider, name)
    iban = cards.digits(account).upper() if account else None
    if iban is not None and iban not in cards.ACCOUNTS:
        raise Refusal(402, "This is not a test IBAN.", type="invalid_request_error", code="invalid_bank_account_iban")
    session["customer_details"] = sessions.customer(given.email or session["customer_email"], given.name)
    intent = _intent(provider, session)
    method = {"sepa_debit": {"country": "AT", "last4": (iban or "0000")[-4:]}, "type": "sepa_debit"}
    charge = _new_charge(provider, intent, method)
    intent |= {"status": "processing", "latest_charge": charge["id"], "payment_method": shapes.new_id("pm_1")}
    provider.store.put("charges", charge["id"], charge)
    provider.store.put("intents", intent["id"], intent)
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
        provider.store.put("sessions", name, session)
        _collect(provider, intent, charge)
        events.record(provider, "checkout.session.async_payment_succeeded", session)
        return
    charge |= {"status": "failed", "failure_code": "insufficient_funds"}
    charge["failure_message"] = "The bank account has insufficient funds."
    provider.store.put("charges", charge["id"], charge)
    refusal = Refusal(402, charge["failure_message"], code="payment_intent_payment_attempt_failed")
    intent |= {"status": "requires_payment_method", "last_payment_error": refusal.error(), "payment_method": None}
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "checkout.session.async_payment_failed", session)


def override(provider: Provider, name: str, amount: int | None, currency: str | None) -> None:
    """Has an open session ask for another amount than it was made for: something is wrong at the provider."""
    session = _open(provider, name)
    if amount is not None:
        session |= {"amount_subtotal": amount, "amount_total": amount}
    if currency is not None:
        session["currency"] = currency.lower()
    provider.store.put("sessions", name, session)


def _open(provider: Provider, name: str) -> Resource:
    session = sessions.find(provider, name)
    if session["status"] != "open":
        raise Refusal(400, f"This Checkout Session is {session['status']}.", code="checkout_session_not_open")
    return session


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
    provider.store.put("intents", name, intent)
    provider.store.put("sessions", session["id"], session)
    return intent


def _ask(provider: Provider, session: Resource, intent: Resource) -> None:
    page = f"{provider.settings.base_url}/pay/{session['id']}/authenticate"
    action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": session["url"], "url": page}}
    intent |= {"status": "requires_action", "next_action": action, "payment_method": shapes.new_id("pm_1")}
    provider.store.put("intents", intent["id"], intent)


def _charge(provider: Provider, session: Resource, intent: Resource, *, authenticated: bool) -> None:
    note = provider.note(intent["id"])
    number = note["number"]
    card = cards.CARDS[number]
    details = shapes.card_details(card.brand, number[-4:], note["month"], note["year"], authenticated=authenticated)
    charge = _new_charge(provider, intent, details)
    intent |= {"latest_charge": charge["id"], "payment_method": shapes.new_id("pm_1")}
    if card.decline:
        charge |= {"status": "failed", "failure_code": card.decline[0]}
        provider.store.put("charges", charge["id"], charge)
        raise cards.declined(*card.decline)
    _collect(provider, intent, charge)
    provider.take_note(charge["id"], refunds=card.refunds, dispute=card.dispute, inquiry=card.inquiry)
    if card.dispute:
        provider.later(DISPUTE_TAKES, "dispute", charge["id"])
    _complete(provider, session, "paid")


def _new_charge(provider: Provider, intent: Resource, method: Resource) -> Resource:
    charge = shapes.charge(shapes.new_id("ch_3"), provider.clock.now(), intent["amount"], intent["currency"])
    return charge | {"payment_intent": intent["id"], "payment_method_details": method, "metadata": intent["metadata"]}


def _collect(provider: Provider, intent: Resource, charge: Resource) -> None:
    """The money arrives."""
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    charge["balance_transaction"] = shapes.new_id("txn_3")
    provider.store.put("charges", charge["id"], charge)
    intent |= {"status": "succeeded", "amount_received": charge["amount"], "last_payment_error": None}
    intent["next_action"] = None
    provider.store.put("intents", intent["id"], intent)
    events.record(provider, "payment_intent.succeeded", intent)


def _complete(provider: Provider, session: Resource, payment_status: str) -> None:
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    sessions.close(provider, session)
    events.record(provider, "checkout.session.completed", session)


def _decline(provider: Provider, intent: Resource, refusal: Refusal) -> None:
    intent |= {"status": "requires_payment_method", "last_payment_error": refusal.error(), "payment_method": None}
    provider.store.put("intents", intent["id"], intent)
