"""What happened, line by line, for the inspector: in memory, and only the newest MOST lines of it."""

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from simulators.payments.protocol import Resource

MOST = 5_000
"""Lines that are kept; some 5 MB."""
LONGEST = 255  # characters of a text that a caller has sent

Kind = Literal["request", "object", "event", "delivery", "buyer", "control", "fault", "mended", "clock", "webhooks"]


@dataclass
class Line:
    """One thing that happened.

    number  counts what happened; it stays
    change  counts changes of any line: a reader asks for those after the last one that it has seen
    at      Unix seconds, real time
    about   the id of an object of the API, where it is known
    """

    number: int
    change: int
    at: float
    kind: Kind
    about: str | None = None
    facts: Resource = field(default_factory=dict)


class Timeline:
    """The lines, ordered by their last change. It has a lock of its own, and takes no other."""

    def __init__(self, most: int = MOST) -> None:
        self._lock = threading.Lock()
        self._most = most
        self._lines: OrderedDict[int, Line] = OrderedDict()
        self._numbers = self._changes = 0
        self.log = secrets.token_hex(8)
        """Another one after a restart or `clear`: a reader then forgets what it has."""

    def note(self, kind: Kind, about: str | None = None, **facts: Any) -> Line:
        with self._lock:
            self._numbers += 1
            self._changes += 1
            line = Line(self._numbers, self._changes, time.time(), kind, about and about[:LONGEST], _short(facts))
            self._lines[line.number] = line
            if len(self._lines) > self._most:
                self._lines.popitem(last=False)
        return line

    def change(self, line: Line, about: str | None = None, **facts: Any) -> None:
        """Adds to a line what came to be known later."""
        with self._lock:
            self._changes += 1
            line.change = self._changes
            line.about = about or line.about
            line.facts |= _short(facts)
            if line.number in self._lines:
                self._lines.move_to_end(line.number)

    def after(self, change: int, most: int) -> list[Line]:
        """Copies of the lines that changed after that, the oldest change first."""
        changed: list[Line] = []
        with self._lock:
            for line in reversed(self._lines.values()):
                if line.change <= change:
                    break
                changed.append(line)
            changed.reverse()
            return [replace(line, facts=dict(line.facts)) for line in changed[:most]]

    def clear(self) -> None:
        with self._lock:
            self._lines.clear()
            self.log = secrets.token_hex(8)


def _short(facts: Resource) -> Resource:
    return {name: value[:LONGEST] if isinstance(value, str) else value for name, value in facts.items()}
