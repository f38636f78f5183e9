"""What every part of the simulator works with, in one place."""

import random
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from simulators.payments import shapes
from simulators.payments.agenda import Agenda
from simulators.payments.clock import Clock
from simulators.payments.protocol import Resource
from simulators.payments.store import Store
from simulators.payments.witness import Witness

EVENTS = ("checkout.session.*", "refund.*", "charge.refunded", "charge.dispute.*", "payment_intent.succeeded")
"""What a shop with Checkout asks for, and so what the endpoint of the command line gets."""


@dataclass(frozen=True)
class Settings:
    """How the simulator was started.

    secret_key       the only key that is accepted; None: any that begins with sk_test_
    webhook_secrets  one v1 signature each; with none of them the provider makes one
    webhook_events   which events go there: types, with `*` for the rest of a name
    base_url         where browsers reach the payment page
    demo             the currency of what there is to try: see demo.py; None: nothing
    most_requests    how many a second it answers, and refuses the others with 429; None: any number
    seed             of ids: calls in the same order get the same; None: any
    namespace        its name, where it is one of several in this process: see namespaces.py
    """

    secret_key: str | None = None
    webhook_secrets: tuple[str, ...] = ()
    webhook_url: str | None = None
    webhook_events: tuple[str, ...] = EVENTS
    state: Path | None = None
    control: bool = False
    base_url: str = "http://127.0.0.1"
    demo: str | None = None
    most_requests: int | None = None
    seed: int | None = None
    namespace: str = ""


@dataclass(frozen=True)
class Cause:
    """The API request that an event comes from; both None where it came about otherwise."""

    request: str | None = None
    key: str | None = None


CAUSE: ContextVar[Cause] = ContextVar("CAUSE")


class Provider:
    """The state, the time and the settings; handed to whatever changes an object."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.state)
        if settings.seed is not None:
            random.seed(f"{settings.seed} {self.store.starts}")  # not the ids of before: those are taken
        self.witness = Witness(self.store, lambda: CAUSE.get(Cause()).request)
        self.clock = Clock(self.store)
        self.agenda = Agenda(self._task_due, self.store["tasks"])
        self.outgoing = Agenda(self._delivery_due, self.store["deliveries"])
        self.wake = threading.Condition(self.store.lock)
        """Notified when a webhook is put up, and when one has been sent."""
        self.closed = False
        self.webhook_secrets = settings.webhook_secrets or (self._own_secret(),)
        """What webhooks to its own address are signed with; those to endpoints are with the endpoint's secret."""

    def _own_secret(self) -> str:
        """Made once, and kept with the state: a receiver that was told of it goes on after a restart."""
        with self.store as store:
            if "secret" not in store["meta"]:
                store.put("meta", "secret", {"value": shapes.new_id("whsec_", 32)})
            return str(store["meta"]["secret"]["value"])

    def forget(self) -> None:
        """Everything but the secret, which a receiver has to know beforehand."""
        with self.store as store:
            own = store["meta"].get("secret")
            store.clear()
            if own is not None:
                store.put("meta", "secret", own)

    def close(self) -> None:
        """Its threads end, and nothing more happens by itself."""
        with self.wake:
            self.closed = True
            self.wake.notify_all()

    @property
    def webhook_url(self) -> str | None:
        """Where events go, if anywhere: as the control API says, or as it was started."""
        url = self.store["meta"].get("endpoint", {}).get("url") or self.settings.webhook_url
        return str(url) if url else None

    def take_note(self, name: str, **facts: object) -> None:
        """Remembers about an object what is not shown on the wire."""
        self.store.put("notes", name, {**self.store["notes"].get(name, {}), **facts})

    def note(self, name: str) -> Resource:
        return self.store["notes"].get(name, {})

    def later(self, seconds: float, kind: str, name: str) -> None:
        """Puts down what is to happen by itself, `seconds` of the simulator's time from now."""
        self.at(self.clock.exact() + seconds, kind, name)

    def at(self, due: float, kind: str, name: str) -> None:
        key = f"{kind} {name}"
        self.store.put("tasks", key, {"due": due, "kind": kind, "name": name})
        self.agenda.add(due, key)

    def call_off(self, kind: str, name: str) -> None:
        """What was called off stays on the agenda and is passed over when its time comes."""
        self.store.remove("tasks", f"{kind} {name}")

    def put_up(self, delivery: Resource) -> None:
        """Keeps a delivery, and has it sent when it is due."""
        self.store.put("deliveries", delivery["id"], delivery)
        if delivery["state"] == "due":
            self.outgoing.add(delivery["due"], delivery["id"])
            self.wake.notify()

    def _task_due(self, key: str) -> float | None:
        task = self.store["tasks"].get(key)
        return float(task["due"]) if task else None

    def _delivery_due(self, name: str) -> float | None:
        delivery = self.store["deliveries"].get(name)
        return float(delivery["due"]) if delivery and delivery["state"] == "due" else None
