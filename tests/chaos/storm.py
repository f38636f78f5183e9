"""What goes wrong while people buy: the provider misbehaves, and programs are killed and started again."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import httpx
import psycopg

from simulators.payments.recorder import Recorder
from tests.fleet import Fleet, Program

PATHS = (
    "*",
    "/v1/checkout/sessions",
    "/v1/checkout/sessions/*",
    "/v1/refunds",
    "/v1/refunds/*",
    "/v1/payment_intents/*",
)
FORGERIES = ("secret", "body", "header", "scheme", "reserialised")


class Storm:
    """Until `blow_over`. Counts what it did, and what it saw that should not be."""

    def __init__(self, fleet: Fleet, seed: int) -> None:
        self.fleet, self.seed, self.control = fleet, seed, Recorder(fleet.control, pace=True)
        self.faults: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._rng = {name: random.Random(f"{seed} {name}") for name in ("calls", "webhooks", "kills")}
        self.over = threading.Event()
        acts = (self.strike_calls, self.strike_webhooks, self._kills)
        self._threads = [threading.Thread(target=self._keep_on, args=(act,), daemon=True) for act in acts]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def blow_over(self) -> None:
        """Nothing goes wrong any more, and everything runs."""
        self.over.set()
        for thread in self._threads:
            thread.join()
        self.fleet.start()
        self.control.mend()
        self.control.treat_webhooks()

    def write_story(self, file: Path) -> Path:
        """What was done to the provider, each act at its second."""
        return self.control.write(file, f"Chaos {self.seed}")

    def _keep_on(self, act: Callable[[], float]) -> None:
        pause = 1.0
        while not self.over.wait(pause):
            try:
                pause = act()
            except httpx.HTTPError:  # the provider is down
                pause = 0.5

    # ------------------------------------------------------------ the provider's API

    def strike_calls(self) -> float:
        rng = self._rng["calls"]
        times, match = rng.randint(1, 6), {"path": rng.choice(PATHS)}
        when = rng.choice(["before", "after"])
        kind = rng.choices(["delay", "hang", "drop", "refuse", "break down"], [4, 2, 4, 4, 2])[0]
        if kind == "delay":
            self.control.delay(rng.choice([0.3, 1, 4, 9]), when=when, times=times, **match)
        elif kind == "hang":
            self.control.hang(when=when, times=min(times, 3), **match)
        elif kind == "drop":
            self.control.drop(when=when, times=times, **match)
        elif kind == "refuse":
            retry = rng.choice([None, None, True, False])
            self.control.refuse(rng.choice([409, 429, 500, 503]), times=times, retry=retry, **match)
        else:
            executed = rng.random() < 0.5
            self.control.break_down(executed=executed, times=min(times, 3), method="POST", **match)
            kind = "saved 500, executed" if executed else "saved 500"
        self.faults[kind if kind == "refuse" or "saved" in kind else f"{kind} {when}"] += 1
        return rng.uniform(0.3, 1.2)

    # ------------------------------------------------------------ its webhooks

    def strike_webhooks(self) -> float:
        rng = self._rng["webhooks"]
        self.fleet.control.send_webhooks_to(self.fleet.hook(rng))  # no part of the story: the next fleet is elsewhere
        kind = rng.choice(["held", "lost", "duplicated", "forged", "skewed", "invented", "forged anew", "usual"])
        if kind == "held":
            self.control.hold_webhooks()
        elif kind == "lost":
            self.control.treat_webhooks("lose")
        elif kind == "duplicated":
            self.control.treat_webhooks(copies=rng.randint(2, 4))
        elif kind == "forged":
            self.control.treat_webhooks(forge=rng.choice(FORGERIES))
        elif kind == "skewed":
            self.control.treat_webhooks(skew=rng.choice([-400, 400, -200, 200]))
        elif kind in ("invented", "forged anew"):
            self._invent(rng, forge=rng.choice(FORGERIES) if kind == "forged anew" else None)
        else:
            self.control.treat_webhooks()
        self.faults[f"webhooks {kind}"] += 1
        self.over.wait(rng.uniform(0.5, 4))
        if kind == "held":
            self._release(rng.choice(["first", "last", "shuffled"]))
        return 0.1

    def _release(self, order: Literal["first", "last", "shuffled"]) -> None:
        """One by one, which takes its time where a server is slow or dead: the storm does not wait for it."""

        def release() -> None:
            with suppress(httpx.HTTPError, RuntimeError):  # it ends with the client
                self.control.release_webhooks(order)

        threading.Thread(target=release, daemon=True).start()

    def _invent(self, rng: random.Random, forge: str | None) -> None:
        """A message that lies: of a session that nobody paid it says that it is paid."""
        open_ones = self.control.api.get("/v1/checkout/sessions", params={"status": "open", "limit": 20}).json()
        if not open_ones.get("data"):
            return
        lie = {**rng.choice(open_ones["data"]), "status": "complete", "payment_status": "paid"}
        answers = self.control.invent("checkout.session.completed", lie, forge=forge)
        if forge and any(status is not None and status < 300 for status in answers):
            self.wrong.append(f"a message that was forged ({forge}) was taken")

    # ------------------------------------------------------------ programs

    def _kills(self) -> float:
        rng = self._rng["kills"]
        victim = rng.choices(["server", "worker", "provider", "connections"], [5, 3, 1, 2])[0]
        self.kills[victim] += 1
        if victim == "connections":
            self._cut_connections()
        else:
            mortal: dict[str, list[Program]] = {
                "server": self.fleet.servers,
                "worker": self.fleet.workers,
                "provider": [self.fleet.provider],
            }
            program = rng.choice(mortal[victim])
            program.kill()
            self.over.wait(rng.uniform(0, 2))
            program.start()
        return rng.uniform(1, 4)

    def _cut_connections(self) -> None:
        """As when the database restarts, in the middle of whatever is under way."""
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        ours = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        with suppress(psycopg.Error), psycopg.connect(self.fleet.database, autocommit=True) as connection:
            connection.execute(ours)
