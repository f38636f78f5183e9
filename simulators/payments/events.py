"""Events: the record of what happened, and what webhooks carry.

Source: https://docs.stripe.com/api/events.
"""

import copy
from datetime import UTC, datetime

from simulators.payments.protocol import Resource
from simulators.payments.provider import CAUSE, VERSION, Cause, Provider
from simulators.payments.shapes import new_id

LASTS = 30 * 86400  # seconds
RETRIED = 72 * 3600  # seconds


def record(provider: Provider, kind: str, thing: Resource) -> Resource:
    """Notes that `kind` happened to `thing`, as it stands now; a webhook is due at once."""
    event = build(provider, kind, thing)
    provider.store.put("events", event["id"], event)
    if event["pending_webhooks"]:
        queue(provider, event["id"])
    return event


def build(provider: Provider, kind: str, thing: Resource) -> Resource:
    """An event that is not recorded anywhere."""
    cause = CAUSE.get(Cause())
    return {
        "id": new_id("evt_1"),
        "object": "event",
        "api_version": VERSION,
        "created": provider.clock.now(),
        "data": {"object": copy.deepcopy(thing)},
        "livemode": thing.get("livemode", False),
        "pending_webhooks": int(provider.webhook_url is not None),
        "request": {"id": cause.request, "idempotency_key": cause.key},
        "type": kind,
    }


def thin(event: Resource) -> Resource:
    """The same event in the thin form: no object, only whose it is.

    Source: https://docs.stripe.com/webhooks/migrate-snapshot-to-thin-events, and the object's page in the API.
    """
    about = event["data"]["object"]
    kind = about["object"]
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
        "related_object": {"id": about["id"], "type": kind, "url": f"/v1/{paths.get(kind, kind + 's')}/{about['id']}"},
        "snapshot_event": event["id"],
        "type": f"v1.{event['type']}",
    }


def queue(provider: Provider, name: str) -> None:
    """Puts the event up for delivery, as the control API wants webhooks treated at the moment."""
    event = provider.store["events"][name]
    rules = provider.store["meta"].get("webhooks", {})
    concerned = not rules.get("types") or event["type"] in rules["types"]
    mode = rules.get("mode", "send") if concerned else "send"
    for number in range(rules.get("copies", 1) if concerned else 1):
        delivery: Resource = {
            "id": f"{name}:{number}",
            "event": name,
            "type": event["type"],
            "state": {"send": "due", "hold": "held", "lose": "lost"}[mode],
            "due": provider.clock.exact(),
            "until": provider.clock.exact() + RETRIED,
            "answers": [],
        }
        provider.put_up(delivery)


def is_kept(provider: Provider, event: Resource) -> bool:
    return bool(event["created"] >= provider.clock.now() - LASTS)
