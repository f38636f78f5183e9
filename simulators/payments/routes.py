"""The endpoints under /v1. Source: https://docs.stripe.com/api."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import Blueprint, Response

from simulators.payments import disputes, events, refunds, sessions
from simulators.payments.api import Endpoint, Gate, unknown_url
from simulators.payments.lists import PAGING, expand, page
from simulators.payments.protocol import Fields, Resource, no_such
from simulators.payments.provider import Provider


def blueprint(provider: Provider, gate: Gate) -> Blueprint:
    routes = Blueprint("api", __name__, url_prefix="/v1")
    v1 = Api(routes, provider, gate)
    add_sessions(v1, provider)
    add_refunds(v1, provider)
    add_rest(v1, provider)
    unknown_url(routes, gate)
    return routes


class Api:
    """Adds endpoints to the blueprint."""

    def __init__(self, routes: Blueprint, provider: Provider, gate: Gate) -> None:
        self._routes, self._provider, self._gate = routes, provider, gate

    def post(self, path: str, read: Callable[[Fields], Any], run: Callable[[Any], Resource]) -> None:
        """`read` gets the fields and, where the path has an id, what `run` gets is (id, what was read)."""

        def view(name: str | None = None) -> Response:
            def execute(fields: Fields, asked: Any) -> Resource:
                return expand(self._provider, fields, run(asked if name is None else name))

            return self._gate.handle(Endpoint(read, execute))

        self._routes.add_url_rule(path, f"POST {path}", view, methods=["POST"])

    def get(self, path: str, run: Callable[[str], Resource], known: tuple[str, ...] = ("expand",)) -> None:
        """One object."""

        def view(name: str) -> Response:
            def execute(fields: Fields, _: None) -> Resource:
                return expand(self._provider, fields, run(name))

            return self._gate.handle(Endpoint(lambda fields: fields.only(known), execute))

        self._routes.add_url_rule(path, f"GET {path}", view, methods=["GET"])

    def list(
        self, path: str, kind: str, rows: Callable[[], Iterable[Resource]], equal: Iterable[str] = (), known: str = ""
    ) -> None:
        """Objects filtered by fields that must be `equal` to the parameter of that name."""
        filters = list(equal)

        def execute(fields: Fields, _: None) -> Resource:
            wanted = {name: value for name in filters if (value := fields.text(name)) is not None}

            def allowed(row: Resource) -> bool:
                return all(row.get(name) == value for name, value in wanted.items()) and _is_type(fields, row)

            return expand(self._provider, fields, page(fields, f"/v1{path}", kind, rows(), allowed))

        endpoint = Endpoint(lambda fields: fields.only([*PAGING, *filters, *known.split()]), execute)
        self._routes.add_url_rule(path, f"list {path}", lambda: self._gate.handle(endpoint), methods=["GET"])


def _is_type(fields: Fields, row: Resource) -> bool:
    """Events only: `type`, where `*` stands for any part, or one of `types`."""
    if row["object"] != "event":
        return True
    wanted, several = fields.text("type"), fields.each("types")
    if several and row["type"] not in several:
        return False
    return wanted is None or row["type"] == wanted or (wanted.endswith(".*") and row["type"].startswith(wanted[:-1]))


def add_sessions(v1: Api, provider: Provider) -> None:
    v1.post(
        "/checkout/sessions",
        partial(sessions.read_order, provider),
        partial(sessions.create, provider),
    )
    v1.post(
        "/checkout/sessions/<name>/expire",
        lambda fields: fields.only(["expand"]),
        partial(sessions.expire, provider),
    )
    v1.get("/checkout/sessions/<name>", partial(sessions.find, provider))
    v1.get(
        "/checkout/sessions/<name>/line_items",
        lambda name: {
            "object": "list",
            "data": sessions.lines(provider, sessions.find(provider, name)),
            "has_more": False,
            "url": f"/v1/checkout/sessions/{name}/line_items",
        },
        known=("expand", "limit"),
    )
    v1.list(
        "/checkout/sessions",
        "checkout.session",
        provider.store["sessions"].values,
        equal=("customer", "payment_intent", "status"),
    )


def add_refunds(v1: Api, provider: Provider) -> None:
    v1.post("/refunds", refunds.read_wish, partial(refunds.create, provider))
    v1.get("/refunds/<name>", partial(refunds.find, provider))
    v1.list("/refunds", "refund", provider.store["refunds"].values, equal=("charge", "payment_intent"))


def add_rest(v1: Api, provider: Provider) -> None:
    store = provider.store
    v1.get("/payment_intents/<name>", lambda name: _find(store["intents"], "payment_intent", name, "intent"))
    v1.list("/payment_intents", "payment_intent", store["intents"].values, equal=["customer"])
    v1.get("/charges/<name>", lambda name: _find(store["charges"], "charge", name))
    v1.list("/charges", "charge", store["charges"].values, equal=("customer", "payment_intent"))
    v1.get("/disputes/<name>", partial(disputes.find, provider))
    v1.list("/disputes", "dispute", store["disputes"].values, equal=("charge", "payment_intent"))
    v1.get("/events/<name>", lambda name: _find(store["events"], "event", name))
    v1.list(
        "/events",
        "event",
        lambda: (event for event in store["events"].values() if events.is_kept(provider, event)),
        known="type types",
    )


def _find(table: dict[str, Resource], kind: str, name: str, param: str = "id") -> Resource:
    if (thing := table.get(name)) is None:
        raise no_such(kind, name, param)
    return thing
