"""Misbehaviour on demand: one fault per place, for the next N times or until it is lifted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from simulators.identity.keys import SIGNINGS, Signing

Place = Literal[
    "discovery",
    "jwks",
    "authorize",
    "callback",
    "token",
    "id_token",
    "userinfo",
    "logout_token",
    "github_authorize",  # feature: github
    "github_token",  # feature: github
    "github_user",  # feature: github
    "github_emails",  # feature: github
]
PLACES: tuple[Place, ...] = get_args(Place)
LONGEST = 300.0
TYPES: dict[str, tuple[type, ...]] = {
    "times": (int, type(None)),
    "status": (int, type(None)),
    "body": (str, type(None)),
    "content_type": (str,),
    "delay": (int, float),
    "drop": (bool,),
    "set": (dict,),
    "remove": (list,),
    "add": (dict,),
    "shift": (dict,),
    "signing": (str,),
    "header": (dict,),
}


class FaultError(ValueError):
    """The description of a fault is wrong. The message says where."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong at one place.

    `status`, `body`, `content_type`: the answer instead of the real one, given before anything is checked.
    `drop`: the connection is closed without an answer. `delay`: seconds to wait before whatever follows.
    `set`, `remove`, `shift`: the members of the real answer (of tokens: the claims; of `callback`: the
    parameters) that are overridden, left out, or moved by so much. `add`: parameters that `callback` gets once more.
    `signing`, `header`: how a token is signed, and its header (null leaves a parameter out).
    """

    times: int | None = None
    status: int | None = None
    body: str | None = None
    content_type: str = "text/html; charset=utf-8"
    delay: float = 0
    drop: bool = False
    set: Mapping[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    add: Mapping[str, str] = field(default_factory=dict)
    shift: Mapping[str, int] = field(default_factory=dict)
    signing: Signing = "RS256"
    header: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def replaces(self) -> bool:
        """Whether it hits the request as such, rather than what a good answer holds."""
        return self.drop or self.delay > 0 or self.status is not None or self.body is not None

    @property
    def answers(self) -> bool:
        return self.drop or self.status is not None or self.body is not None

    def bend(self, members: Mapping[str, Any]) -> dict[str, Any]:
        bent = {key: value for key, value in {**members, **self.set}.items() if key not in self.remove}
        return bent | {key: bent[key] + by for key, by in self.shift.items() if isinstance(bent.get(key), int)}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


HARMLESS = Fault()


def parse_fault(given: object) -> Fault:
    """Raises FaultError for what no fault can be."""
    if not isinstance(given, Mapping):
        raise FaultError("a fault is an object")
    for key, value in given.items():
        if key not in TYPES:
            raise FaultError(f"{key} is no part of a fault; known are {', '.join(TYPES)}")
        if not isinstance(value, TYPES[key]) or (isinstance(value, bool) and key != "drop"):
            raise FaultError(f"{key} has the wrong type")
    if given.get("signing", "RS256") not in SIGNINGS:
        raise FaultError(f"signing is one of {', '.join(SIGNINGS)}")
    if "alg" in given.get("header", {}):
        raise FaultError("the algorithm is chosen by signing, not in the header")
    if not all(type(seconds) is int for seconds in given.get("shift", {}).values()):
        raise FaultError("shift holds whole numbers")
    if not 0 <= given.get("delay", 0) <= LONGEST:
        raise FaultError(f"delay is between 0 and {LONGEST:.0f} seconds")
    if (times := given.get("times")) is not None and times < 1:
        raise FaultError("times is at least 1, or null for always")
    return Fault(**{**given, "remove": tuple(given.get("remove", ()))})


class Faults:
    """Not safe for threads: the state's lock guards it."""

    def __init__(self) -> None:
        self._active: dict[str, Fault] = {}

    def put(self, place: str, fault: Fault) -> None:
        if place not in PLACES:
            raise FaultError(f"nothing can go wrong at {place}; places are {', '.join(PLACES)}")
        self._active[place] = fault

    def take(self, place: str, *, replaces: bool) -> Fault:
        """The fault that strikes now, counted down, or a harmless one."""
        fault = self._active.get(place)
        if fault is None or fault.replaces is not replaces:
            return HARMLESS
        if fault.times == 1:
            del self._active[place]
        elif fault.times:
            self._active[place] = replace(fault, times=fault.times - 1)
        return fault

    def lift(self, place: str) -> None:
        self._active.pop(place, None)

    def clear(self) -> None:
        self._active.clear()

    def as_dict(self) -> dict[str, Any]:
        return {place: fault.as_dict() for place, fault in self._active.items()}
