"""Disputes: a customer's bank takes the money back, or asks.

Source: https://docs.stripe.com/api/disputes, https://docs.stripe.com/disputes/how-disputes-work, and for the events of
money that is withdrawn and reinstated https://docs.stripe.com/api/events/types.
"""

from simulators.payments import balance, events, shapes
from simulators.payments.protocol import Refusal, Resource, no_such, take_metadata
from simulators.payments.provider import Provider

CLOSED = ("won", "lost", "warning_closed")
KNOWN = (*CLOSED, "needs_response", "under_review", "warning_needs_response", "warning_under_review")


def create(
    provider: Provider,
    charge: Resource,
    *,
    reason: str = "fraudulent",
    amount: int | None = None,
    inquiry: bool = False,
) -> Resource:
    """A chargeback, after which the charge cannot be refunded; with `inquiry` only a question, and it can."""
    if not charge["paid"]:
        raise Refusal(400, f"Charge {charge['id']} has not been paid.")
    amount = amount if amount is not None else charge["amount"] - charge["amount_refunded"]
    dispute = shapes.dispute(shapes.new_id("du_1"), provider.clock.now(), amount, charge)
    dispute["reason"] = reason
    if inquiry:
        dispute |= {"status": "warning_needs_response", "is_charge_refundable": True}
        dispute["payment_method_details"]["card"]["case_type"] = "inquiry"
    else:
        dispute["balance_transactions"] = [
            balance.find(provider, balance.book(provider, "adjustment", -amount, dispute))
        ]
    charge["disputed"] = True
    provider.store.put("charges", charge["id"], charge)
    provider.store.put("disputes", dispute["id"], dispute)
    events.record(provider, "charge.dispute.created", dispute)
    if dispute["balance_transactions"]:
        events.record(provider, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def find(provider: Provider, name: str) -> Resource:
    if (dispute := provider.store["disputes"].get(name)) is None:
        raise no_such("dispute", name, "dispute")
    return dispute


def move(provider: Provider, name: str, status: str, *, refundable: bool | None = None) -> Resource:
    """Gives a dispute another status, any; won, lost and warning_closed close it. A won one can be refunded.

    A closed one stays closed, but may be moved to a status that clients do not know yet.
    """
    dispute = find(provider, name)
    if dispute["status"] in CLOSED and status in KNOWN:
        raise Refusal(400, f"This dispute is {dispute['status']}.")
    before = events.snapshot(dispute)
    dispute["status"] = status
    if refundable is not None or status in CLOSED:
        dispute["is_charge_refundable"] = refundable if refundable is not None else status != "lost"
    reinstated = status == "won" and bool(dispute["balance_transactions"])
    if reinstated:
        booked = balance.book(provider, "adjustment", dispute["amount"], dispute)
        dispute["balance_transactions"].append(balance.find(provider, booked))
    provider.store.put("disputes", name, dispute)
    if status in CLOSED:
        events.record(provider, "charge.dispute.closed", dispute)
    else:
        events.record(provider, "charge.dispute.updated", dispute, before)
    if reinstated:
        events.record(provider, "charge.dispute.funds_reinstated", dispute)
    return dispute


def update(provider: Provider, name: str, given: Resource) -> Resource:
    """Evidence and metadata; evidence that is submitted is with the bank, and the dispute under review."""
    dispute = find(provider, name)
    if dispute["status"] in CLOSED:
        raise Refusal(400, "This dispute is already closed.", began=True)
    before = events.snapshot(dispute)
    take_metadata(dispute, given)
    if "intended_submission_method" in given:
        dispute["intended_submission_method"] = given["intended_submission_method"]
    if evidence := given.get("evidence"):
        if of_visa := (evidence.get("enhanced_evidence") or {}).get("visa_compelling_evidence_3"):
            of_visa.setdefault("prior_undisputed_transactions", [])
        dispute["evidence"] = {**dispute["evidence"], **evidence}
        dispute["evidence_details"]["has_evidence"] = True
        if given.get("submit", True):
            _submit(dispute)
    provider.store.put("disputes", name, dispute)
    events.record(provider, "charge.dispute.updated", dispute, before)
    return dispute


def _submit(dispute: Resource) -> None:
    dispute["evidence_details"] |= {"submission_count": dispute["evidence_details"]["submission_count"] + 1}
    dispute["evidence_details"]["submission_method"] = "manual"
    warned = dispute["status"].startswith("warning_")
    dispute["status"] = "warning_under_review" if warned else "under_review"


def close(provider: Provider, name: str) -> Resource:
    """The shop gives in: the dispute is lost."""
    dispute = find(provider, name)
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise Refusal(400, "This dispute is already closed.", began=True)
    return move(provider, name, "lost")
