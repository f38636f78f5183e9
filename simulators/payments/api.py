"""The API under /v1 and /v2: who may call, under which key, what may go wrong, and what it answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from simulators.payments import description, schedule, versions
from simulators.payments.calls import Call, Calls
from simulators.payments.faults import Fault, Faults
from simulators.payments.idempotency import Keys, Saved
from simulators.payments.limit import Limit
from simulators.payments.protocol import Fields, Params, Refusal, Resource, api_key, parse_form
from simulators.payments.provider import CAUSE, Cause, Provider
from simulators.payments.shapes import new_id
from simulators.payments.v2_params import invalid, parse
from simulators.store import dumps

DROPPED = Response(status=204)
"""Stands for no answer at all."""


@dataclass(frozen=True)
class Endpoint:
    """`read` validates the parameters, before execution begins; `run` executes."""

    read: Callable[[Fields], Any]
    run: Callable[[Fields, Any], Resource]


class Gate:
    """What every call passes: key, faults, idempotency, and the log."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.faults, self.calls, self.keys = Faults(provider.witness.fault), Calls(), Keys(provider)
        self._limit = Limit(provider.settings.most_requests)

    def handle(self, endpoint: Endpoint) -> Response:
        """Answers the current request."""
        name = new_id("req_", 14)
        key = request.headers.get("Idempotency-Key") or None
        connection = int(request.environ.get("simulator.connection", 0))
        call = self.calls.note(at=time.time(), method=request.method, path=request.path, key=key, connection=connection)
        call.request, call.version = name, request.headers.get("Stripe-Version")
        self.provider.witness.began(call)
        try:
            authorize(self.provider.settings.secret_key)
            self._limit.check()
            versions.check(call.version, description.known_versions())
            call.params = read_params()
            response = self._misbehave(endpoint, call)
        except Refusal as refusal:
            response = refuse(refusal)
            call.error = refusal.code or refusal.type
        if response is not DROPPED:
            call.status = response.status_code
        self.provider.witness.ended(call)
        return dress(response, call)

    def _misbehave(self, endpoint: Endpoint, call: Call) -> Response:
        fault = self.faults.take(call.method, call.path)
        if fault is None:
            return self._execute(endpoint, call, None)
        call.fault = fault.kind
        self.provider.witness.struck(call)
        if fault.kind == "error" and not (fault.saved or fault.executed):
            raise fault.refusal()
        if fault.kind == "drop" and fault.when == "before":
            return drop()
        response = self._execute(endpoint, call, fault)
        if response is DROPPED or fault.when == "before":
            return response
        if fault.kind == "delay":
            fault.wait()
        elif fault.kind == "hang":
            fault.hang(request.environ["simulator.gone"])
        return response if fault.kind in ("delay", "error") else drop()

    def _execute(self, endpoint: Endpoint, call: Call, fault: Fault | None) -> Response:
        """Runs it under its key, if it has one."""
        key = _key(call)
        if key is None:
            return self._run(endpoint, call, fault)
        with self.provider.store:
            saved = self.keys.begin(key, call.path, call.params)
        if saved is not None:
            call.replayed = True
            headers = {"Idempotent-Replayed": "true", "Original-Request": saved.request}
            return answer(saved.status, saved.body, headers)
        try:
            return self._run(endpoint, call, fault)
        finally:
            self.keys.end(key)

    def _run(self, endpoint: Endpoint, call: Call, fault: Fault | None) -> Response:
        fields = Fields(call.params)
        if fault is not None and fault.when == "before":
            if fault.kind == "delay" and not fault.wait():
                return drop()
            if fault.kind == "hang":
                fault.hang(request.environ["simulator.gone"])
                return drop()
        schedule.run_due(self.provider)
        with self.provider.store:
            token = CAUSE.set(Cause(call.request, call.key))
            try:
                asked = endpoint.read(fields)
                response, done = self._attempt(endpoint, fields, asked, fault)
            finally:
                CAUSE.reset(token)
            if key := _key(call):
                self._save(key, call, done if _is_v2() else response, fault)
        return response

    def _save(self, key: str, call: Call, response: Response | None, fault: Fault | None) -> None:
        if _is_v2():
            is_kept = response is not None and response.status_code < HTTPStatus.BAD_REQUEST
        else:
            is_kept = not (fault and fault.kind == "error" and not fault.saved)
        if response is not None and is_kept:
            saved = Saved(response.status_code, response.get_data(as_text=True), call.request or "")
            self.keys.save(key, call.path, call.params, saved)

    def _attempt(
        self, endpoint: Endpoint, fields: Fields, asked: Any, fault: Fault | None
    ) -> tuple[Response, Response | None]:
        """The answer, and what was done: None where a fault came before it."""
        is_error = fault is not None and fault.kind == "error"
        try:
            if fault is not None and is_error and not fault.executed:
                return refuse(fault.refusal()), None
            made = versions.written(endpoint.run(fields, asked), versions.asked(), self.provider.store["coupons"])
            done = answer(200, dumps(made))
        except Refusal as refusal:
            if not refusal.began:
                raise
            done = refuse(refusal)
        return (refuse(fault.refusal()) if fault is not None and is_error else done), done


def _is_v2() -> bool:
    return request.path.startswith("/v2/")


def _key(call: Call) -> str | None:
    """The key of idempotency that counts: of a POST, and under /v2 of a DELETE too."""
    return call.key if call.method == "POST" or (call.method == "DELETE" and _is_v2()) else None


def authorize(secret_key: str | None) -> None:
    """Refusal 401 where the request's key is not the one that may call."""
    given = api_key(request.headers.get("Authorization", ""))
    challenge = {"WWW-Authenticate": 'Basic realm="Stripe"'}
    if given is None:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization header, using"
            " Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
        raise Refusal(401, message, headers=challenge)
    if given != secret_key if secret_key else not given.startswith("sk_test_"):
        shown = given[:8] + "*" * max(len(given) - 12, 0) + given[-4:]
        raise Refusal(401, f"Invalid API Key provided: {shown}", headers=challenge)


def read_params() -> Params:
    """Of the query for GET, of the body for POST."""
    query = request.query_string.decode("latin-1")
    if request.method != "POST":
        return parse_form(query)
    raw = request.get_data()
    if _is_v2():
        for name in parse_form(query):
            raise invalid(name, "Unknown field.")
        return parse(raw)
    if raw and request.mimetype != "application/x-www-form-urlencoded":
        message = (
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
            " If you have questions, we can help at https://support.stripe.com/."
        )
        raise Refusal(400, message)
    try:
        return parse_form("&".join(filter(None, (query, raw.decode("ascii")))))
    except UnicodeDecodeError:
        raise Refusal(400, "Invalid request: the form data could not be decoded") from None


def answer(status: int, body: str, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, content_type="application/json")


def refuse(refusal: Refusal) -> Response:
    return answer(refusal.status, dumps(refusal.body()), refusal.headers)


def drop() -> Response:
    """Has the server hang up without an answer."""
    request.environ["simulator.drop"] = True
    return DROPPED


def dress(response: Response, call: Call) -> Response:
    """The headers that every answer has."""
    if response is DROPPED:
        return response
    response.headers["Request-Id"] = call.request or ""
    response.headers["Stripe-Version"] = call.version or versions.CURRENT
    if key := _key(call):
        response.headers["Idempotency-Key"] = key
    return response


def unknown_url(blueprint: Blueprint, gate: Gate) -> None:
    """Has whatever is not there answer in Stripe's words, and appear in the log."""

    def fail(_fields: Fields) -> None:
        message = f"Unrecognized request URL ({request.method}: {request.path})."
        raise Refusal(404, message + " Please see https://stripe.com/docs.")

    def nothing(_fields: Fields, _asked: None) -> Resource:
        return {}

    endpoint = Endpoint(fail, nothing)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    blueprint.add_url_rule("/<path:_>", "unknown", lambda _: gate.handle(endpoint), methods=methods)
