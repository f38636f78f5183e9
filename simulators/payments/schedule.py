"""What happens by itself: sessions expire, debits settle, refunds arrive or fail, customers dispute."""

import threading
import time

from simulators.payments import checkout, disputes, refunds, sessions
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
    try:
        if kind == "expire":
            sessions.expire(provider, name)
        elif kind in ("succeed", "fail"):
            checkout.settle(provider, name, succeed=kind == "succeed")
        elif kind == "succeed refund":
            refunds.succeed(provider, name)
        elif kind == "fail refund":
            refunds.fail(provider, name)
        elif kind == "dispute":
            charge, note = provider.store["charges"][name], provider.note(name)
            disputes.create(provider, charge, reason=note["dispute"], inquiry=note["inquiry"])
    except Refusal:
        pass  # it was settled by hand before its time


def start(provider: Provider) -> None:
    """Runs what is due even where no request comes: its webhooks must be sent."""
    threading.Thread(target=_watch, args=(provider,), name="schedule", daemon=True).start()


def _watch(provider: Provider) -> None:
    while not provider.closed:
        run_due(provider)
        time.sleep(NAP)
