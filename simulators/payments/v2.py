"""The part of /v2 that a shop meets: thin events, and the destinations that they are sent to.

Source: https://docs.stripe.com/api/v2/core/events and https://docs.stripe.com/api/v2/core/event-destinations. Bodies
are JSON. A destination is a webhook endpoint under another name.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from simulators.payments import endpoints, events, shapes
from simulators.payments.api import Endpoint, Gate, unknown_url
from simulators.payments.protocol import Fields, Resource, merged
from simulators.payments.provider import Provider
from simulators.payments.v2_pages import page
from simulators.payments.v2_params import CHANGES, DESTINATION, EVENTS, PAGE, SHOWN, Kind, invalid, not_found, read

THIN, WHOLE = "evt_thin_", "evt_1"


def blueprint(provider: Provider, gate: Gate) -> Blueprint:
    routes = Blueprint("v2", __name__, url_prefix="/v2")
    core = Core(provider)
    path = "/core/event_destinations"
    calls: dict[str, tuple[Mapping[str, Kind], Callable[..., Resource]]] = {
        "GET /core/events": (EVENTS, core.list_events),
        "GET /core/events/<name>": ({}, core.event),
        f"GET {path}": ({**PAGE, **SHOWN}, core.list_destinations),
        f"POST {path}": (DESTINATION, core.create),
        f"GET {path}/<name>": (SHOWN, core.destination),
        f"POST {path}/<name>": (CHANGES, core.update),
        f"DELETE {path}/<name>": ({}, core.delete),
        f"POST {path}/<name>/disable": ({}, core.disable),
        f"POST {path}/<name>/enable": ({}, core.enable),
        f"POST {path}/<name>/ping": ({}, core.ping),
    }
    for rule, (kinds, run) in calls.items():
        method, url = rule.split()
        routes.add_url_rule(url, rule, _view(gate, kinds, run), methods=[method])
    unknown_url(routes, gate)
    return routes


def _view(gate: Gate, kinds: Mapping[str, Kind], run: Callable[..., Resource]) -> Callable[..., Response]:
    def view(**names: str) -> Response:
        def check(fields: Fields) -> Resource:
            given = read(kinds, fields.params, text=request.method != "POST")
            if kinds is DESTINATION:
                _check_target(given)
            elif "webhook_endpoint" in given:
                _check_url(given)
            return given

        return gate.handle(Endpoint(check, lambda _, given: run(given, *names.values())))

    return view


def _check_target(given: Resource) -> None:
    """Before execution begins, so that no answer is saved."""
    if given["type"] != "webhook_endpoint":
        raise invalid("type", "This simulator sends to webhook endpoints alone.")
    if "webhook_endpoint" not in given:
        raise invalid("webhook_endpoint", "This field is required.")
    for other in ("amazon_eventbridge", "azure_event_grid"):
        if other in given:
            raise invalid(other, "This field is of another type of destination.")
    _check_url(given)


def _check_url(given: Resource) -> None:
    if not given["webhook_endpoint"]["url"].startswith(("http://", "https://")):
        raise invalid("webhook_endpoint.url", "This field must be a URL that begins with http:// or https://.")


def _bare(kinds: list[str]) -> list[str]:
    """The types of events as /v1 names them."""
    return [each.removeprefix("v1.") for each in kinds]


class Core:
    """Its methods get the parameters with their types, and the id from the path."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.store = provider, provider.store

    def list_events(self, given: Resource) -> Resource:
        """Newest first; `object_id`, `types` and `created` choose."""
        kept = (row for row in reversed(self.store["events"].values()) if self._is_meant(row, given))
        thin = [events.thin(row) for row in kept]
        return page([row for row in thin if "types" not in given or row["type"] in given["types"]], given)

    def _is_meant(self, event: Resource, given: Resource) -> bool:
        about, created = given.get("object_id"), given.get("created", {})
        return (
            events.is_kept(self.provider, event)
            and about in (None, event["data"]["object"].get("id"))
            and all(COMPARED[sign](event["created"], bound) for sign, bound in created.items())
        )

    def event(self, _: Resource, name: str) -> Resource:
        event = self.store["events"].get(name.replace(THIN, WHOLE, 1))
        if event is None or not name.startswith(THIN):
            raise not_found()
        return events.thin(event)

    def create(self, given: Resource) -> Resource:
        wanted = {"url": given["webhook_endpoint"]["url"], "enabled_events": _bare(given["enabled_events"])}
        wanted |= {"api_version": given.get("snapshot_api_version"), "metadata": merged({}, given.get("metadata", {}))}
        made = endpoints.create(self.provider, wanted)
        facts = {"title": given["name"], "payload": given["event_payload"], "described": given.get("description", "")}
        self.provider.take_note(made["id"], **facts, source=given.get("events_from", ["self"]))
        return self._shown(made["id"], given, made["secret"])

    def _found(self, name: str) -> Resource:
        if (endpoint := self.store["endpoints"].get(name)) is None:
            raise not_found()
        return endpoint

    def _shown(self, name: str, given: Mapping[str, Any], secret: str | None = None) -> Resource:
        """As a destination; the secret and the address only where `include` asks for them."""
        endpoint, note, include = self._found(name), self.provider.note(name), given.get("include", [])
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
            "events_from": note.get("source", ["self"]),
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

    def destination(self, given: Resource, name: str) -> Resource:
        return self._shown(name, given)

    def list_destinations(self, given: Resource) -> Resource:
        return page([self._shown(name, given) for name in reversed(self.store["endpoints"])], given)

    def update(self, given: Resource, name: str) -> Resource:
        self._found(name)
        changed: Resource = {}
        if given.get("metadata"):
            changed["metadata"] = given["metadata"]
        if "enabled_events" in given:
            changed["enabled_events"] = _bare(given["enabled_events"])
        if "webhook_endpoint" in given:
            changed["url"] = given["webhook_endpoint"]["url"]
        endpoints.update(self.provider, name, changed)
        facts = {"name": "title", "description": "described"}
        self.provider.take_note(name, **{note: given[field] for field, note in facts.items() if field in given})
        return self._shown(name, given)

    def delete(self, _: Resource, name: str) -> Resource:
        self._found(name)
        endpoints.delete(self.provider, name)
        return {"id": name, "object": "v2.core.event_destination", "deleted": True}

    def disable(self, _: Resource, name: str) -> Resource:
        return self._turn(name, disabled=True)

    def enable(self, _: Resource, name: str) -> Resource:
        return self._turn(name, disabled=False)

    def _turn(self, name: str, *, disabled: bool) -> Resource:
        self._found(name)
        endpoints.update(self.provider, name, {"disabled": disabled})
        return self._shown(name, {})

    def ping(self, _: Resource, name: str) -> Resource:
        """Sends an event that says only that it is one."""
        ping = events.build(self.provider, "core.event_destination.ping", {**self._shown(name, {}), "livemode": False})
        ping["id"] = shapes.new_id("evt_1")
        self.store.put("events", ping["id"], ping)
        events.put_up(self.provider, ping, [name])
        return events.thin(ping)


COMPARED: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
