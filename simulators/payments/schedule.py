"""What happens by itself: sessions and holds expire, captures are booked, debits settle, refunds arrive or fail,
customers dispute.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from simulators.payments import charges, checkout, disputes, refunds, sessions
from simulators.payments.protocol import Refusal
from simulators.payments.provider import Provider

NAP = 0.2  # seconds


def run_due(provider: Provider) -> None:
    """Does all that is due by now. It is called before the state is read, so that no reader sees it late."""
    with provider.store as store:
        while (key := provider.agenda.take(provider.clock.exact())) is not None:
            task = store["tasks"][key]
            store.remove("tasks", key)
            _run(provider, task["kind"], task["name"])


def _run(provider: Provider, kind: str, name: str) -> None:
    with suppress(Refusal):  # it was settled by hand before its time
        ACTS[kind](provider, name)


def _dispute(provider: Provider, name: str) -> None:
    charge, note = provider.store["charges"][name], provider.note(name)
    disputes.create(provider, charge, reason=note["dispute"], inquiry=note["inquiry"])


ACTS: dict[str, Callable[[Provider, str], object]] = {
    "expire": sessions.expire,
    "expire hold": charges.expire,
    "book": charges.book,
    "succeed": partial(checkout.settle, succeed=True),
    "fail": partial(checkout.settle, succeed=False),
    "succeed refund": refunds.succeed,
    "fail refund": refunds.fail,
    "dispute": _dispute,
}
"""By the kind of the task."""


def start(provider: Provider) -> None:
    """Runs what is due even where no request comes: its webhooks must be sent."""
    threading.Thread(target=_watch, args=(provider,), name="schedule", daemon=True).start()


def _watch(provider: Provider) -> None:
    while not provider.closed:
        run_due(provider)
        time.sleep(NAP)
