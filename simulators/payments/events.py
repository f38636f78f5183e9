"""Events: the record of what happened, and what webhooks carry.

Source: https://docs.stripe.com/api/events.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from simulators.payments import endpoints, versions
from simulators.payments.protocol import Resource
from simulators.payments.provider import CAUSE, Cause, Provider
from simulators.payments.shapes import new_id
from simulators.store import dumps

LASTS = 30 * 86400  # seconds
RETRIED = 72 * 3600  # seconds


def record(provider: Provider, kind: str, thing: Resource, before: Resource | None = None) -> Resource:
    """Notes that `kind` happened to `thing`, as it stands now; a webhook is due at once.

    `before` is what it was: an event of a type `*.updated` tells what its changed fields held.
    """
    event = build(provider, kind, thing)
    if before is not None:
        event["data"]["previous_attributes"] = previous(before, event["data"]["object"])
    targets = list(endpoints.wanting(provider, kind))
    event["pending_webhooks"] = len(targets)
    provider.store.put("events", event["id"], event)
    put_up(provider, event, targets)
    return event


def build(provider: Provider, kind: str, thing: Resource) -> Resource:
    """An event that is not recorded anywhere."""
    cause = CAUSE.get(Cause())
    return {
        "id": new_id("evt_1"),
        "object": "event",
        "api_version": versions.CURRENT,
        "created": provider.clock.now(),
        "data": {"object": snapshot(thing)},
        "livemode": thing.get("livemode", False),
        "pending_webhooks": 0,
        "request": {"id": cause.request, "idempotency_key": cause.key},
        "type": kind,
    }


def snapshot(thing: Resource) -> Resource:
    """A copy of an object that is about to change, faster than `deepcopy` makes one."""
    copied: Resource = json.loads(dumps(thing))
    return copied


def previous(before: Resource, now: Resource) -> Resource:
    """What the fields that differ held before: of an object its changed fields alone, an array whole."""
    told: dict[str, Any] = {}
    for name in sorted(before.keys() | now.keys()):
        was, became = before.get(name), now.get(name)
        if isinstance(was, dict) and isinstance(became, dict):
            if inner := previous(was, became):
                told[name] = inner
        elif was != became:
            told[name] = was
    return told


def thin(event: Resource) -> Resource:
    """The same event in the thin form: no object, only whose it is.

    Source: https://docs.stripe.com/webhooks/migrate-snapshot-to-thin-events, and the object's page in the API.
    """
    about = event["data"]["object"]
    kind, name = about.get("object", "object"), about.get("id")  # what a test invents may have neither
    paths = {"checkout.session": "checkout/sessions", "payment_intent": "payment_intents"}
    return {
        "id": event["id"].replace("evt_1", "evt_thin_"),
        "object": "v2.core.event",
        "context": None,
        "created": datetime.fromtimestamp(event["created"], UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        "livemode": event["livemode"],
        "reason": None,
        "related_object": {"id": name, "type": kind, "url": f"/v1/{paths.get(kind, kind + 's')}/{name}"},
        "snapshot_event": event["id"],
        "type": f"v1.{event['type']}",
    }


def put_up(provider: Provider, event: Resource, targets: Iterable[str | None]) -> None:
    """Has the event delivered to these endpoints, as the control API wants webhooks treated at the moment."""
    rules = provider.store["meta"].get("webhooks", {})
    concerned = not rules.get("types") or event["type"] in rules["types"]
    mode = rules.get("mode", "send") if concerned else "send"
    for endpoint in targets:
        for number in range(rules.get("copies", 1) if concerned else 1):
            delivery: Resource = {
                "id": f"{event['id']}:{number}" if endpoint is None else f"{event['id']}:{number}:{endpoint}",
                "event": event["id"],
                "endpoint": endpoint,
                "type": event["type"],
                "state": {"send": "due", "hold": "held", "lose": "lost"}[mode],
                "due": provider.clock.exact(),
                "until": provider.clock.exact() + RETRIED,
                "answers": [],
            }
            provider.put_up(delivery)


def is_kept(provider: Provider, event: Resource) -> bool:
    return bool(event["created"] >= provider.clock.now() - LASTS)
