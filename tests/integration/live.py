"""A real `kiosk serve`, started, killed and started again on a database of its own."""

import os
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.processes import KIOSK, Process, free_port


class LiveKiosk:
    """`http` is a client for it. It keeps its port, and so its address, from start to start."""

    def __init__(self, log: Path, workers: int = 1) -> None:
        self.log, self.workers = log, workers
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=False)
        self.process: Process | None = None

    def start(self, settings: Mapping[str, str]) -> None:
        """`settings` are environment variables: see `tests.settings.environment`."""
        self.settings = settings
        command = [KIOSK, "serve", "--bind", "127.0.0.1", "--port", str(self.port), "--workers", str(self.workers)]
        self.process = Process(command, self.log, env=self.environment)
        self.process.wait_for(self.ready, "/readyz to answer")

    @property
    def environment(self) -> dict[str, str]:
        """What it runs in, and so whatever else is to see the same shop."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
        return {**clean, **self.settings}

    def ready(self) -> bool:
        try:
            return self.http.get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """SIGKILL for master and workers alike."""
        assert self.process
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start(self.settings)

    def stop(self) -> int:
        """The exit status."""
        assert self.process
        return self.process.stop()

    def said(self) -> str:
        return self.log.read_text(errors="replace")
