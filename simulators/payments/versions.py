"""What an API version had that later ones have not: parameters are still taken, and fields still shown, as it had them.

Source: https://docs.stripe.com/changelog. What changed since 2025-06-30.basil is known; within a major version nothing
is ever taken away.
"""

import re
from collections.abc import Container, Mapping
from typing import Any

from flask import has_request_context, request

from simulators.payments.protocol import Refusal, Resource

CURRENT = "2026-11-18.endive"
"""The version of calls that name none, and of the webhooks."""

DESCRIBED = "2026-10-28.endive"
"""The version of `description.json`, which comes from Stripe's library for Python: 16.1.0 is the newest on 2026-11-30.

Of one major version, which has a name, the later ones only add: https://docs.stripe.com/api/versioning
"""

PROMOTION, UI_MODES, METHOD_TYPES = "2025-09-30", "2026-03-25", "2026-09-30"
OLD_UI_MODES = {"hosted_page": "hosted", "embedded_page": "embedded", "elements": "custom"}
TYPED = (
    "post /v1/checkout/sessions",
    "post /v1/payment_intents",
    "post /v1/payment_intents/{}",
    "post /v1/payment_intents/{}/confirm",
)
"""Calls that took `payment_method_types` before it gave way to `allowed_payment_method_types`."""


def asked() -> str | None:
    """The version that the current request names, if there is a request and it names one."""
    return request.headers.get("Stripe-Version") if has_request_context() else None


def check(version: str | None, known: Container[str]) -> None:
    """Refusal 400 for what is none of the `known` versions, and no preview."""
    if version is None:
        return
    named = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(\.[a-z]+)?(; *\w+=\w+)*", version)
    if named is None or not (f"{named[1]}{named[2] or ''}" in known or named[2] == ".preview"):
        raise Refusal(400, f"Invalid Stripe API version: {version}")


def before(change: str, version: str | None) -> bool:
    return version is not None and version[:10] < change


def parameters(call: str, version: str | None) -> dict[str, Any]:
    """Those that the call took in that version, and takes no more."""
    known: dict[str, Any] = {}
    if call in TYPED and before(METHOD_TYPES, version):
        known["payment_method_types?"] = {"[]": "s"}
    if call == "post /v1/checkout/sessions" and before(UI_MODES, version):
        known["ui_mode?"] = sorted(OLD_UI_MODES.values())
    if call == "post /v1/promotion_codes" and before(PROMOTION, version):
        known["coupon"] = "s"
    return known


def gone(call: str, version: str | None) -> Container[str]:
    """Parameters that the call did not take yet in that version."""
    return ("promotion",) if call == "post /v1/promotion_codes" and before(PROMOTION, version) else ()


def written(thing: Any, version: str | None, coupons: Mapping[str, Resource]) -> Any:
    """The answer as that version has it. `coupons` are those that there are, by id.

    An event stays as it is: https://docs.stripe.com/api/events/object#event_object-api_version
    """
    if not before(UI_MODES, version) or (isinstance(thing, dict) and thing.get("object") == "event"):
        return thing
    if isinstance(thing, list):
        return [written(each, version, coupons) for each in thing]
    if not isinstance(thing, dict):
        return thing
    return _object({name: written(value, version, coupons) for name, value in thing.items()}, version, coupons)


def event(recorded: Resource, version: str, coupons: Mapping[str, Resource]) -> Resource:
    """A recorded event as an endpoint of that version gets it."""
    return {**recorded, "api_version": version, "data": written(recorded["data"], version, coupons)}


def _object(thing: Resource, version: str | None, coupons: Mapping[str, Resource]) -> Resource:
    kind = thing.get("object")
    if kind == "checkout.session" and "ui_mode" in thing:
        thing["ui_mode"] = OLD_UI_MODES.get(thing["ui_mode"], thing["ui_mode"])
    if kind == "promotion_code" and before(PROMOTION, version):
        thing["coupon"] = _whole(thing.pop("promotion", {}).get("coupon"), coupons)
    if kind == "discount" and before(PROMOTION, version):
        thing["coupon"] = _whole(thing.pop("source", {}).get("coupon"), coupons)
    return thing


def _whole(coupon: Resource | str | None, coupons: Mapping[str, Resource]) -> Resource | None:
    """A coupon was no id that can be expanded, but always there whole."""
    if isinstance(coupon, str):
        return coupons.get(coupon, {"id": coupon, "object": "coupon", "deleted": True})
    return coupon


def new_ui_mode(given: str | None) -> str:
    """The name of today for a mode of the payment page."""
    return {old: new for new, old in OLD_UI_MODES.items()}.get(given or "hosted_page", given or "hosted_page")
