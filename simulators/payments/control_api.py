"""The control API under /_control: JSON in, JSON out. It makes the provider misbehave and shows what it knows.

Only there when the simulator was started with `--control`. `guard` says which browsers may ask. `control.Control` is
the client for it, and documents each call.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from simulators.payments import demo, guard, schedule
from simulators.payments.api import Gate
from simulators.payments.control_body import NUMBER, read
from simulators.payments.control_mail import Mail
from simulators.payments.control_money import Money
from simulators.payments.control_play import Stage
from simulators.payments.faults import Fault
from simulators.payments.protocol import Refusal, Resource, words
from simulators.payments.provider import Provider
from simulators.payments.webhooks import Sender
from simulators.store import dumps


def blueprint(provider: Provider, gate: Gate, sender: Sender) -> Blueprint:
    routes = Blueprint("control", __name__, url_prefix="/_control")
    routes.before_request(guard.refuse_foreign)
    desk = Desk(provider, gate, sender)
    parts = (desk, Mail(provider, sender), Money(provider), Stage(provider))
    for rule, action in ((rule, action) for part in parts for rule, action in part.actions().items()):
        method, path = rule.split()
        routes.add_url_rule(path, rule, _view(provider, action), methods=[method])
    return routes


def _view(provider: Provider, action: Callable[..., Any]) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        try:
            schedule.run_due(provider)
            result, status = action(**path), 200
        except Refusal as refusal:
            result, status = refusal.body(), refusal.status
        with provider.store:  # objects are shared: no other thread may change them meanwhile
            return Response(dumps(result), status, content_type="application/json")

    return view


class Desk:
    """The provider as a whole: its state, its clock, its faults."""

    def __init__(self, provider: Provider, gate: Gate, sender: Sender) -> None:
        self.provider, self.store, self.gate, self.sender = provider, provider.store, gate, sender

    def actions(self) -> dict[str, Callable[..., Any]]:
        return {
            "GET /state": self.state,
            "GET /calls": lambda: self.gate.calls.shown(request.args.get("method"), request.args.get("path")),
            "POST /reset": self.reset,
            "POST /clock": self.clock,
            "GET /faults": self.gate.faults.shown,
            "POST /faults": self.add_fault,
            "DELETE /faults": self.gate.faults.clear,
            **({"POST /close": self.close} if self.provider.settings.namespace else {}),
        }

    def close(self) -> Resource:
        """The namespace ends. Another of its name begins anew."""
        self.provider.close()
        return {"closed": self.provider.settings.namespace}

    def state(self) -> Resource:
        names = {"intents": "payment_intents"}
        shown = words("sessions intents charges refunds disputes invoices shipping_rates events deliveries")
        with self.store:
            state: Resource = {names.get(kind, kind): list(self.store[kind].values()) for kind in shown}
        return state | {
            "now": self.provider.clock.now(),
            "webhooks": self.sender.rules(),
            "faults": self.gate.faults.shown(),
            "keys": list(self.store["keys"]),
        }

    def reset(self) -> None:
        """Back to the beginning: nothing made, nothing wrong, real time."""
        self.gate.faults.clear(abandon=True)
        self.gate.calls.clear()
        self.provider.forget()
        self.provider.witness.clear()
        if self.provider.settings.demo:
            demo.fill(self.provider, self.provider.settings.demo)
        self.sender.nudge()

    def clock(self) -> Resource:
        body = read(advance=NUMBER, set=NUMBER)
        ahead = body.get("advance", 0)
        if "set" in body:
            ahead = body["set"] - self.provider.clock.exact()
        self.provider.clock.move(ahead)
        schedule.run_due(self.provider)
        self.sender.nudge()
        return {"now": self.provider.clock.now()}

    def add_fault(self) -> Resource:
        body = read(
            kind=str,
            times=int,
            skip=int,
            method=str,
            path=str,
            when=str,
            seconds=NUMBER,
            status=int,
            saved=bool,
            executed=bool,
            retry=bool,
            lasting=bool,
        )
        if body.get("kind") not in ("delay", "hang", "drop", "error") or body.get("when") not in (
            None,
            "before",
            "after",
        ):
            raise Refusal(400, "kind is delay, hang, drop or error; when is before or after.")
        if body.pop("lasting", False):
            body["times"] = None
        return self.gate.faults.add(Fault(**body)).shown()
