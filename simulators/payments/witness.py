"""Writes the inspector's timeline: it is told of every call, and of everything that is put into the store.

No key, signature or card is ever told to it, nor what a buyer typed.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from simulators.payments.calls import Call
from simulators.payments.protocol import Resource
from simulators.payments.store import Store
from simulators.payments.timeline import Line, Timeline

OBJECTS = ("sessions", "intents", "charges", "refunds", "disputes")
SHOWN = ("object", "status", "payment_status", "amount", "currency", "amount_refunded", "reason")
REMEMBERED = 20_000
PARENTS = ("payment_intent", "charge")
FURTHEST = 3  # from a dispute over its charge and intent to the session
MOST_AT_ONCE = 1_000
Value = TypeVar("Value")


class Recent(OrderedDict[str, Value], Generic[Value]):
    """A dict that forgets its oldest entries."""

    def __setitem__(self, name: str, value: Value) -> None:
        super().__setitem__(name, value)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


class Witness:
    """Call it with the store's lock held, but for `began`, `struck` and `ended`, which take it."""

    def __init__(self, store: Store, cause: Callable[[], str | None]) -> None:
        """`cause` names the API request that is being executed, if one is."""
        self.timeline = Timeline()
        self._store, self._cause = store, cause
        self._forget()
        store.watch = self.saw

    def _forget(self) -> None:
        self._under_way: dict[str, Line] = {}
        self._parents: Recent[str] = Recent()
        self._states: Recent[object] = Recent()
        self._keys: Recent[str] = Recent()
        self._without: Recent[list[Line]] = Recent()
        self._offset = float(self._store["meta"].get("clock", {}).get("offset", 0))

    def clear(self) -> None:
        with self._store:
            self.timeline.clear()
            self._forget()

    # API calls

    def began(self, call: Call) -> None:
        named = next((part for part in reversed(call.path.split("/")) if self._is_known(part)), None)
        line = self.timeline.note(
            "request", named, method=call.method, path=call.path, key=call.key, request=call.request, done=False
        )
        self._under_way[call.request or ""] = line

    def struck(self, call: Call) -> None:
        """A fault befalls it."""
        if line := self._under_way.get(call.request or ""):
            self.timeline.change(line, fault=call.fault)

    def ended(self, call: Call) -> None:
        """`call.status` is None where it got no answer."""
        with self._store:
            line = self._under_way.pop(call.request or "", None)
            if line is None:  # there was a reset meanwhile
                return
            about = line.about or self._named(call) or self._keys.get(call.key or "")
            if call.key and about is None:
                self._without.setdefault(call.key, []).append(line)
            elif call.key and about:
                self._keys[call.key] = about
                for earlier in self._without.pop(call.key, []):  # tries under this key that came to nothing
                    self.timeline.change(earlier, about)
            reference = call.params.get("client_reference_id")
            self.timeline.change(
                line,
                about,
                done=True,
                status=call.status,
                error=call.error,
                replayed=call.replayed,
                **({"reference": reference} if isinstance(reference, str) else {}),
            )

    def _named(self, call: Call) -> str | None:
        given = (call.params.get(name) for name in PARENTS)
        return next((name for name in given if isinstance(name, str) and self._is_known(name)), None)

    def _is_known(self, name: str) -> bool:
        return any(name in self._store[kind] for kind in OBJECTS)

    # What is put into the store

    def saw(self, kind: str, name: str, value: Resource) -> None:
        if kind in OBJECTS:
            self._saw_object(name, value)
        elif kind == "events":
            self._saw_event(name, value)
        elif kind == "deliveries":
            self._saw_delivery(name, value)
        elif kind == "meta" and name == "clock":
            moved, self._offset = value["offset"] - self._offset, value["offset"]
            self.timeline.note("clock", moved=moved)
        elif kind == "meta" and name == "webhooks":
            self.timeline.note("webhooks", **value)

    def _saw_object(self, name: str, value: Resource) -> None:
        if value["object"] == "checkout.session":
            if value["payment_intent"]:
                self._parents[value["payment_intent"]] = name
        elif parent := next((value[field] for field in PARENTS if value.get(field)), None):
            self._parents[name] = parent
        call = self._under_way.get(self._cause() or "")
        if call is not None and call.about is None:
            self.timeline.change(call, name)
        facts = {field: value[field] for field in SHOWN if value.get(field) is not None}
        if value["object"] == "checkout.session":
            facts |= {"amount": value["amount_total"], "reference": value["client_reference_id"]}
        if self._states.get(name) != facts:
            self._states[name] = facts
            self.timeline.note("object", name, **facts)

    def _saw_event(self, name: str, event: Resource) -> None:
        if name not in self._states:
            self._states[name] = True
            self.timeline.note("event", event["data"]["object"].get("id"), event=name, type=event["type"])

    def _saw_delivery(self, name: str, delivery: Resource) -> None:
        tries, before = len(delivery["answers"]), self._states.get(name)
        self._states[name] = tries
        state = delivery["state"]
        if tries == (before or 0) and (before is not None or state == "due"):
            return
        answer = delivery["answers"][-1] if tries else {"status": None, "error": None}
        self.timeline.note(
            "delivery",
            self._about(delivery["event"]),
            event=delivery["event"],
            endpoint=delivery.get("endpoint"),
            type=delivery["type"],
            attempt=tries,
            state=state,
            status=answer["status"],
            error=answer["error"],
            again=delivery["due"] if state == "due" else None,
        )

    def _about(self, event: str) -> str | None:
        name = self._store["events"].get(event, {}).get("data", {}).get("object", {}).get("id")
        return str(name) if name else None

    # What was ordered

    def resent(self, event: Resource, answer: Resource, forged: str | None) -> None:
        """An event that was sent out of turn; `answer` is one that `Sender.send_many` tells."""
        name = event.get("snapshot_event") or event["id"]
        with self._store:
            about = self._about(name) or event.get("data", {}).get("object", {}).get("id")
        told = {"status": answer["status"], "error": answer["error"], "forged": forged}
        told["endpoint"] = answer["endpoint"]
        self.timeline.note("delivery", about, event=name, type=event["type"], state="out of turn", **told)

    def fault(self, fault: Resource | None) -> None:
        """One was set; None: all are mended."""
        if fault is None:
            self.timeline.note("mended")
        else:
            self.timeline.note("fault", fault=fault)

    # What readers get

    def told(self, after: int) -> Resource:
        """The lines that changed after that change, at most MOST_AT_ONCE, each with the payment it belongs to."""
        with self._store:
            lines = self.timeline.after(after, MOST_AT_ONCE)
            shown = [
                {"number": each.number, "at": each.at, "kind": each.kind, "about": each.about}
                | {"payment": self._payment(each.about)}
                | each.facts
                for each in lines
            ]
        last = lines[-1].change if lines else after
        return {"log": self.timeline.log, "last": last, "more": len(lines) == MOST_AT_ONCE, "lines": shown}

    def _payment(self, name: str | None) -> str | None:
        """The session, or the intent that was made without one, to which an object belongs."""
        for _ in range(FURTHEST):
            name = self._parents.get(name or "", name)
        return name if name and self._is_known(name) else None
