"""Lists: filters, pages, and expanded objects.

Source: https://docs.stripe.com/api/pagination and https://docs.stripe.com/api/expanding_objects.
"""

from collections.abc import Callable, Iterable

from simulators.payments import sessions, shapes
from simulators.payments.protocol import Fields, Refusal, Resource, no_such
from simulators.payments.provider import Provider

MOST = 100
PAGING = ("created", "ending_before", "expand", "limit", "starting_after")
SECONDS = 10**12
DEEPEST = 4


def page(
    fields: Fields, url: str, kind: str, rows: Iterable[Resource], allowed: Callable[[Resource], bool] = lambda _: True
) -> Resource:
    """The newest first; `rows` are the oldest first."""
    least, most = _created(fields)
    limit = fields.integer("limit", 1, MOST) or 10
    after, before = fields.text("starting_after"), fields.text("ending_before")
    matching = [row for row in reversed(list(rows)) if least <= row["created"] <= most and allowed(row)]
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


EXPANDABLE = {"payment_intent": "intents", "latest_charge": "charges", "charge": "charges"}


def expand(provider: Provider, fields: Fields, thing: Resource) -> Resource:
    """A copy of `thing` with the ids named by `expand[]` replaced by what they stand for."""
    for path in fields.each("expand"):
        if not isinstance(path, str) or path.count(".") > DEEPEST:
            raise Refusal(400, "Invalid expand", param="expand")
        steps = path.split(".")
        if steps[0] == "data" and thing["object"] == "list":
            thing = {**thing, "data": [_expand(provider, row, steps[1:], path) for row in thing["data"]]}
        else:
            thing = _expand(provider, thing, steps, path)
    return thing


def _expand(provider: Provider, thing: Resource, steps: list[str], path: str) -> Resource:
    if not steps:
        return thing
    first, *rest = steps
    inner: Resource | None
    if first == "line_items" and thing["object"] == "checkout.session":
        url = f"/v1/checkout/sessions/{thing['id']}/line_items"
        inner = shapes.listing(url, sessions.lines(provider, thing))
    elif first in EXPANDABLE and first in thing:
        value = thing[first]
        inner = value if isinstance(value, dict) else provider.store[EXPANDABLE[first]].get(value or "")
    else:
        raise Refusal(400, f"This property cannot be expanded ({path}).", param="expand")
    return thing if inner is None else {**thing, first: _expand(provider, inner, rest, path)}
