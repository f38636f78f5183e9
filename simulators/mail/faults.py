"""What goes wrong on demand, by the place in the conversation where it does."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Place = Literal["connect", "hello", "sender", "recipient", "data", "body", "accepted"]
"""`body`: the mail has arrived, and is lost. `accepted`: it is stored, and only the answer is missing."""


@dataclass
class Fault:
    """The first of these: `code` is answered; nothing is answered; the connection is closed. `times` None: for ever."""

    code: int | None = None
    hang: bool = False
    drop: bool = False
    times: int | None = None


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._calls: list[str] = []
        self.patience = threading.Event()
        """Conversations that hang wait for it; a reset sets it and makes a new one."""

    def put(self, place: str, given: Mapping[str, Any]) -> None:
        """Raises ValueError for what is no place or no fault."""
        if place not in get_args(Place):
            raise ValueError(f"there is no place {place!r}")
        try:
            fault = Fault(**given)
        except TypeError as error:
            raise ValueError(str(error)) from error
        with self._lock:
            self._faults[place] = fault

    def take(self, place: Place) -> Fault | None:
        with self._lock:
            self._calls.append(place)
            fault = self._faults.get(place)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    del self._faults[place]
            return fault

    def count(self, place: str) -> int:
        """How often a conversation came to this place since the last reset."""
        with self._lock:
            return self._calls.count(place)

    def reset(self) -> None:
        with self._lock:
            self._faults, self._calls = {}, []
            waiting, self.patience = self.patience, threading.Event()
        waiting.set()
