"""A machine of one's own to deploy to: a folder, PostgreSQL and both simulators; the steps of deploy/ do the rest."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest

from simulators.process import Process as Simulator
from tests.databases import PostgresqlServer
from tests.nginx import MISSING, find_nginx
from tests.processes import ROOT, Process, free_port
from tests.settings import CLIENT_ID, CLIENT_SECRET, PAYMENTS_KEY, WEBHOOK_SECRET, environment, settings

STEPS = ROOT / "deploy"
TOOLS = ("curl", "flock", "git", "start-stop-daemon")
CLEAN_UP = 'trap "{steps}/service stop-all; {steps}/proxy --stop" EXIT; trap exit TERM; sleep infinity & wait'


class Place:
    """Where a Kiosk is deployed: `url` is nginx's. The steps run in it as people run them."""

    def __init__(self, folder: Path, settings: dict[str, str], port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self.ports = [free_port(), free_port()]
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
        self.env["DEPLOY_PLACE"] = str(folder)
        lines = [f"{name}={value}\n" for name, value in settings.items()]
        (folder / "kiosk.env").write_text("".join(lines))
        ports = " ".join(map(str, self.ports))
        (folder / "place.conf").write_text(f'SERVER_PORTS="{ports}"\nLISTEN=127.0.0.1:{port}\n')
        # However the tests end, whatever they deployed ends too.
        command = ["bash", "-c", CLEAN_UP.format(steps=STEPS)]
        self._keeper = Process(command, folder / "keeper.log", env={**self.env, "DEPLOY_LOCKED": "1"})

    def step(self, name: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [STEPS / name, *arguments]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False, timeout=300)

    def must(self, name: str, *arguments: str | Path) -> str:
        """What the step printed last; it has to succeed."""
        done = self.step(name, *arguments)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}{self._logs()}"
        return done.stdout.rpartition("\n")[0].rpartition("\n")[2]

    def kiosk(self, release: str, *arguments: str) -> None:
        """A command of a deployed release, with the settings of this place."""
        command = [self.folder / "releases" / release / ".venv" / "bin" / "kiosk", *arguments]
        with_settings = [STEPS / "with", self.folder / "kiosk.env", *command]
        subprocess.run(with_settings, env=self.env, check=True, capture_output=True)

    def running(self) -> dict[str, str]:
        """The release that each process runs."""
        return {link.name: link.resolve().name for link in (self.folder / "running").iterdir()}

    def stop(self) -> None:
        self.step("service", "stop-all")
        self.step("proxy", "--stop")
        self._keeper.stop()

    def _logs(self) -> str:
        return "".join(f"\n{log.name}: {log.read_text()[-1000:]}" for log in (self.folder / "log").glob("*.log"))


class Watch:
    """Somebody who looks at the shop all the time; `missed` is what they did not get."""

    def __init__(self, url: str) -> None:
        self.missed: list[str] = []
        self.seen = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, args=(url,))

    def _look(self, url: str) -> None:
        with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
            while not self._over.wait(0.05):
                try:
                    answer = http.get("/api/items")
                except httpx.TransportError as error:
                    self.missed.append(repr(error))
                else:
                    self.seen += 1
                    if not answer.is_success:
                        self.missed.append(f"{answer.status_code} {answer.text[:200]}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Nothing is deployed in it yet."""
    if find_nginx() is None:
        pytest.skip(MISSING)
    lacking = [name for name in TOOLS if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]
    if lacking:
        pytest.skip(f"no {', '.join(lacking)}: the steps of deploy/ are for a Debian or the like")
    database = PostgresqlServer()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    keys = {"KIOSK_PAYMENTS__SECRET_KEY": PAYMENTS_KEY, "KIOSK_PAYMENTS__WEBHOOK_SECRET": WEBHOOK_SECRET}
    client = ["--client", f"{CLIENT_ID}:{CLIENT_SECRET}", "--redirect-uri", f"{url}/oauth/callback/acme"]
    hook = ["--webhook-url", f"{url}/api/payments/webhook"]
    with (
        Simulator("identity", "--port", "0", *client) as identity,
        Simulator("payments", "--port", "0", *hook, env=keys) as payments,
    ):
        found = settings(
            database.address,
            public_url=url,
            identity=identity.url,
            payments=payments.url,
            ENV="staging",
            TRUSTED_PROXIES="127.0.0.1",
        )
        place = Place(tmp_path, environment(found), port)
        yield place
        place.stop()
    database.close()


@pytest.fixture(scope="session")
def archive() -> Path:
    """This checkout as `deploy/pack` packs it, with what no commit has yet."""
    command = [STEPS / "pack", "--dirty"]
    packed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return ROOT / packed.stdout.strip()
