"""What a session comes to: its lines less discounts, with shipping and tax.

Source: https://docs.stripe.com/api/checkout/sessions/object. `amount_subtotal` is the sum of the prices as they are,
with the tax that is part of them; `amount_tax` is all tax.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from simulators.payments import catalogue, currencies, tax
from simulators.payments.protocol import Resource
from simulators.payments.provider import Provider


def sum_up(provider: Provider, session: Resource, lines: list[Resource]) -> None:
    """Fills in the amounts of the session and of its lines, from what they hold. Refusal (400) for a total that is
    too small or too large.
    """
    currency, rate = session["currency"], tax.percent(provider, session)
    subtotal = sum(line["amount_subtotal"] for line in lines)
    wishes, products = session["discounts"] or [], {line["price"]["product"] for line in lines}
    offs, session["discounts"] = catalogue.discount(provider, wishes, subtotal, currency, products)
    off = sum(offs)
    for line, share in zip(lines, _shares(off, [line["amount_subtotal"] for line in lines]), strict=True):
        left = line["amount_subtotal"] - share
        taxed, added = tax.on(provider, left, rate, line["price"]["tax_behavior"], currency)
        line |= {"amount_discount": share, "amount_tax": taxed, "amount_total": left + added}
    sent = _ship(provider, session, rate)
    total = sum(line["amount_total"] for line in lines) + sent["amount_total"]
    currencies.check_total(total, currency)
    session |= {"amount_subtotal": subtotal, "amount_total": total}
    session["total_details"] = {
        "amount_discount": off,
        "amount_shipping": sent["amount_subtotal"],
        "amount_tax": sum(line["amount_tax"] for line in lines) + sent["amount_tax"],
    }
    _note_parts(provider, session, lines, offs, rate)


def _note_parts(provider: Provider, session: Resource, lines: list[Resource], offs: list[int], rate: Fraction) -> None:
    """Remembers what each discount takes off each line, for the breakdown that `expand` shows."""
    provider.take_note(session["id"], offs=offs, percent=float(rate))
    amounts = [line["amount_subtotal"] for line in lines]
    so_far = [list(_shares(sum(offs[:number]), amounts)) for number in range(len(offs) + 1)]
    for place, line in enumerate(lines):
        shares = [after[place] - before[place] for before, after in pairwise(so_far)]
        provider.take_note(line["id"], session=session["id"], shares=shares)


def _ship(provider: Provider, session: Resource, rate: Fraction) -> Resource:
    """The shipping cost with its tax; zeros where nothing is chosen."""
    if (cost := session["shipping_cost"]) is None:
        return {"amount_subtotal": 0, "amount_tax": 0, "amount_total": 0}
    chosen = catalogue.find(provider, "shipping_rate", cost["shipping_rate"])
    amount = catalogue.shipping_amount(chosen, session["currency"])
    taxed, added = tax.on(provider, amount, rate, chosen["tax_behavior"], session["currency"])
    session["shipping_cost"] = {
        "amount_subtotal": amount,
        "amount_tax": taxed,
        "amount_total": amount + added,
        "shipping_rate": chosen["id"],
    }
    return dict(session["shipping_cost"])


def _shares(off: int, amounts: list[int]) -> Iterator[int]:
    """`off` in proportion to the amounts, to the last minor unit."""
    whole, seen, given = sum(amounts), 0, 0
    for amount in amounts:
        seen += amount
        share = off * seen // whole - given if whole else 0
        given += share
        yield share
