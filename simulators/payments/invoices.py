"""Invoices of paid sessions that asked for one. Source: https://docs.stripe.com/payments/checkout/receipts."""

from simulators.payments import events, sessions, shapes
from simulators.payments.protocol import Resource, no_such
from simulators.payments.provider import Provider

MADE = ("invoice.created", "invoice.finalized", "invoice.updated", "invoice.paid", "invoice.payment_succeeded")


def find(provider: Provider, name: str) -> Resource:
    if (invoice := provider.store["invoices"].get(name)) is None:
        raise no_such("invoice", name, "invoice")
    return invoice


def create(provider: Provider, session: Resource) -> None:
    """The invoice of a session that is paid, if it asked for one; it is paid too."""
    if not (session["invoice_creation"] or {}).get("enabled") or session["invoice"]:
        return
    number = len(provider.store["invoices"]) + 1
    invoice = shapes.invoice(session, provider.clock.now(), f"SIM-{number:04}")
    page = f"{provider.settings.base_url}/invoice/{invoice['id']}"
    invoice |= {"hosted_invoice_url": page, "invoice_pdf": f"{page}/pdf"}
    invoice["lines"]["data"] = [
        shapes.invoice_line(invoice, line) for line in sessions.lines(provider, session) if line["quantity"]
    ]
    invoice["metadata"] = session["invoice_creation"]["invoice_data"]["metadata"]
    session["invoice"] = invoice["id"]
    provider.store.put("invoices", invoice["id"], invoice)
    for kind in MADE:
        events.record(provider, kind, invoice)
