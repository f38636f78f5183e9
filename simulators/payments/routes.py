"""The endpoints under /v1, as `description.json` has them. Source: https://docs.stripe.com/api."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from simulators.payments import (
    balance,
    catalogue,
    charges,
    description,
    disputes,
    endpoints,
    events,
    intents,
    invoices,
    methods,
    refunds,
    search,
    session_request,
    sessions,
    shapes,
    unsupported,
    versions,
)
from simulators.payments.api import Endpoint, Gate, unknown_url
from simulators.payments.lists import expand, page
from simulators.payments.protocol import Fields, Refusal, Resource, no_such
from simulators.payments.provider import Provider


def blueprint(provider: Provider, gate: Gate) -> Blueprint:
    routes = Blueprint("api", __name__, url_prefix="/v1")
    v1 = Api(routes, provider, gate)
    for add in (
        add_sessions,
        add_intents,
        add_charges,
        add_methods,
        add_refunds,
        add_disputes,
        add_catalogue,
        add_account,
    ):
        add(v1, provider)
    unknown_url(routes, gate)
    return routes


class Api:
    """Adds endpoints to the blueprint. A call takes the parameters that the description has, and no others."""

    def __init__(self, routes: Blueprint, provider: Provider, gate: Gate) -> None:
        self.routes, self._provider, self.gate = routes, provider, gate

    def post(
        self, path: str, run: Callable[..., Resource], read: Callable[[Resource], Any] = lambda given: given
    ) -> None:
        """`run` gets the id where the path has one, and what `read` made of the parameters before execution began."""
        self._add("POST", path, read, run)

    def get(self, path: str, run: Callable[..., Resource]) -> None:
        """One object; `run` gets the id where the path has one."""
        self._add("GET", path, lambda _: None, lambda *names_and_none: run(*names_and_none[:-1]))

    def read(self, path: str, run: Callable[[str, Resource], Resource]) -> None:
        """One object; `run` gets its id and the parameters."""
        self._add("GET", path, lambda given: given, run)

    def delete(self, path: str, run: Callable[[str], Resource]) -> None:
        self._add("DELETE", path, lambda _: None, lambda name, _: run(name))

    def _add(self, method: str, path: str, read: Callable[[Resource], Any], run: Callable[..., Resource]) -> None:
        call = described(method, path)

        def view(**names: str) -> Response:
            def execute(fields: Fields, asked: Any) -> Resource:
                return expand(self._provider, fields, run(*names.values(), asked))

            return self.gate.handle(Endpoint(lambda fields: read(typed(call, fields)), execute))

        self.routes.add_url_rule(path, f"{method} {path}", view, methods=[method])

    def list(self, path: str, kind: str, rows: Callable[..., Iterable[Resource]]) -> None:
        """Objects whose fields are equal to the parameters of their names, but for what NARROWED and events have.

        `rows` gets the id where the path has one.
        """
        call = described("GET", path)

        def view(**names: str) -> Response:
            def execute(fields: Fields, given: Resource) -> Resource:
                wanted = {} if kind == "event" else {name: given[name] for name in given.keys() - NOT_EQUAL}

                def allowed(row: Resource) -> bool:
                    return all(row.get(name) == value for name, value in wanted.items()) and _is_meant(given, row)

                listed = page(fields, request.path, kind, rows(*names.values()), allowed)
                return expand(self._provider, fields, listed)

            return self.gate.handle(Endpoint(partial(typed, call), execute))

        self.routes.add_url_rule(path, f"list {path}", view, methods=["GET"])

    def search(self, path: str, kind: str, table: str) -> None:
        """A page of what a query describes; `next_page` is the offset of the next one."""
        call = described("GET", path)

        def execute(fields: Fields, given: Resource) -> Resource:
            rows = search.matching(kind, given["query"], self._provider.store[table].values())
            at, limit = search.offset(given.get("page")), fields.integer("limit", 1, 100) or 10
            following = str(at + limit) if len(rows) > at + limit else None
            listed = shapes.listing(f"/v1{path}", rows[at : at + limit], more=following is not None)
            return expand(self._provider, fields, {**listed, "object": "search_result", "next_page": following})

        endpoint = Endpoint(partial(typed, call), execute)
        self.routes.add_url_rule(path, f"search {path}", lambda: self.gate.handle(endpoint), methods=["GET"])


def described(method: str, path: str) -> str:
    """The name under which the description has the call."""
    return f"{method.lower()} /v1{re.sub('<[^>]*>', '{}', path)}"


def typed(call: str, fields: Fields) -> Resource:
    given = description.read(call, fields.params, versions.asked())
    unsupported.check(call, given)
    return given


NARROWED: dict[str, Callable[[Resource, Any], bool]] = {
    "coupon": lambda code, name: code["promotion"]["coupon"] == name,
    "currency": lambda row, name: (row.get("fixed_amount") or row)["currency"] == name,
    "customer_details": lambda session, told: (session["customer_details"] or {}).get("email") == told["email"],
    "ids": lambda product, names: product["id"] in names,
    "lookup_keys": lambda price, keys: price["lookup_key"] in keys,
    "payout": lambda _transaction, _payout: False,  # nothing is paid out here
    "recurring": lambda price, told: told.items() <= (price["recurring"] or {}).items(),
}
"""Filters of lists that are no field of that name."""

NOT_EQUAL = {"created", "ending_before", "expand", "limit", "starting_after", *NARROWED}
"""Parameters of lists that no field has to be equal to."""


def _is_meant(given: Resource, row: Resource) -> bool:
    """By the filters of NARROWED; an event by `type`, where `*` stands for any part, by one of `types`, and by
    whether all its deliveries succeeded.
    """
    for name, is_meant in NARROWED.items():
        if name in given and not is_meant(row, given[name]):
            return False
    if row.get("object") != "event":
        return True
    if "types" in given and row["type"] not in given["types"]:
        return False
    if "delivery_success" in given and given["delivery_success"] != (row["pending_webhooks"] == 0):
        return False
    return "type" not in given or endpoints.takes([given["type"]], row["type"])


def add_sessions(v1: Api, provider: Provider) -> None:
    path = "/checkout/sessions"
    v1.post(path, partial(sessions.create, provider), partial(session_request.read_order, provider))
    v1.post(f"{path}/<name>", partial(sessions.update, provider))
    v1.post(f"{path}/<name>/expire", lambda name, _: sessions.expire(provider, name))
    v1.get(f"{path}/<name>", partial(sessions.find, provider))
    v1.list(path, "checkout.session", provider.store["sessions"].values)
    add_lines(v1, provider)


def add_lines(v1: Api, provider: Provider) -> None:
    """Oldest first, and without `created`."""

    def of_session(name: str) -> Iterable[Resource]:
        return sessions.lines(provider, sessions.find(provider, name))[::-1]

    def of_invoice(name: str) -> Iterable[Resource]:
        lines: list[Resource] = invoices.find(provider, name)["lines"]["data"]
        return lines[::-1]

    v1.list("/checkout/sessions/<name>/line_items", "item", of_session)
    v1.list("/invoices/<name>/lines", "line_item", of_invoice)


def add_intents(v1: Api, provider: Provider) -> None:
    rows = provider.store["intents"]
    v1.search("/payment_intents/search", "payment_intent", "intents")
    v1.post("/payment_intents", partial(intents.create, provider), intents.read_new)
    v1.read("/payment_intents/<name>", partial(intents.retrieve, provider))
    v1.post("/payment_intents/<name>", partial(intents.update, provider), intents.read)
    v1.post("/payment_intents/<name>/confirm", partial(intents.confirm, provider), intents.read)
    v1.post("/payment_intents/<name>/capture", partial(intents.capture, provider), intents.read)
    v1.post("/payment_intents/<name>/cancel", partial(intents.cancel, provider))
    v1.list("/payment_intents", "payment_intent", rows.values)
    for call, message in unsupported.OF_CALLS.items():
        v1.post(call.removeprefix("post /v1").replace("{}", "<name>"), partial(_refuse, provider, message))


def _refuse(provider: Provider, message: str, name: str, _: Resource) -> Resource:
    intents.find(provider, name)
    raise Refusal(400, message, began=True)


def add_charges(v1: Api, provider: Provider) -> None:
    rows = provider.store["charges"]

    def update(name: str, given: Resource) -> Resource:
        before = events.snapshot(_find(rows, "charge", name))
        charge = catalogue.merge(rows[name], given)
        provider.store.put("charges", name, charge)
        events.record(provider, "charge.updated", charge, before)
        return charge

    def capture(name: str, given: Resource) -> Resource:
        charge = _find(rows, "charge", name)
        said = {field: given[field] for field in intents.OF_CAPTURE if field in given}
        if (intent := charge["payment_intent"]) is None:
            return charges.capture(provider, charge, given.get("amount"), said)
        amount = {"amount_to_capture": given["amount"]} if "amount" in given else {}
        intents.capture(provider, intent, said | amount)
        return rows[name]

    v1.search("/charges/search", "charge", "charges")
    v1.post("/charges", partial(charges.create, provider))
    v1.get("/charges/<name>", lambda name: _find(rows, "charge", name))
    v1.post("/charges/<name>", update)
    v1.post("/charges/<name>/capture", capture)
    v1.list("/charges", "charge", rows.values)


def add_methods(v1: Api, provider: Provider) -> None:
    path, rows = "/payment_methods", provider.store["methods"]
    v1.post(path, partial(methods.create, provider))
    v1.get(f"{path}/<name>", partial(methods.find, provider))
    v1.post(f"{path}/<name>", partial(methods.update, provider))
    v1.post(f"{path}/<name>/attach", partial(methods.attach, provider))
    v1.post(f"{path}/<name>/detach", lambda name, _: methods.detach(provider, name))
    v1.list(path, "payment_method", lambda: [row for row in rows.values() if row["customer"]])
    v1.list("/customers/<name>/payment_methods", "payment_method", partial(methods.of_customer, provider))
    v1.get("/customers/<name>/payment_methods/<method>", partial(methods.one_of_customer, provider))
    v1.delete("/customers/<name>/discount", partial(_no_discount, provider))


def _no_discount(provider: Provider, name: str) -> Resource:
    """Customers have none here: discounts are of a session."""
    catalogue.find(provider, "customer", name)
    raise Refusal(404, f"No active discount for customer: {name}", code="resource_missing", began=True)


def add_refunds(v1: Api, provider: Provider) -> None:
    v1.post("/refunds", partial(refunds.create, provider), refunds.read_wish)
    v1.get("/refunds/<name>", partial(refunds.find, provider))
    v1.post("/refunds/<name>", partial(refunds.update, provider))
    v1.post("/refunds/<name>/cancel", lambda name, _: refunds.cancel(provider, name))
    v1.list("/refunds", "refund", provider.store["refunds"].values)


def add_disputes(v1: Api, provider: Provider) -> None:
    v1.get("/disputes/<name>", partial(disputes.find, provider))
    v1.post("/disputes/<name>", partial(disputes.update, provider))
    v1.post("/disputes/<name>/close", lambda name, _: disputes.close(provider, name))
    v1.list("/disputes", "dispute", provider.store["disputes"].values)


SEARCHED = ("customer", "product", "price")
MAKERS = {**catalogue.MAKERS, "customer": methods.customer}


def add_catalogue(v1: Api, provider: Provider) -> None:
    for kind, table in catalogue.TABLES.items():
        path, rows = f"/{table}", provider.store[table]
        if kind in SEARCHED:
            v1.search(f"{path}/search", kind, table)
        v1.post(path, partial(MAKERS[kind], provider))
        v1.get(f"{path}/<name>", partial(catalogue.find, provider, kind))
        v1.post(f"{path}/<name>", partial(catalogue.update, provider, kind))
        if kind in catalogue.DELETABLE:
            v1.delete(f"{path}/<name>", partial(catalogue.delete, provider, kind))
        v1.list(path, kind, partial(_living, rows))


def _living(rows: dict[str, Resource]) -> Iterable[Resource]:
    return [row for row in rows.values() if not row.get("deleted")]


def add_account(v1: Api, provider: Provider) -> None:
    store = provider.store
    v1.get("/invoices/<name>", partial(invoices.find, provider))
    v1.list("/invoices", "invoice", store["invoices"].values)
    v1.get("/account", shapes.account)
    v1.get("/accounts/<name>", lambda name: _find({str(shapes.account()["id"]): shapes.account()}, "account", name))
    v1.get("/balance", partial(balance.total, provider))
    v1.get("/balance_transactions/<name>", partial(balance.find, provider))
    v1.list(
        "/balance_transactions",
        "balance_transaction",
        lambda: (balance.as_of(provider, row) for row in store["transactions"].values()),
    )
    v1.post("/webhook_endpoints", partial(endpoints.create, provider))
    v1.get("/webhook_endpoints/<name>", partial(endpoints.find, provider))
    v1.post("/webhook_endpoints/<name>", partial(endpoints.update, provider))
    v1.delete("/webhook_endpoints/<name>", partial(endpoints.delete, provider))
    v1.list("/webhook_endpoints", "webhook_endpoint", store["endpoints"].values)
    v1.get("/events/<name>", lambda name: _find(store["events"], "event", name))
    v1.list("/events", "event", lambda: (row for row in store["events"].values() if events.is_kept(provider, row)))


def _find(table: dict[str, Resource], kind: str, name: str, param: str = "id") -> Resource:
    if (thing := table.get(name)) is None:
        raise no_such(kind, name, param)
    return thing
