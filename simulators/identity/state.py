"""Everything that the simulator remembers, in memory and under one lock."""

import threading
import time
from collections.abc import Mapping

from flask import current_app

from simulators.identity.calls import Calls
from simulators.identity.clients import Client
from simulators.identity.faults import Fault, Faults
from simulators.identity.grants import Grants
from simulators.identity.keys import KeyRing
from simulators.identity.people import Person


class State:
    """Hold `lock` to read or change a part, and never while a request waits."""

    def __init__(self, people: Mapping[str, Person], clients: Mapping[str, Client]) -> None:
        self.lock = threading.RLock()
        self.clients = dict(clients)
        self.people = dict(people)
        self.keys = KeyRing()
        self.grants = Grants()
        self.faults = Faults()
        self.calls = Calls()
        self._first_people = dict(people)
        self._first_clients = dict(clients)
        self._ahead = 0.0
        self.patience = threading.Event()  # requests that hang wait for it; a reset sets it and makes a new one

    def named(self, username: str) -> Person | None:
        return next((person for person in self.people.values() if person.username == username), None)

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Moves the simulator's clock: what a test does instead of waiting for a code to expire."""
        self._ahead += seconds

    def strike(self, place: str, *, replaces: bool = False) -> Fault:
        with self.lock:
            return self.faults.take(place, replaces=replaces)

    def reset(self) -> None:
        """Back to how it started: people, clock, first key; no codes, tokens, faults, calls or hanging requests."""
        with self.lock:
            self.people = dict(self._first_people)
            self.clients = dict(self._first_clients)
            self._ahead = 0.0
            self.keys.reset()
            self.grants.clear()
            self.faults.clear()
            self.calls = Calls()
            waiting, self.patience = self.patience, threading.Event()
        waiting.set()


def state() -> State:
    """The state of the application that handles this request."""
    made: State = current_app.extensions["identity"]
    return made
