"""Everything that the simulator remembers, under one lock: in memory, and in a file where asked for."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

from flask import current_app, g

from simulators.identity.calls import Calls
from simulators.identity.clients import Client, read_client
from simulators.identity.faults import HARMLESS, Fault, Faults
from simulators.identity.grants import Grants
from simulators.identity.ids import Ids
from simulators.identity.keys import KeyRing
from simulators.identity.people import Person, parse_people
from simulators.store import Store

TABLES = ("clients", "codes", "tokens", "refreshes", "meta")


class State:
    """Hold `lock` to read or change a part, and never while a request waits. Letting go of it writes what changed.

    Kept in `file` are clients that registered, people that the control API changed, keys, the clock, codes and tokens;
    not what is of a test alone: faults, and the calls that were seen.
    """

    def __init__(
        self,
        people: Mapping[str, Person],
        clients: Mapping[str, Client],
        *,
        file: Path | None = None,
        seed: int | None = None,
    ) -> None:
        self.lock = Store("identity", TABLES, file)
        self.ids = Ids(None if seed is None else f"{seed} {self.lock.starts}")
        registered = {name: read_client(told) for name, told in self.lock["clients"].items()}
        self.clients = {**registered, **clients}
        kept = self.lock["meta"].get("people")
        self.people = parse_people(kept["list"]) if kept else dict(people)
        self.keys = KeyRing(self.lock, self.ids)
        self.grants = Grants(self.lock, self.ids)
        self.faults = Faults()
        self.calls = Calls()
        self._first_people = dict(people)
        self._first_clients = dict(clients)
        self._ahead = float(self.lock["meta"].get("clock", {}).get("ahead", 0))
        self.patience = threading.Event()  # requests that hang wait for it; a reset sets it and makes a new one

    def named(self, username: str) -> Person | None:
        return next((person for person in self.people.values() if person.username == username), None)

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Moves the simulator's clock: what a test does instead of waiting for a code to expire."""
        self._ahead += seconds
        self.lock.put("meta", "clock", {"ahead": self._ahead})

    def register(self, client: Client) -> None:
        self.clients[client.id] = client
        self.lock.put("clients", client.id, client.as_dict())

    def replace_people(self, people: Mapping[str, Person]) -> None:
        self.people = dict(people)
        self.lock.put("meta", "people", {"list": [person.as_dict() for person in people.values()]})

    def strike(self, place: str, *, replaces: bool = False) -> Fault:
        with self.lock:
            if g.get("calls", self.calls) is not self.calls:
                return HARMLESS  # to a request from before the last reset
            return self.faults.take(place, replaces=replaces)

    def reset(self) -> None:
        """Back to how it started: people, clock, first key; no codes, tokens, faults, calls or hanging requests."""
        with self.lock:
            self.people = dict(self._first_people)
            self.clients = dict(self._first_clients)
            self._ahead = 0.0
            self.grants.clear()
            self.lock.clear()
            self.keys.reset()
            self.faults.clear()
            self.calls = Calls()
            waiting, self.patience = self.patience, threading.Event()
        waiting.set()


def state() -> State:
    """The state of the application that handles this request."""
    made: State = current_app.extensions["identity"]
    return made
