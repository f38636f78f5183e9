"""Misbehaviour to order: what the next calls are to suffer."""

import fnmatch
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from http import HTTPStatus
from typing import Literal

from simulators.payments.protocol import Refusal, Resource

Kind = Literal["delay", "hang", "drop", "error"]
POLL = 0.05  # seconds
HIDDEN = ("abandoned", "off")


@dataclass
class Fault:
    """One thing that goes wrong.

    kind      delay: answers after `seconds`; hang: never answers; drop: hangs up; error: answers `status`
    times     for how many calls; None: until it is cleared
    skip      how many matching calls are let through before
    method    only this one; None: any
    path      only paths that match this pattern, `*` for any part
    when      delay, hang, drop: before or after execution. A hang before never executes
    saved     error: is the answer saved under the idempotency key, as a 500 in the middle of execution is?
    executed  error: has the work been done all the same?
    retry     error: the value of Stripe-Should-Retry; None: no such header
    """

    kind: Kind
    times: int | None = 1
    skip: int = 0
    method: str | None = None
    path: str = "*"
    when: Literal["before", "after"] = "before"
    seconds: float = 1.0
    status: int = 500
    saved: bool = False
    executed: bool = False
    retry: bool | None = None
    number: int = 0
    hit: int = 0
    abandoned: bool = False
    off: threading.Event = field(default_factory=threading.Event, repr=False)

    def matches(self, method: str, path: str) -> bool:
        return self.method in (None, method) and fnmatch.fnmatchcase(path, self.path)

    def shown(self) -> Resource:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in HIDDEN}

    def refusal(self) -> Refusal:
        return error(self.status, retry=self.retry)

    def hang(self, gone: Callable[[], bool]) -> None:
        """Returns once the fault is cleared or the client has hung up."""
        while not self.off.is_set() and not gone():
            self.off.wait(POLL)

    def wait(self) -> bool:
        """A delay goes on although the client has gone: the work is done all the same.

        False where the simulator was reset meanwhile: the call belongs to a world that is no more.
        """
        self.off.wait(self.seconds)
        return not self.abandoned


class Faults:
    """The faults that are in force, the oldest first."""

    def __init__(self, told: Callable[[Resource | None], None] = lambda _: None) -> None:
        """`told` is called with each fault that is added, and with None where all are cleared."""
        self._told = told
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._count = 0

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._count += 1
            fault.number = self._count
            self._faults.append(fault)
            shown = fault.shown()
        self._told(shown)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this call is to suffer; it counts as one of its times."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if not fault.matches(method, path) or fault.times == 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.hit += 1
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def clear(self, *, abandon: bool = False) -> None:
        """Also ends the delays and hangs that are under way; to `abandon` a delayed call is not to execute it."""
        with self._lock:
            for fault in self._faults:
                fault.abandoned = abandon
                fault.off.set()
            self._faults.clear()
        self._told(None)

    def shown(self) -> list[Resource]:
        with self._lock:
            return [fault.shown() for fault in self._faults]


def error(status: int, *, retry: bool | None = None) -> Refusal:
    """The body that Stripe answers with that status."""
    headers = {} if retry is None else {"Stripe-Should-Retry": str(retry).lower()}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        message = "Request rate limit exceeded. You can learn more about rate limits in the API documentation."
        headers["Stripe-Rate-Limited-Reason"] = "global-rate"
        return Refusal(status, message, code="rate_limit", headers=headers)
    if status == HTTPStatus.CONFLICT:
        message = "There is currently another in-progress request using this idempotent key. Please try again later."
        return Refusal(status, message, type="idempotency_error", code="idempotency_key_in_use", headers=headers)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Refusal(status, "An unknown error occurred", type="api_error", headers=headers)
    return Refusal(status, "This request was refused to order.", headers=headers)
