"""All programs of a shop, real ones, each on an address that it keeps while it is killed and started again."""

import random
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from simulators.payments.control import Control
from tests.databases import Valkey
from tests.nginx import Nginx
from tests.processes import KIOSK, Process, free_port
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET, environment, settings

WORKERS = 2


class Program:
    """`answers` says whether it is at work, `port` where it listens, if it does."""

    port = 0

    def __init__(self, name: str, command: list[str | Path], env: dict[str, str], folder: Path) -> None:
        self.name, self.command, self.env, self.log = name, command, env, folder / f"{name}.log"
        self.answers = lambda: True
        self.process: Process | None = None
        self._lock = threading.Lock()

    def begin(self) -> Process:
        with self._lock:
            if self.process is None:
                self.process = Process(self.command, self.log, env=self.env)
            return self.process

    def start(self) -> None:
        """Returns once it is at work."""
        self.begin().wait_for(self.answers, f"{self.name} to answer")

    def kill(self) -> None:
        """SIGKILL for all of its processes."""
        with self._lock:
            if self.process is not None:
                self.process.kill()
                self.process = None

    def stop(self) -> None:
        with self._lock:
            if self.process is not None:
                self.process.stop()
                self.process = None


class Fleet:
    """Servers, workers and the provider on one database.

    `processes` are those of each server. With `redis` the doorbell is a real one; with `proxy` an nginx stands in front
    of the servers, and its address is the shop's.
    """

    def __init__(
        self, database: str, folder: Path, *, processes: Sequence[int], redis: bool, proxy: bool = False, **more: object
    ) -> None:
        self.database, self.folder = database, folder
        self.ports = [free_port() for _ in processes]
        self.proxy = Nginx(self.ports, folder) if proxy else None
        self.urls = [self.proxy.url] if self.proxy else [f"http://127.0.0.1:{port}" for port in self.ports]
        port = free_port()
        self.provider_url = f"http://127.0.0.1:{port}"
        self.control = Control(self.provider_url, secret_key=PAYMENTS_KEY)
        self.valkey = Valkey(folder / "valkey.log") if redis else None
        self.settings = settings(
            database,
            public_url=self.urls[0],
            payments=self.provider_url,
            REDIS_URL=self.valkey.url if self.valkey else "",
            TRUSTED_PROXIES="127.0.0.1" if self.proxy else "",
            **more,
        )
        self.env = environment(self.settings)
        self.provider = self._provider(port)
        self.servers = [self._server(number, port, processes[number]) for number, port in enumerate(self.ports)]
        self.workers = [self._worker(number) for number in range(WORKERS)]

    def _provider(self, port: int) -> Program:
        options = ["--control", "--port", str(port), "--state", str(self.folder / "provider.json"), "--demo", "EUR"]
        keys = {"KIOSK_PAYMENTS__SECRET_KEY": PAYMENTS_KEY, "KIOSK_PAYMENTS__WEBHOOK_SECRET": WEBHOOK_SECRET}
        keys["KIOSK_PUBLIC_URL"] = self.urls[0]
        command: list[str | Path] = [sys.executable, "-m", "simulators", "payments", *options]
        found = Program("provider", command, keys, self.folder)
        found.answers = lambda: responds(f"{self.provider_url}/_control/faults")
        return found

    def _server(self, number: int, port: int, processes: int) -> Program:
        command = [KIOSK, "serve", "--bind", "127.0.0.1", "--port", str(port), "--workers", str(processes)]
        found = Program(f"server-{number}", command, self.env, self.folder)
        found.port = port
        found.answers = lambda: responds(f"http://127.0.0.1:{port}/healthz")
        return found

    def _worker(self, number: int) -> Program:
        return Program(f"worker-{number}", [KIOSK, "worker"], self.env, self.folder)

    @property
    def programs(self) -> list[Program]:
        return [self.provider, *self.servers, *self.workers]

    def start(self) -> None:
        """Whatever does not run, all at once."""
        if self.valkey:
            self.valkey.start()
        for program in self.programs:
            program.begin()
        for program in self.programs:
            program.start()
        if self.proxy:
            self.proxy.start()

    def stop(self) -> None:
        self.control.close()
        for program in reversed(self.programs):
            with suppress(AssertionError):
                program.kill()
        if self.proxy:
            self.proxy.stop()
        if self.valkey:
            self.valkey.stop()

    def hook(self, rng: random.Random) -> str:
        """The address for webhooks of one of the servers."""
        return f"{rng.choice(self.urls)}/api/payments/webhook"

    def run(self, *command: str) -> Process:
        """A `kiosk` command, to its end; what it printed is at the end of its log."""
        process = Process([KIOSK, *command], self.folder / f"{'-'.join(command)}.log", env=self.env)
        process.wait()
        return process


def responds(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False, verify=False).is_success
    except httpx.TransportError:
        return False
