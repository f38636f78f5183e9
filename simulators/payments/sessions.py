"""Checkout Sessions: create, read, update, expire. Source: https://docs.stripe.com/api/checkout/sessions."""

import copy
from typing import Any

from simulators.payments import catalogue, events, session_request, shapes, totals
from simulators.payments.protocol import Refusal, Resource, merged, no_such, take_metadata
from simulators.payments.provider import Provider
from simulators.payments.session_request import LONGEST, Order


def create(provider: Provider, order: Order) -> Resource:
    name = shapes.new_id("cs_test_a1", 58)
    session = shapes.session(name, provider.clock.now()) | order.given
    session |= {"currency": order.currency, "expires_at": order.expires_at}
    lines = copy.deepcopy(order.lines)
    session["discounts"] = order.discounts
    offer_shipping(session, catalogue.shipping(provider, order.shipping, order.currency))
    totals.sum_up(provider, session, lines)
    if session["ui_mode"] == "hosted_page":
        session["url"] = f"{provider.settings.base_url}/pay/{name}"
    else:
        session["client_secret"] = f"{name}_secret_{shapes.new_id('', 40)}"
    if email := session["customer_email"]:
        session["customer_details"] = customer(email, None)
    provider.store.put("sessions", name, session)
    for line in lines:
        _keep_product(provider, line)
    provider.take_note(name, lines=lines, intent=order.intent, **order.noted)
    provider.at(float(order.expires_at), "expire", name)
    return session


def _keep_product(provider: Provider, line: Resource) -> None:
    """A product that is only told of in a line is made for it; it is not offered again."""
    name, data = line["price"]["product"], line.pop("product_data", {})
    if name not in provider.store["products"]:
        product = shapes.product(name, provider.clock.now()) | {"active": False, "name": line["description"]}
        provider.store.put("products", name, catalogue.merge(product, data))


def offer_shipping(session: Resource, rates: list[Resource]) -> None:
    """The first one is chosen until the customer chooses another."""
    shown = [(catalogue.shipping_amount(rate, session["currency"]), rate["id"]) for rate in rates]
    session["shipping_options"] = [{"shipping_amount": amount, "shipping_rate": name} for amount, name in shown]
    session["shipping_cost"] = {"shipping_rate": rates[0]["id"]} if rates else None


def update(provider: Provider, name: str, given: Resource) -> Resource:
    """Metadata, shipping and line items of an open session; Refusal (400) where it is not open any more."""
    session = copy.deepcopy(find(provider, name))
    session_request.check_metadata(given)
    take_metadata(session, given)
    if rest := given.keys() - {"metadata", "expand"}:
        if session["status"] != "open":
            message = f"Only open Checkout Sessions can be updated. This one is {session['status']}."
            raise Refusal(400, message, param=min(rest), began=True)
        _change(provider, session, given)
    provider.store.put("sessions", name, session)
    return session


def _change(provider: Provider, session: Resource, given: Resource) -> None:
    lines_now = copy.deepcopy(lines(provider, session))
    if "line_items" in given:
        lines_now = _changed_lines(provider, session, given["line_items"])
    if "discounts" in given:
        session["discounts"] = given["discounts"] or []
    if "shipping_options" in given:
        wanted = given["shipping_options"] or []
        offer_shipping(session, catalogue.shipping(provider, wanted, session["currency"]))
    if "collected_information" in given:
        session["collected_information"] = given["collected_information"]
    totals.sum_up(provider, session, lines_now)
    if data := given.get("payment_intent_data"):
        _change_intent(provider, session, data)
    for line in lines_now:
        _keep_product(provider, line)
    provider.take_note(session["id"], lines=lines_now)


def _change_intent(provider: Provider, session: Resource, data: Resource) -> None:
    """What its payment intent is to have, and has where a card was tried already."""
    kept = provider.note(session["id"])["intent"]
    said = {name: value or None for name, value in data.items() if name != "metadata"}
    if "metadata" in data:
        said["metadata"] = merged(kept["metadata"], data["metadata"]) if data["metadata"] else {}
    provider.take_note(session["id"], intent=kept | said)
    if intent := provider.store["intents"].get(session["payment_intent"] or ""):
        provider.store.put("intents", intent["id"], intent | said)


def _changed_lines(provider: Provider, session: Resource, wanted: list[Resource]) -> list[Resource]:
    """Lines that are named by their id stay, with another quantity where one is given; others are new."""
    session_request.check_number(wanted)
    kept = {line["id"]: line for line in lines(provider, session)}
    changed = []
    for number, line in enumerate(wanted):
        old = kept.get(line.get("id", ""))
        if old is None:
            changed.append(session_request.read_line(provider, line, f"line_items[{number}]"))
            continue
        quantity = line.get("quantity", old["quantity"])
        total = old["price"]["unit_amount"] * quantity
        changed.append({**old, "quantity": quantity, "amount_subtotal": total, "amount_total": total})
    return changed


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
        events.record(provider, "payment_intent.canceled", intent)
    events.record(provider, "checkout.session.expired", session)
    return session


def close(provider: Provider, session: Resource) -> None:
    """Keeps a session that is no longer open, and calls off its expiry."""
    provider.store.put("sessions", session["id"], session)
    provider.call_off("expire", session["id"])
