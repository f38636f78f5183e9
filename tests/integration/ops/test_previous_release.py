"""An upgrade without down time: the previous release serves on while its database is migrated, and after.

It takes its time because that release is run for real, from this repository's history.
"""

import os
import re
import subprocess
import sys
import tarfile
import threading
from importlib.metadata import distributions
from io import BytesIO
from itertools import count
from secrets import token_hex

import httpx
import pytest
import sqlalchemy as sa  # feature: shop
from alembic.script import ScriptDirectory

from app import (
    create_app,
    db,  # feature: shop
)
from tests.integration.conftest import browser, close
from tests.processes import ROOT, Process, free_port, wait_for
from tests.settings import environment, settings

PASSWORD = "a long and quiet afternoon"
THREADS = 2


def git(*command: str) -> bytes:
    """What it says; skips the test where there is no history to look into."""
    try:
        return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the previous release is in the repository's history, and there is none here: {error}")


@pytest.fixture(scope="session")
def previous_release(tmp_path_factory):
    """A folder with the code from before the newest migration."""
    if git("rev-parse", "--is-shallow-repository").strip() == b"true":
        pytest.skip("a shallow clone has no previous release: `git fetch --unshallow`")
    newest = max(ROOT.glob("migrations/versions/[0-9]*.py"))
    added = git("log", "-1", "--diff-filter=A", "--format=%H", "--", str(newest.relative_to(ROOT))).decode().strip()
    before = f"{added}^" if added else "HEAD"
    folder = tmp_path_factory.mktemp("previous")
    archive = git("archive", "--format=tar", before, "app", "migrations")
    with tarfile.open(fileobj=BytesIO(archive)) as code:
        code.extractall(folder, filter="data")
    add_packages(git("show", f"{before}:requirements/runtime.txt").decode(), folder)
    return folder


def add_packages(requirements, folder):
    """Those that it needed and this release no longer does, beside its code."""
    there = {re.sub(r"[-_.]+", "-", each.name).lower() for each in distributions()}
    gone = [pin for pin, name in re.findall(r"^(([\w.-]+)==[\w.]+)", requirements, re.MULTILINE) if name not in there]
    if gone:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, *gone]
        subprocess.run(command, check=True)


# -P, because the folder that it runs in has an `app` too.
KIOSK = [sys.executable, "-P", "-m", "app"]


class Release:
    """The program of the previous release, on the database and the settings of `app`."""

    def __init__(self, code, config, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
        self.env = {**clean, "PYTHONPATH": str(code), **environment({**config, "PUBLIC_URL": self.url})}
        self.folder = folder
        self.started = []

    def run(self, *command):
        self.started.append(Process([*KIOSK, *command], self.folder / f"{command[0]}.log", env=self.env))
        return self.started[-1]

    def hand_out_link(self, name):
        """Whether that went well. What it prints is a secret, and so in no log."""
        made = subprocess.run([*KIOSK, "users", "reset-link", name], env=self.env, capture_output=True, check=False)
        return made.returncode == 0 and b"?token=" in made.stdout

    def serve(self):
        server = self.run("serve", "--bind", "127.0.0.1", "--port", str(self.port))
        server.wait_for(lambda: "kiosk serves on" in server.said(), "the previous release to serve")
        return server


@pytest.fixture
def config(own_database, simulators):
    # A limit counts addresses, and people here come from many.
    return settings(own_database, **simulators, TRUSTED_PROXIES="127.0.0.1")


@pytest.fixture
def release(previous_release, config, app, tmp_path):
    found = Release(previous_release, config, tmp_path)
    yield found
    for each in found.started:
        each.stop()


@pytest.fixture
def app(config):
    """This release, on the database of the previous one."""
    found = create_app({**config, "TESTING": True})
    with found.app_context():
        scripts = ScriptDirectory.from_config(found.extensions["migrate"].migrate.get_config())
        found.before = scripts.get_revision(scripts.get_current_head()).down_revision
    assert migrate(found, "downgrade", found.before).exit_code == 0
    yield found
    close(found)


# feature: todos {
def add_todo(ask, _name):
    ask("POST", "/api/todos", 201, json={"title": "Tea"})


# }


# feature: shop {
@pytest.fixture(autouse=True)
def lamp(app):
    """With the columns of that release alone."""
    columns = "name, description, price, on_hand, held, version, created_at"
    lamp = sa.text(f"INSERT INTO items ({columns}) VALUES ('Lamp', '', 8900, 10000, 0, 1, CURRENT_TIMESTAMP)")
    with app.app_context():
        db.session.execute(lamp)
        db.session.commit()


def buy_and_cancel(ask, name):
    [lamp] = ask("GET", "/api/items", 200).json()["items"]
    lines = {"lines": [{"item_id": lamp["id"], "quantity": 1}]}
    order = ask("POST", "/api/orders", 201, json=lines, headers={"Idempotency-Key": name}).json()
    ask("POST", f"/api/orders/{order['id']}/cancel", 200)


# }


WHAT_A_USER_DOES = (
    add_todo,  # feature: todos
    buy_and_cancel,  # feature: shop
)


def migrate(app, *command):
    return app.test_cli_runner().invoke(args=["db", *command])


class People:
    """Each round is somebody who comes, does all that an account can, and goes."""

    def __init__(self, url):
        self.url = url
        self.failures, self.rounds, self.over = [], 0, threading.Event()
        self._numbers = count(1)
        self._threads = [threading.Thread(target=self._come) for _ in range(THREADS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self._threads:
            thread.join()

    def _come(self):
        while not self.over.is_set():
            number = next(self._numbers)
            address = f"10.0.{number // 250}.{number % 250 + 1}"
            headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": address}
            with httpx.Client(base_url=self.url, headers=headers, timeout=20, trust_env=False, verify=False) as client:
                try:
                    self._do(client, f"user-{token_hex(6)}")
                except (httpx.HTTPError, AssertionError) as error:
                    self.failures.append(repr(error))
            self.rounds += 1

    def _do(self, client, name):
        def ask(method, path, status, **more):
            answer = client.request(method, path, **more)
            assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
            return answer

        who = {"username": name, "password": PASSWORD}
        ask("POST", "/api/register", 201, json={**who, "email": f"{name}@example.com"})
        ask("GET", "/oauth/login/acme", 302)
        pair = ask("POST", "/api/login", 200, json=who).json()
        ask("POST", "/api/token/refresh", 200, json={"refresh_token": pair["refresh_token"]})
        ask("POST", "/api/session", 200, json=who)
        ask("GET", "/api/profile", 200)
        for do in WHAT_A_USER_DOES:
            do(ask, name)
        ask("DELETE", "/api/session", 200)

    def wait_for(self, rounds):
        wanted = self.rounds + rounds
        wait_for(lambda: self.rounds >= wanted or self.failures, f"{rounds} more rounds")


def test_the_previous_release_works_on_while_its_database_is_migrated_and_after(release, app):
    server = release.serve()
    with httpx.Client(
        base_url=release.url, headers={"Sec-Fetch-Site": "same-origin"}, trust_env=False, verify=False
    ) as client:
        who = {"username": "ada", "password": PASSWORD}
        client.post("/api/register", json={**who, "email": "ada@example.com"}).raise_for_status()
        client.post("/api/session", json=who).raise_for_status()
        ada = client.cookies["kiosk"]
    with People(release.url) as people:
        people.wait_for(rounds=3)

        assert migrate(app, "upgrade").exit_code == 0

        people.wait_for(rounds=4)
    reconcile = release.run("reconcile")  # feature: shop

    assert people.failures == []
    assert release.hand_out_link("ada")
    assert reconcile.wait() == 0, reconcile.said()[-2000:]  # feature: shop
    assert "Traceback" not in server.said()
    # Whoever signed in there is signed in here.
    client = browser(app)
    client.set_cookie("kiosk", ada)
    assert client.get("/api/profile").get_json()["username"] == "ada"
