"""The part of /v2 that a shop meets: thin events, and the destinations that they are sent to.

Source: https://docs.stripe.com/api/v2/core/events and https://docs.stripe.com/api/v2/core/event-destinations. Bodies
are JSON. A destination is a webhook endpoint under another name.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from simulators.payments import endpoints, events, shapes
from simulators.payments.api import Endpoint, Gate, unknown_url
from simulators.payments.protocol import Fields, Refusal, Resource, no_such
from simulators.payments.provider import Provider

THIN, WHOLE = "evt_thin_", "evt_1"


def blueprint(provider: Provider, gate: Gate) -> Blueprint:
    routes = Blueprint("v2", __name__, url_prefix="/v2")
    core = Core(provider)
    path = "/core/event_destinations"
    calls: dict[str, Callable[..., Resource]] = {
        "GET /core/events": core.list_events,
        "GET /core/events/<name>": core.event,
        f"GET {path}": core.list_destinations,
        f"POST {path}": core.create,
        f"GET {path}/<name>": core.destination,
        f"POST {path}/<name>": core.update,
        f"DELETE {path}/<name>": core.delete,
        f"POST {path}/<name>/disable": core.disable,
        f"POST {path}/<name>/enable": core.enable,
        f"POST {path}/<name>/ping": core.ping,
    }
    for rule, run in calls.items():
        method, url = rule.split()
        routes.add_url_rule(url, rule, _view(gate, run), methods=[method])
    unknown_url(routes, gate)
    return routes


def _view(gate: Gate, run: Callable[..., Resource]) -> Callable[..., Response]:
    def view(**names: str) -> Response:
        return gate.handle(Endpoint(lambda fields: fields, lambda fields, _: run(fields, *names.values())))

    return view


def page(rows: list[Resource]) -> Resource:
    return {"data": rows, "next_page_url": None, "previous_page_url": None}


def body() -> Resource:
    given = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(given, dict):
        raise Refusal(400, "The request body is not valid JSON.", code="invalid_json")
    return given


class Core:
    """Its methods get the fields of the query, and the id from the path."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.store = provider, provider.store

    def list_events(self, fields: Fields) -> Resource:
        """Newest first; `object_id` and `types` choose."""
        about, types = fields.text("object_id"), fields.each("types")
        limit = fields.integer("limit", 1, 100) or 20
        thin = [events.thin(row) for row in reversed(self.store["events"].values()) if self._is_of(row, about)]
        return page([row for row in thin if not types or row["type"] in types][:limit])

    def _is_of(self, event: Resource, about: str | None) -> bool:
        is_kept = events.is_kept(self.provider, event)
        return is_kept and about in (None, event["data"]["object"].get("id"))

    def event(self, _: Fields, name: str) -> Resource:
        event = self.store["events"].get(name.replace(THIN, WHOLE, 1))
        if event is None or not name.startswith(THIN):
            raise no_such("event", name)
        return events.thin(event)

    def create(self, _: Fields) -> Resource:
        given = body()
        for needed in ("name", "type", "event_payload", "enabled_events"):
            if needed not in given:
                raise Refusal(400, f"Missing required param: {needed}.", code="parameter_missing", param=needed)
        if given["type"] != "webhook_endpoint":
            raise Refusal(400, "This simulator sends to webhook endpoints alone.", param="type")
        wanted = [str(each).removeprefix("v1.") for each in given["enabled_events"]]
        url = given.get("webhook_endpoint", {}).get("url")
        made = endpoints.create(self.provider, {"url": url, "enabled_events": wanted})
        facts = {"title": given["name"], "payload": given["event_payload"], "described": given.get("description", "")}
        self.provider.take_note(made["id"], **facts)
        return self._shown(made["id"], given.get("include", []), made["secret"])

    def _shown(self, name: str, include: list[str], secret: str | None = None) -> Resource:
        """As a destination; the secret and the address only where they are asked for."""
        endpoint, note = endpoints.find(self.provider, name), self.provider.note(name)
        told: dict[str, Any] = {"signing_secret": None, "url": None}
        if "webhook_endpoint.signing_secret" in include:
            told["signing_secret"] = secret
        if "webhook_endpoint.url" in include:
            told["url"] = endpoint["url"]
        thin = note.get("payload") == "thin"
        made = datetime.fromtimestamp(endpoint["created"], UTC).isoformat().replace("+00:00", "Z")
        return {
            "id": name,
            "object": "v2.core.event_destination",
            "created": made,
            "description": note.get("described", ""),
            "enabled_events": [f"v1.{each}" if thin else each for each in endpoint["enabled_events"]],
            "event_payload": note.get("payload", "snapshot"),
            "events_from": ["self"],
            "livemode": False,
            "metadata": endpoint["metadata"],
            "name": note.get("title", endpoint["url"]),
            "snapshot_api_version": None if thin else endpoint["api_version"],
            "status": endpoint["status"],
            "status_details": None,
            "type": "webhook_endpoint",
            "updated": made,
            "webhook_endpoint": told,
        }

    def destination(self, fields: Fields, name: str) -> Resource:
        return self._shown(name, [str(each) for each in fields.each("include")])

    def list_destinations(self, fields: Fields) -> Resource:
        include = [str(each) for each in fields.each("include")]
        return page([self._shown(name, include) for name in reversed(self.store["endpoints"])])

    def update(self, _: Fields, name: str) -> Resource:
        given = body()
        changed = {field: given[field] for field in ("metadata",) if field in given}
        if "enabled_events" in given:
            changed["enabled_events"] = [str(each).removeprefix("v1.") for each in given["enabled_events"]]
        if url := given.get("webhook_endpoint", {}).get("url"):
            changed["url"] = url
        endpoints.update(self.provider, name, changed)
        facts = {"name": "title", "description": "described"}
        self.provider.take_note(name, **{note: given[field] for field, note in facts.items() if field in given})
        return self._shown(name, given.get("include", []))

    def delete(self, _: Fields, name: str) -> Resource:
        endpoints.delete(self.provider, name)
        return {"id": name, "object": "v2.core.event_destination", "deleted": True}

    def disable(self, _: Fields, name: str) -> Resource:
        endpoints.update(self.provider, name, {"disabled": True})
        return self._shown(name, [])

    def enable(self, _: Fields, name: str) -> Resource:
        endpoints.update(self.provider, name, {"disabled": False})
        return self._shown(name, [])

    def ping(self, _: Fields, name: str) -> Resource:
        """Sends an event that says only that it is one."""
        ping = events.build(self.provider, "core.event_destination.ping", {**self._shown(name, []), "livemode": False})
        ping["id"] = shapes.new_id("evt_1")
        self.store.put("events", ping["id"], ping)
        events.put_up(self.provider, ping, [name])
        return events.thin(ping)
