"""A check of `kiosk doctor`. Each folder has its own in a module `checks.py`; CHECKS in app/__init__.py names them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

import msgspec


class Line(msgspec.Struct, frozen=True):
    """What a check says. `mend` is what to do about it."""

    level: Literal["ok", "warn", "FAIL"]
    name: str
    words: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.level:<4} {self.name}: {self.words}" + (f"; {self.mend}" if self.mend else "")


Check = Callable[[], Iterable[Line]]
"""Called in an application context, on a thread of its own. It may take a few seconds."""

Checks = Callable[[], Iterable[tuple[str, Check]]]
"""The checks of a folder, by the name that is shown where one does not answer."""

Clock = Callable[[], datetime | None]
"""The time by another system's clock; None where it has none, or does not answer."""
