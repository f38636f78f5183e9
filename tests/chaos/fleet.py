"""All programs of a shop, real ones, each on an address that it keeps while it is killed and started again."""

import random
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx

from simulators.payments.control import Control
from tests.databases import Valkey
from tests.processes import Process, free_port
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET, environment, settings

KIOSK = Path(sys.executable).with_name("kiosk")
PROCESSES = (2, 1, 1)
"""Of each server."""

SERVERS, WORKERS = len(PROCESSES), 2


class Program:
    """`answers` says whether it is at work."""

    def __init__(self, name: str, command: list[str | Path], env: dict[str, str], folder: Path) -> None:
        self.name, self.command, self.env, self.log = name, command, env, folder / f"{name}.log"
        self.answers = lambda: True
        self.process: Process | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            if self.process is None:
                self.process = Process(self.command, self.log, env=self.env)
        self.process.wait_for(self.answers, f"{self.name} to answer")

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
    """Servers, workers and the provider on one database. With `redis` the doorbell is a real one."""

    def __init__(self, database: str, folder: Path, *, redis: bool) -> None:
        self.database, self.folder = database, folder
        self.ports = [free_port() for _ in range(SERVERS)]
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports]
        port = free_port()
        self.provider_url = f"http://127.0.0.1:{port}"
        self.control = Control(self.provider_url, secret_key=PAYMENTS_KEY)
        self.valkey = Valkey(folder / "valkey.log") if redis else None
        self.settings = settings(
            database,
            public_url=self.urls[0],
            payments=self.provider_url,
            HOLD_MINUTES=1,
            REDIS_URL=self.valkey.url if self.valkey else "",
        )
        self.env = environment(self.settings)
        self.provider = self._provider(port)
        self.servers = [self._server(number) for number in range(SERVERS)]
        self.workers = [self._worker(number) for number in range(WORKERS)]

    def _provider(self, port: int) -> Program:
        options = ["--control", "--port", str(port), "--state", str(self.folder / "provider.json")]
        keys = {"KIOSK_PAYMENTS__SECRET_KEY": PAYMENTS_KEY, "KIOSK_PAYMENTS__WEBHOOK_SECRET": WEBHOOK_SECRET}
        keys["KIOSK_PUBLIC_URL"] = self.urls[0]
        command: list[str | Path] = [sys.executable, "-m", "simulators", "payments", *options]
        found = Program("provider", command, keys, self.folder)
        found.answers = lambda: _responds(f"{self.provider_url}/_control/faults")
        return found

    def _server(self, number: int) -> Program:
        port = str(self.ports[number])
        command = [KIOSK, "serve", "--bind", "127.0.0.1", "--port", port, "--workers", str(PROCESSES[number])]
        found = Program(f"server-{number}", command, self.env, self.folder)
        found.answers = lambda: _responds(f"{self.urls[number]}/healthz")
        return found

    def _worker(self, number: int) -> Program:
        return Program(f"worker-{number}", [KIOSK, "worker"], self.env, self.folder)

    @property
    def programs(self) -> list[Program]:
        return [self.provider, *self.servers, *self.workers]

    def start(self) -> None:
        """Whatever does not run."""
        for program in self.programs:
            program.start()

    def stop(self) -> None:
        self.control.close()
        for program in reversed(self.programs):
            with suppress(AssertionError):
                program.kill()
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


def _responds(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False
