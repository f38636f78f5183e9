"""What an object has only where `expand` asks for it.

Source: https://docs.stripe.com/expand and the objects' pages below https://docs.stripe.com/api. What this simulator has
nothing for, such as the tiers of a price, may be asked for, and stays away.
"""

from collections.abc import Callable, Iterable
from typing import Any

from simulators.payments import sessions, shapes
from simulators.payments.protocol import Resource
from simulators.payments.provider import Provider

Maker = Callable[[Provider, Resource], Any]


def look_up(provider: Provider, thing: Resource, field: str) -> Any:
    """None where there is none of it."""
    make = MAKERS.get((thing.get("object"), field))
    return make(provider, thing) if make else None


def is_known(thing: Resource, field: str) -> bool:
    return (thing.get("object"), field) in MAKERS


def breakdown(provider: Provider, session: Resource) -> Resource:
    """`total_details.breakdown`: what each discount and each rate of tax came to."""
    amounts = provider.note(session["id"]).get("offs", [])
    costs = [*sessions.lines(provider, session), *([session["shipping_cost"]] if session["shipping_cost"] else [])]
    sums: dict[bool, tuple[int, int]] = {}
    for cost in costs:
        if cost["amount_tax"]:
            amount, taxable = sums.get(_is_inclusive(cost), (0, 0))
            sums[_is_inclusive(cost)] = (amount + cost["amount_tax"], taxable + _taxable(cost))
    return {
        "discounts": _discounts(session, amounts),
        "taxes": [_tax(provider, session, *sums[inclusive], inclusive=inclusive) for inclusive in sorted(sums)],
    }


def _is_inclusive(cost: Resource) -> bool:
    return bool(cost["amount_total"] == cost["amount_subtotal"] - cost.get("amount_discount", 0))


def _taxable(cost: Resource) -> int:
    """The amount without the tax that it was calculated on."""
    return int(cost["amount_total"] - cost["amount_tax"])


def _discounts(session: Resource, amounts: Iterable[int]) -> list[Resource]:
    """With the amount of each of the session's discounts."""
    told = enumerate(zip(session["discounts"] or [], amounts, strict=False))
    return [{"amount": amount, "discount": shapes.discount(session, each, n)} for n, (each, amount) in told]


def _tax(provider: Provider, session: Resource, amount: int, taxable: int, *, inclusive: bool) -> Resource:
    note = provider.note(session["id"])
    rate = shapes.tax_rate(session["created"], note.get("country"), note.get("percent", 0), inclusive=inclusive)
    return {"amount": amount, "rate": rate, "taxability_reason": "standard_rated", "taxable_amount": taxable}


def _session_of(provider: Provider, line: Resource) -> Resource | None:
    return provider.store["sessions"].get(provider.note(line["id"]).get("session", ""))


def _line_discounts(provider: Provider, line: Resource) -> list[Resource]:
    session = _session_of(provider, line)
    return _discounts(session, provider.note(line["id"])["shares"]) if session else []


def _line_taxes(provider: Provider, line: Resource) -> list[Resource]:
    session = _session_of(provider, line)
    if session is None or not line["amount_tax"]:
        return []
    inclusive = _is_inclusive(line)
    return [_tax(provider, session, line["amount_tax"], _taxable(line), inclusive=inclusive)]


def _line_items(provider: Provider, session: Resource) -> Resource:
    lines = sessions.lines(provider, session)
    return shapes.listing(f"/v1/checkout/sessions/{session['id']}/line_items", lines)


def _refunds(provider: Provider, charge: Resource) -> Resource:
    made = [refund for refund in provider.store["refunds"].values() if refund["charge"] == charge["id"]]
    return shapes.listing(f"/v1/charges/{charge['id']}/refunds", made[::-1])


def _price_currencies(provider: Provider, price: Resource) -> Resource:
    """The price's own currency is among them."""
    given = provider.note(price["id"]).get("currency_options", {})
    return {name: shapes.currency_option(each) for name, each in sorted({**given, price["currency"]: price}.items())}


def _noted(field: str) -> Maker:
    return lambda provider, thing: provider.note(thing["id"]).get(field)


def _empty_list(field: str) -> Maker:
    """A list of a customer that nothing in this simulator fills."""
    return lambda _, customer: shapes.listing(f"/v1/customers/{customer['id']}/{field}", [])


def _nothing(_provider: Provider, _thing: Resource) -> None:
    return None


MAKERS: dict[tuple[str | None, str], Maker] = {
    ("charge", "refunds"): _refunds,
    ("checkout.session", "line_items"): _line_items,
    ("coupon", "applies_to"): _noted("applies_to"),
    ("coupon", "currency_options"): _noted("currency_options"),
    ("item", "discounts"): _line_discounts,
    ("item", "taxes"): _line_taxes,
    ("price", "currency_options"): _price_currencies,
    ("price", "tiers"): _nothing,
    **{("customer", field): _empty_list(field) for field in ("sources", "subscriptions", "tax_ids")},
}
