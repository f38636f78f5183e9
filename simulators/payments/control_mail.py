"""The control API's part about webhooks."""

import random
from collections.abc import Callable
from typing import Any

from simulators.payments import endpoints, events
from simulators.payments.control_body import NUMBER, read
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider
from simulators.payments.webhooks import Sender

FORGERIES = (None, "secret", "body", "header", "scheme", "reserialised")


class Mail:
    def __init__(self, provider: Provider, sender: Sender) -> None:
        self.provider, self.store, self.sender = provider, provider.store, sender

    def actions(self) -> dict[str, Callable[..., Any]]:
        return {
            "GET /webhooks": self.sender.rules,
            "POST /webhooks": self.set_rules,
            "GET /webhooks/deliveries": lambda: list(self.store["deliveries"].values()),
            "POST /webhooks/endpoint": self.set_endpoint,
            "POST /webhooks/release": self.release,
            "POST /webhooks/deliver": self.deliver,
            "POST /webhooks/invent": self.invent,
            "POST /webhooks/hurry": self.sender.hurry,
            "POST /webhooks/settle": self.settle,
        }

    def set_rules(self) -> Resource:
        body = read(mode=str, types=list, copies=int, skew=NUMBER, forge=str, thin=bool)
        if body.get("mode") not in (None, "send", "hold", "lose") or body.get("forge") not in FORGERIES:
            raise Refusal(400, f"mode is send, hold or lose; forge is one of {FORGERIES}.")
        with self.store as store:
            store.put("meta", "webhooks", body)
        return self.sender.rules()

    def set_endpoint(self) -> Resource:
        with self.store as store:
            store.put("meta", "endpoint", read(url=str))
        return {"url": self.provider.webhook_url, "secret": self.provider.webhook_secrets[0]}

    def release(self) -> list[Resource]:
        """Sends what is held, one after the other; what fails is retried like any other."""
        order = read(order=str).get("order", "first")
        with self.store as store:
            held = [delivery for delivery in store["deliveries"].values() if delivery["state"] == "held"]
            if order == "last":
                held.reverse()
            elif order == "shuffled":
                random.shuffle(held)
            elif order != "first":
                raise Refusal(400, "order is first, last or shuffled.")
            names = [delivery["id"] for delivery in held if self.sender.claim(delivery["id"])]
        return [answer for name in names if (answer := self.sender.deliver(name))]

    def deliver(self) -> list[Resource]:
        """Sends a recorded event now, whatever became of it so far, `copies` times at once.

        It goes to each endpoint that takes its type, or to the one that `endpoint` names.
        """
        body = read(event=str, copies=int, skew=NUMBER, forge=str, thin=bool, endpoint=str)
        event = self.store["events"].get(body.pop("event", ""))
        if event is None or body.get("forge") not in FORGERIES:
            raise Refusal(400, "event names a recorded event.")
        with self.store:
            targets = self._targets(event["type"], body.pop("endpoint", None))
        return self.sender.send_many(event, targets, **{"copies": 1, **body})

    def _targets(self, kind: str, name: str | None) -> list[str | None]:
        """Refusal 400 where there is none: an event that goes nowhere is a mistake in a test."""
        if name is not None:
            if endpoints.find(self.provider, name)["status"] != "enabled":
                raise Refusal(400, f"The endpoint {name} is disabled, and is sent nothing.")
            return [name]
        if targets := list(endpoints.wanting(self.provider, kind)):
            return targets
        advice = "Give an address with /_control/webhooks/endpoint, or make an endpoint by Stripe's API"
        raise Refusal(400, f"No endpoint takes events of the type {kind}. {advice} that has the type.")

    def invent(self) -> Resource:
        """Sends an event that is not on record: as a forger does, or one that the API does not show.

        It goes to the endpoints that take its type, and to the simulator's own address whatever that takes.
        """
        body = read(type=str, object=dict, copies=int, skew=NUMBER, forge=str)
        if body.get("forge") not in FORGERIES or "type" not in body:
            raise Refusal(400, f"type is needed; forge is one of {FORGERIES}.")
        event = events.build(self.provider, body["type"], body.get("object", {}))
        copies, skew, forge = body.get("copies", 1), body.get("skew", 0), body.get("forge")
        with self.store:
            own: list[str | None] = [None] if self.provider.webhook_url else []
            wanting = endpoints.wanting(self.provider, event["type"])
            targets = list(dict.fromkeys([*own, *wanting])) or self._targets(event["type"], None)
        return {"event": event, "answers": self.sender.send_many(event, targets, copies, skew=skew, forge=forge)}

    def settle(self) -> Resource:
        """Waits until nothing is due or under way."""
        return {"settled": self.sender.settle(read(timeout=NUMBER).get("timeout", 5))}
