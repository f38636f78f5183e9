"""Lists: filters, pages, and expanded objects.

Source: https://docs.stripe.com/api/pagination and https://docs.stripe.com/api/expanding_objects.
"""

from collections.abc import Callable, Iterable
from typing import Any

from simulators.payments import description, included, shapes
from simulators.payments.protocol import Fields, Refusal, Resource, no_such
from simulators.payments.provider import Provider

MOST = 100
SECONDS = 10**12
DEEPEST = 4


def page(
    fields: Fields, url: str, kind: str, rows: Iterable[Resource], allowed: Callable[[Resource], bool] = lambda _: True
) -> Resource:
    """The newest first; `rows` are the oldest first."""
    least, most = _created(fields)
    limit = fields.integer("limit", 1, MOST) or 10
    after, before = fields.text("starting_after"), fields.text("ending_before")
    matching = [row for row in reversed(list(rows)) if least <= row.get("created", least) <= most and allowed(row)]
    names = [row["id"] for row in matching]
    for param, name in (("starting_after", after), ("ending_before", before)):
        if name is not None and name not in names:
            raise no_such(kind, name, param, status=400)
    if before is not None:
        rest = matching[: names.index(before)]
        return shapes.listing(url, rest[-limit:], more=len(rest) > limit)
    rest = matching[names.index(after) + 1 :] if after is not None else matching
    return shapes.listing(url, rest[:limit], more=len(rest) > limit)


def _created(fields: Fields) -> tuple[int, int]:
    """The first and the last second that are wanted."""
    if isinstance(fields.params.get("created"), str):
        exact = fields.integer("created", most=SECONDS)
        return (exact, exact) if exact is not None else (0, SECONDS)
    span = fields.inner("created")
    if span is None:
        return 0, SECONDS
    span.only(("gt", "gte", "lt", "lte"))
    bounds = {name: span.integer(name, most=SECONDS) for name in ("gt", "gte", "lt", "lte")}
    least = max(bounds["gte"] or 0, (bounds["gt"] + 1) if bounds["gt"] is not None else 0)
    most = min(
        bounds["lte"] if bounds["lte"] is not None else SECONDS,
        (bounds["lt"] - 1) if bounds["lt"] is not None else SECONDS,
    )
    return least, most


PREFIXES = {
    "ch_": "charges",
    "cus_": "customers",
    "in_": "invoices",
    "pi_": "intents",
    "pm_": "methods",
    "price_": "prices",
    "prod_": "products",
    "promo_": "promotion_codes",
    "re_": "refunds",
    "shr_": "shipping_rates",
    "txn_": "transactions",
    "du_": "disputes",
}


def look_up(provider: Provider, field: str, name: str) -> Resource | None:
    """The object of that id; a coupon's may be any text."""
    if field == "coupon":
        return provider.store["coupons"].get(name)
    prefix = name.partition("_")[0] + "_"
    return provider.store[PREFIXES[prefix]].get(name) if prefix in PREFIXES else None


def expand(provider: Provider, fields: Fields, thing: Resource) -> Resource:
    """A copy of `thing` with the ids named by `expand[]` replaced by what they stand for."""
    for path in fields.each("expand"):
        if not isinstance(path, str) or path.count(".") > DEEPEST:
            raise Refusal(400, "Invalid expand", param="expand")
        thing = _expand(provider, thing, path.split("."), path)
    return thing


def _expand(provider: Provider, thing: Resource, steps: list[str], path: str) -> Resource:
    if not steps:
        return thing
    first, *rest = steps
    if not isinstance(thing.get("object", ""), str):  # the data of an event: a picture of the object, as it was
        raise _not_expandable(path)
    thing = _completed(provider, thing, first, rest)
    value, kind = thing.get(first), _kind(thing, first)
    if first not in thing and (kind != "x" or "object" not in thing):
        raise _not_expandable(path)
    if isinstance(value, list) and (rest or kind == "x"):
        return {**thing, first: [_expand(provider, each, rest, path) for each in value]}
    if isinstance(value, str) and kind == "x":
        inner = look_up(provider, first, value)
        return thing if inner is None else {**thing, first: _expand(provider, inner, rest, path)}
    if isinstance(value, dict) and (rest or kind in ("x", "l")):
        return {**thing, first: _expand(provider, value, rest, path)}
    if value is None and (rest or kind == "x"):
        return thing
    raise _not_expandable(path)


def _completed(provider: Provider, thing: Resource, field: str, rest: list[str]) -> Resource:
    """With what it has only where it is asked for."""
    if thing.get("object") == "checkout.session" and field == "total_details" and rest[:1] == ["breakdown"]:
        return {**thing, field: {**thing[field], "breakdown": included.breakdown(provider, thing)}}
    if field in thing or (asked_for := included.look_up(provider, thing, field)) is None:
        return thing
    return {**thing, field: asked_for}


def _not_expandable(path: str) -> Refusal:
    return Refusal(400, f"This property cannot be expanded ({path}).", param="expand")


def _kind(thing: Resource, field: str) -> Any:
    """What the description says of the field; of a part of an object, that ids and objects may be expanded."""
    if "object" not in thing or thing["object"] == "list" or included.is_known(thing, field):
        return "x"
    known = description.fields(thing["object"])
    return known.get(field, known.get(f"{field}?")) if known else "x"
