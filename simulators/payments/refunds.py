"""Refunds: made, and what becomes of them.

Source: https://docs.stripe.com/api/refunds and https://docs.stripe.com/refunds.
"""

from dataclasses import dataclass

from simulators.payments import balance, currencies, events, shapes
from simulators.payments.protocol import Refusal, Resource, no_such, take_metadata
from simulators.payments.provider import Provider
from simulators.payments.session_request import check_metadata
from simulators.payments.text import money

LATER = 5  # seconds until a refund to one of the cards for that succeeds or fails


@dataclass(frozen=True)
class Wish:
    """A valid request for a refund. `amount` None means all that is left."""

    charge: str | None
    intent: str | None
    amount: int | None
    reason: str | None
    metadata: dict[str, str]
    instructions_email: str | None = None


def read_wish(given: Resource) -> Wish:
    """Validates POST /v1/refunds."""
    check_metadata(given)
    if (amount := given.get("amount")) is not None and amount < 1:
        message = "This value must be greater than or equal to 1."
        raise Refusal(400, message, code="parameter_invalid_integer", param="amount")
    if "charge" not in given and "payment_intent" not in given:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise Refusal(400, message, code="parameter_missing")
    return Wish(
        charge=given.get("charge"),
        intent=given.get("payment_intent"),
        amount=amount,
        reason=given.get("reason"),
        metadata=given.get("metadata") or {},
        instructions_email=given.get("instructions_email"),
    )


def create(provider: Provider, wish: Wish) -> Resource:
    """Refuses (400) what the charge does not allow: not paid, disputed, more than is left."""
    charge = _charge(provider, wish)
    if any(
        dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"]
        for dispute in provider.store["disputes"].values()
    ):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Refusal(400, message, code="charge_disputed", began=True)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Refusal(400, message, code="charge_already_refunded", began=True)
    amount = wish.amount if wish.amount is not None else left
    currencies.check(amount, charge["currency"], "amount")
    if amount > left:
        currency = charge["currency"]
        message = (
            f"Refund amount ({money(amount, currency)}) is greater than unrefunded amount on charge"
            f" ({money(left, currency)})"
        )
        raise Refusal(400, message, param="amount", began=True)
    if _is_refused(provider):
        message = "Insufficient funds in your Stripe balance to refund this amount."
        raise Refusal(400, message, code="balance_insufficient", began=True)
    refund = shapes.refund(shapes.new_id("re_3"), provider.clock.now(), amount, charge)
    refund |= {"reason": wish.reason, "metadata": wish.metadata, "status": _first_status(provider, charge)}
    if wish.instructions_email:
        refund["instructions_email"] = wish.instructions_email
    if refund["status"] == "succeeded":
        _pay(provider, refund)
    provider.store.put("refunds", refund["id"], refund)
    _book(provider, charge, amount)
    events.record(provider, "refund.created", refund)
    events.record(provider, "charge.refunded", charge)
    if manner := _manner(provider, charge):
        provider.later(LATER, "fail refund" if manner == "fail" else "succeed refund", refund["id"])
    return refund


def _charge(provider: Provider, wish: Wish) -> Resource:
    name = wish.charge
    if wish.intent is not None:
        intent = provider.store["intents"].get(wish.intent)
        if intent is None:
            raise no_such("payment_intent", wish.intent, "payment_intent", status=400)
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({wish.intent}) does not have a successful charge to refund."
            raise Refusal(400, message, param="payment_intent", began=True)
        name = intent["latest_charge"]
    charge = provider.store["charges"].get(name or "")
    if charge is None or (wish.charge and wish.charge != name):
        raise no_such("charge", wish.charge or "", "charge", status=400)
    if not charge["paid"]:
        raise Refusal(400, f"Charge {charge['id']} has not been paid.", param="charge", began=True)
    return charge


def _is_refused(provider: Provider) -> bool:
    """As often as the control API wants: the account has not enough money for it."""
    left = provider.store["meta"].get("empty balance", {"times": 0})["times"]
    if left > 0:
        provider.store.put("meta", "empty balance", {"times": left - 1})
    return bool(left)


def _first_status(provider: Provider, charge: Resource) -> str:
    """As the control API wants the next ones, or as the card says; money by bank debit takes its time."""
    wanted = provider.store["meta"].get("refunds", {"times": 0})
    if wanted["times"] > 0:
        provider.store.put("meta", "refunds", {**wanted, "times": wanted["times"] - 1})
        return str(wanted["status"])
    return "pending" if _manner(provider, charge) == "later" else "succeeded"


def _manner(provider: Provider, charge: Resource) -> str | None:
    if charge["payment_method_details"]["type"] != "card":
        return "later"
    manner = provider.note(charge["id"]).get("refunds")
    return str(manner) if manner else None


def _book(provider: Provider, charge: Resource, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    provider.store.put("charges", charge["id"], charge)


def _pay(provider: Provider, refund: Resource) -> None:
    kind = "refund" if refund["destination_details"]["type"] == "card" else "payment_refund"
    refund["balance_transaction"] = balance.book(provider, kind, -refund["amount"], refund)


def update(provider: Provider, name: str, given: Resource) -> Resource:
    """Metadata alone can be changed."""
    refund = find(provider, name)
    before = events.snapshot(refund)
    check_metadata(given)
    take_metadata(refund, given)
    return _keep_changed(provider, refund, before)


def _keep_changed(provider: Provider, refund: Resource, before: Resource) -> Resource:
    """Stores it, and tells of it twice: `charge.refund.updated` is the older of the two events, for refunds of a
    charge. Source: https://docs.stripe.com/api/refunds
    """
    provider.store.put("refunds", refund["id"], refund)
    for kind in ("charge.refund.updated", "refund.updated"):
        events.record(provider, kind, refund, before)
    return refund


def cancel(provider: Provider, name: str) -> Resource:
    """Only a refund that waits for the customer can be canceled."""
    refund = find(provider, name)
    if refund["status"] != "requires_action":
        message = f"Refunds with a status of {refund['status']} cannot be canceled."
        raise Refusal(400, message, began=True)
    before = events.snapshot(refund)
    refund["status"] = "canceled"
    _book(provider, provider.store["charges"][refund["charge"]], -refund["amount"])
    return _keep_changed(provider, refund, before)


def find(provider: Provider, name: str) -> Resource:
    if (refund := provider.store["refunds"].get(name)) is None:
        raise no_such("refund", name, "refund")
    return refund


def alter(provider: Provider, name: str, fields: Resource) -> Resource:
    """Changes fields of a refund without a request, and sends the event."""
    before = events.snapshot(find(provider, name))
    return _keep_changed(provider, find(provider, name) | fields, before)


def succeed(provider: Provider, name: str) -> Resource:
    """A refund that was pending arrives."""
    refund = find(provider, name)
    if refund["status"] not in ("pending", "requires_action"):
        raise Refusal(400, f"This refund is {refund['status']}.")
    before = events.snapshot(refund)
    refund["status"] = "succeeded"
    _pay(provider, refund)
    return _keep_changed(provider, refund, before)


def fail(provider: Provider, name: str, reason: str = "lost_or_stolen_card") -> Resource:
    """The bank sends the money back, even after the refund had succeeded: it can be refunded again."""
    refund = find(provider, name)
    if refund["status"] in ("failed", "canceled"):
        raise Refusal(400, f"This refund is {refund['status']}.")
    before = events.snapshot(refund)
    refund |= {"status": "failed", "failure_reason": reason}
    if refund["balance_transaction"]:
        refund["failure_balance_transaction"] = balance.book(provider, "refund_failure", refund["amount"], refund)
    _book(provider, provider.store["charges"][refund["charge"]], -refund["amount"])
    _keep_changed(provider, refund, before)
    events.record(provider, "refund.failed", refund)
    return refund
