"""What a shop keeps at its provider: customers, products, prices, coupons, promotion codes, rates of shipping.

Source: https://docs.stripe.com/api/customers, /products, /prices, /coupons, /promotion_codes and /shipping_rates.
"""

import copy
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from simulators.payments import currencies, events, shapes
from simulators.payments.description import fields
from simulators.payments.protocol import Refusal, Resource, no_such, take_metadata
from simulators.payments.provider import Provider

OPTIONS = "shipping_options"
TABLES = {
    "customer": "customers",
    "product": "products",
    "price": "prices",
    "coupon": "coupons",
    "promotion_code": "promotion_codes",
    "shipping_rate": "shipping_rates",
}


def find(provider: Provider, kind: str, name: str, param: str = "id", status: int = 404) -> Resource:
    thing = provider.store[TABLES[kind]].get(name)
    if thing is None:
        raise no_such(kind.replace("_", " "), name, param, status=status)
    return thing


def keep(provider: Provider, thing: Resource, what: str, before: Resource | None = None) -> Resource:
    """Stores it, and tells of it; not of a shipping rate, of which Stripe does not tell."""
    kind = thing["object"]
    for name in HIDDEN.get(kind, ()):
        if name in thing:
            provider.take_note(thing["id"], **{name: _counted(thing.pop(name))})
    provider.store.put(TABLES[kind], thing["id"], thing)
    if kind != "shipping_rate":
        events.record(provider, f"{kind}.{what}", thing, before)
    return thing


def _counted(value: Any) -> Any:
    """With whole numbers, where the description knows no types: it has of `currency_options` only that it is a hash."""
    if isinstance(value, dict):
        return {name: _counted(each) for name, each in value.items()}
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,12}", value) else value


def update(provider: Provider, kind: str, name: str, given: Resource) -> Resource:
    """Fields become what the request says, and null where it unsets them; metadata is merged."""
    thing = find(provider, kind, name)
    if thing.get("deleted"):
        raise no_such(kind, name, "id")
    before = events.snapshot(thing)
    if kind == "price":
        _claim_lookup_key(provider, name, given)
    return keep(provider, merge(thing, given), "updated", before)


def merge(thing: Resource, given: Resource) -> Resource:
    take_metadata(thing, given)
    known = {name.removesuffix("?") for name in fields(thing["object"])} - {"metadata"}
    for name, value in given.items():
        if name in known:
            thing[name] = None if value == "" else _filled(name, value, thing.get(name))
    return thing


def _filled(name: str, value: Any, before: Any) -> Any:
    """An address has each of its fields, whichever were given; an amount and restrictions keep what was not."""
    if name in ("fixed_amount", "restrictions"):
        return {**(before or {}), **value}
    return {**shapes.empty_address(), **value} if name == "address" else value


def delete(provider: Provider, kind: str, name: str) -> Resource:
    """What is deleted is told of in its event, and cannot be found any more; a customer can, as deleted."""
    thing = find(provider, kind, name)
    if kind == "product" and any(price["product"] == name for price in provider.store["prices"].values()):
        message = "This product cannot be deleted because it has one or more user-created prices."
        raise Refusal(400, message, began=True)
    gone: Resource = {"id": name, "object": kind, "deleted": True}
    events.record(provider, f"{kind}.deleted", thing)
    if kind == "customer":
        provider.store.put("customers", name, gone)
    else:
        provider.store.remove(TABLES[kind], name)
    return gone


def customer(provider: Provider, given: Resource) -> Resource:
    made = shapes.customer(shapes.new_id("cus_", 14), provider.clock.now())
    return keep(provider, merge(made, given), "created")


def product(provider: Provider, given: Resource) -> Resource:
    name = given.pop("id", None) or shapes.new_id("prod_", 14)
    if name in provider.store["products"]:
        raise Refusal(400, f"Product already exists: {name}", code="resource_already_exists", param="id", began=True)
    data = given.pop("default_price_data", None)
    made = keep(provider, merge(shapes.product(name, provider.clock.now()), given), "created")
    if data is not None:
        made["default_price"] = price(provider, {**data, "product": name})["id"]
        provider.store.put("products", name, made)
    return made


def price(provider: Provider, given: Resource) -> Resource:
    if "product" not in given:
        if "product_data" not in given:
            raise Refusal(400, "You must specify either `product` or `product_data`.", code="parameter_missing")
        given["product"] = product(provider, given.pop("product_data"))["id"]
    find(provider, "product", given["product"], "product", 400)
    currency = given["currency"] = currencies.read(given["currency"], "currency")
    amount = unit_amount(given)
    currencies.check(amount, currency, "unit_amount")
    made = shapes.price(provider.clock.now(), given["product"], amount, currency)
    if given.get("recurring"):
        made["type"] = "recurring"
        given["recurring"] = {**shapes.RECURRING, **given["recurring"]}
    given.pop("unit_amount_decimal", None)
    _claim_lookup_key(provider, made["id"], given)
    return keep(provider, merge(made, given), "created")


def _claim_lookup_key(provider: Provider, name: str, given: Resource) -> None:
    """A key is one price's alone: another that has it loses it by `transfer_lookup_key`, or else keeps it (400)."""
    transfer = given.pop("transfer_lookup_key", False)
    key = given.get("lookup_key")
    holders = (each for each in provider.store["prices"].values() if key and each["lookup_key"] == key)
    holder = next((each for each in holders if each["id"] != name), None)
    if holder is None:
        return
    if not transfer:
        message = f"A price (`{holder['id']}`) already uses that lookup key."
        raise Refusal(400, message, param="lookup_key", began=True)
    before = events.snapshot(holder)
    keep(provider, {**holder, "lookup_key": None}, "updated", before)


def unit_amount(given: Resource) -> int:
    """In minor units; Refusal where there is none, or a part of a minor unit."""
    if "unit_amount" in given and "unit_amount_decimal" in given:
        message = "You may only specify one of these parameters: unit_amount, unit_amount_decimal."
        raise Refusal(400, message, param="unit_amount")
    if (amount := given.get("unit_amount", given.get("unit_amount_decimal"))) is None:
        message = "Price requires `unit_amount`, `unit_amount_decimal`, or `custom_unit_amount` to be set."
        raise Refusal(400, message, code="parameter_missing", param="unit_amount")
    if amount < 0:
        raise Refusal(
            400, "This value must be greater than or equal to 0.", code="parameter_invalid_integer", param="unit_amount"
        )
    if amount != int(amount):
        raise Refusal(400, "This simulator knows no parts of a minor unit.", param="unit_amount_decimal")
    return int(amount)


def coupon(provider: Provider, given: Resource) -> Resource:
    name = given.pop("id", None) or shapes.new_id("", 8)
    if name in provider.store["coupons"]:
        raise Refusal(400, f"Coupon already exists: {name}", code="resource_already_exists", param="id", began=True)
    if ("amount_off" in given) == ("percent_off" in given):
        raise Refusal(400, "You must specify either `percent_off` or `amount_off`.", param="percent_off")
    if "amount_off" in given and "currency" not in given:
        raise Refusal(
            400, "Must provide currency when coupon is amount_off.", code="parameter_missing", param="currency"
        )
    if "currency" in given:
        given["currency"] = currencies.read(given["currency"], "currency")
    if not 0 < given.get("percent_off", 1) <= 100:  # noqa: PLR2004 - percent
        raise Refusal(400, "Invalid percent_off: must be greater than 0 and at most 100.", param="percent_off")
    return keep(provider, merge(shapes.coupon(name, provider.clock.now()), given), "created")


def promotion_code(provider: Provider, given: Resource) -> Resource:
    promotion = given.pop("promotion", None) or {"type": "coupon"}
    named = given.pop("coupon", None) or promotion.get("coupon")
    if named is None:
        raise Refusal(
            400, "Missing required param: promotion[coupon].", code="parameter_missing", param="promotion[coupon]"
        )
    find(provider, "coupon", named, "coupon", 400)
    code = given.get("code") or shapes.new_id("", 8).upper()
    if any(
        each["code"].upper() == code.upper() and each["active"] for each in provider.store["promotion_codes"].values()
    ):
        raise Refusal(
            400, "An active promotion code with `code: " + code + "` already exists.", param="code", began=True
        )
    restrictions = given.pop("restrictions", {})
    made = shapes.promotion_code(provider.clock.now(), code, named)
    made["restrictions"] |= restrictions
    return keep(provider, merge(made, given), "created")


def shipping_rate(provider: Provider, given: Resource, name: str | None = None) -> Resource:
    if "fixed_amount" not in given:
        raise Refusal(400, "Missing required param: fixed_amount.", code="parameter_missing", param="fixed_amount")
    given["fixed_amount"]["currency"] = currencies.read(given["fixed_amount"]["currency"], "fixed_amount[currency]")
    currencies.check(given["fixed_amount"]["amount"], given["fixed_amount"]["currency"], "fixed_amount[amount]")
    made = shapes.shipping_rate(provider.clock.now())
    return keep(provider, merge(made | {"id": name or made["id"]}, given), "created")


MAKERS: dict[str, Callable[[Provider, Resource], Resource]] = {
    "customer": customer,
    "product": product,
    "price": price,
    "coupon": coupon,
    "promotion_code": promotion_code,
    "shipping_rate": shipping_rate,
}
DELETABLE = ("customer", "product", "coupon")
HIDDEN = {"coupon": ("applies_to", "currency_options"), "price": ("currency_options",)}
"""Fields that are shown only where they are expanded: see included.py."""


def discount(
    provider: Provider, wishes: list[Resource], total: int, currency: str, products: set[str]
) -> tuple[list[int], list[Resource]]:
    """What each coupon and promotion code takes off `total`, in minor units, and the discounts of a session.

    Refusal (400) for a coupon that is not for these `products`.
    """
    offs: list[int] = []
    discounts = []
    for number, wish in enumerate(wishes):
        code = None
        if name := wish.get("promotion_code"):
            code = find(provider, "promotion_code", name, f"discounts[{number}][promotion_code]", 400)
            if not code["active"]:
                raise Refusal(400, f"This promotion code is not active: {name}.", param=f"discounts[{number}]")
        named = code["promotion"]["coupon"] if code else wish.get("coupon", "")
        kept = find(provider, "coupon", named, f"discounts[{number}][coupon]", 400)
        _check_products(provider, kept["id"], products)
        offs.append(_off(kept, total - sum(offs), currency))
        discounts.append({"coupon": kept["id"], "promotion_code": code["id"] if code else None})
    return offs, discounts


def _check_products(provider: Provider, coupon: str, products: set[str]) -> None:
    """A coupon may be for some products alone: https://docs.stripe.com/api/coupons/object#coupon_object-applies_to"""
    applies_to = (provider.note(coupon).get("applies_to") or {}).get("products")
    if applies_to is None or products <= set(applies_to):
        return
    if products.isdisjoint(applies_to):
        message = "This coupon cannot be redeemed because it does not apply to anything in this order."
    else:
        message = "This simulator takes a coupon off a whole order: this one is for some of its products alone."
    raise Refusal(400, message, param="discounts")


def redeem(provider: Provider, discount: Resource) -> None:
    """Counts a use; one that was the last makes the coupon or code invalid."""
    for table, name in (("coupons", discount["coupon"]), ("promotion_codes", discount["promotion_code"])):
        if (thing := provider.store[table].get(name or "")) is not None:
            thing["times_redeemed"] += 1
            if thing["max_redemptions"] == thing["times_redeemed"]:
                thing["valid" if table == "coupons" else "active"] = False
            provider.store.put(table, name, thing)


def typed(provider: Provider, code: str, subtotal: int, currency: str) -> Resource:
    """The promotion code that a customer has typed in; Refusal (400) for one that is not good for this session."""
    now, invalid = provider.clock.now(), Refusal(400, "This code is invalid.", param="code")
    codes = (each for each in provider.store["promotion_codes"].values() if each["active"])
    named = next((each for each in codes if each["code"].upper() == code.strip().upper()), None)
    coupon = provider.store["coupons"].get(named["promotion"]["coupon"]) if named else None
    if named is None or coupon is None or not coupon["valid"]:
        raise invalid
    if any(end is not None and end <= now for end in (named["expires_at"], coupon["redeem_by"])):
        raise Refusal(400, "This code has expired.", param="code")
    least = named["restrictions"]["minimum_amount"]
    if least is not None and (named["restrictions"]["minimum_amount_currency"] != currency or subtotal < least):
        raise Refusal(400, "This code is for larger orders.", param="code")
    if coupon["currency"] not in (None, currency):
        raise invalid
    return named


def _off(coupon: Resource, total: int, currency: str) -> int:
    if coupon["percent_off"] is not None:
        return currencies.rounded(total * Fraction(str(coupon["percent_off"])) / 100, currency)
    if coupon["currency"] != currency:
        raise Refusal(400, f"This coupon is in {coupon['currency']}, and not in {currency}.", param="discounts")
    return min(int(coupon["amount_off"]), total)


MOST_RATES = 5


def shipping(provider: Provider, options: list[Resource], currency: str) -> list[Resource]:
    """The rates that a session offers; the first one is charged unless the customer chooses another."""
    if len(options) > MOST_RATES:
        raise Refusal(400, f"Array shipping_options exceeded maximum {MOST_RATES} allowed elements.", param=OPTIONS)
    rates = []
    for number, option in enumerate(options):
        if "shipping_rate_data" in option:
            rate = shipping_rate(provider, copy.deepcopy(option["shipping_rate_data"]))
        else:
            name, param = option.get("shipping_rate", ""), f"{OPTIONS}[{number}][shipping_rate]"
            rate = find(provider, "shipping_rate", name, param, 400)
            if not rate["active"]:
                raise Refusal(400, f"The shipping rate {name} is not active.", param=param)
        shipping_amount(rate, currency)
        rates.append(rate)
    return rates


def shipping_amount(rate: Resource, currency: str) -> int:
    """What it costs in that currency, in minor units; Refusal (400) where it has no amount in it."""
    fixed = rate["fixed_amount"]
    amounts = {**(fixed.get("currency_options") or {}), fixed["currency"]: fixed}
    if currency not in amounts:
        message = f"The shipping rate {rate['id']} is in {fixed['currency']}, and the session in {currency}."
        raise Refusal(400, message, param=OPTIONS)
    return int(amounts[currency]["amount"])
