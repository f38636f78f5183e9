"""Counts over several processes: they add up, and whoever dies takes nothing along and leaves nothing behind."""

import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
import sqlalchemy as sa

from app.runtime.db import reader
from app.runtime.outbound import MAX_CONNECTIONS
from app.runtime.schedule import TURN, Chore
from tests.integration.ops.reading import Reading
from tests.processes import KIOSK, Process, free_port, wait_for
from tests.settings import environment, settings

pytestmark = pytest.mark.any_database

PROVIDERS = {"method": "GET", "route": "/api/providers", "status": "200"}


def reading(http):
    return Reading(http.get("/metrics").raise_for_status().text)


def look(kiosk, times):
    address = f"{kiosk.url}/api/providers"
    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda _: httpx.get(address, trust_env=False, verify=False), range(times)))
    assert {answer.status_code for answer in answers} == {200}


def processes(folder):
    """The processes that count into a server's folder."""
    return {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_livesum_*.db")}


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where servers of this test keep what is temporary."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return lambda: list(tmp_path.glob("kiosk-metrics-*"))


def test_two_processes_tell_the_same_and_one_that_is_killed_takes_no_count_along(live_kiosk, temporary):
    kiosk = live_kiosk(workers=2)
    [folder] = temporary()
    wait_for(lambda: len(processes(folder)) == 2, "both processes to count")
    look(kiosk, 40)

    assert {reading(kiosk.http)("requests_total", **PROVIDERS) for _ in range(8)} == {40}
    assert reading(kiosk.http)("outbound_calls_limit") == 2 * MAX_CONNECTIONS

    killed = min(processes(folder))
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: not is_there(killed), "it to be gone, with the connections that waited for it")
    kiosk.http.close()
    kiosk.http = httpx.Client(base_url=kiosk.url, timeout=30, trust_env=False, verify=False)
    wait_for(lambda: reading(kiosk.http)("outbound_calls_limit") == 2 * MAX_CONNECTIONS, "another process in its place")
    assert reading(kiosk.http)("requests_total", **PROVIDERS) == 40
    assert reading(kiosk.http)("requests_in_progress") == 1


def test_a_process_tells_of_what_the_other_one_is_doing(live_kiosk, temporary):
    kiosk = live_kiosk(workers=2)
    [folder] = temporary()
    wait_for(lambda: len(processes(folder)) == 2, "both processes to count")

    with ExitStack() as held:
        for _ in range(12):  # each process gets some of them
            held.enter_context(without_its_body(kiosk.url))
        wait_for(lambda: reading(kiosk.http)("requests_in_progress") == 12 + 1, "all that wait, and the one that asks")
    wait_for(lambda: reading(kiosk.http)("requests_in_progress") == 1, "none but the one that asks")


def without_its_body(url):
    """A connection with a request of which the body does not come."""
    address = httpx.URL(url)
    connection = socket.create_connection((address.host, address.port), timeout=10)
    head = (
        "POST /api/session HTTP/1.1",
        f"Host: {address.host}",
        "Content-Type: application/json",
        "Content-Length: 20000",
    )
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    return connection


def test_what_a_killed_server_leaves_behind_the_next_one_clears_away(live_kiosk, temporary):
    kiosk = live_kiosk()
    look(kiosk, 3)
    [left] = temporary()
    kiosk.kill()
    assert left.exists()

    kiosk.start(kiosk.settings)

    [folder] = temporary()
    assert folder != left
    assert reading(kiosk.http)("requests_total", **PROVIDERS) == 0
    assert kiosk.stop() == 0
    assert temporary() == []


def test_a_server_leaves_the_folder_of_one_that_runs(live_kiosk, temporary):
    first, second = live_kiosk(), live_kiosk()
    look(first, 3)
    look(second, 5)

    assert reading(first.http)("requests_total", **PROVIDERS) == 3
    assert reading(second.http)("requests_total", **PROVIDERS) == 5
    assert {folder.stat().st_mode & 0o777 for folder in temporary()} == {0o700}


@pytest.fixture
def worker(own_database, tmp_path):
    """`worker("--metrics-port", …)` is a `kiosk worker`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    env = {**clean, **environment(settings(own_database))}
    started = []

    def start(*options):
        started.append(Process([KIOSK, "worker", *options], tmp_path / f"worker-{len(started)}", env=env))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_a_worker_tells_of_itself_and_of_nothing_else(own_app, worker):
    port = free_port()
    process = worker("--metrics-port", str(port))
    # Before it is asked: for 15 seconds it tells what it told before.
    with own_app.app_context(), reader().connect() as connection:
        reached = sa.select(Chore.reached).where(Chore.name == TURN)
        wait_for(lambda: connection.scalar(reached), "its first turn")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=False) as http:
        assert wait_for(lambda: reading(http)("worker_last_turn_timestamp_seconds"), "it to tell of it")
        assert http.get("/healthz").json() == {"status": "ok"}
        assert http.get("/readyz").status_code == 200
        assert http.get("/api/providers").status_code == 404
        assert http.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 401

    assert process.stop() == 0


def test_a_worker_tells_of_itself_at_an_address_of_ipv6_too(worker):
    port = free_port()
    process = worker("--metrics-port", str(port), "--metrics-bind", "::1")
    process.wait_until_said(f"http://[::1]:{port}/metrics")

    assert httpx.get(f"http://[::1]:{port}/healthz", trust_env=False).json() == {"status": "ok"}


def test_a_server_listens_at_an_address_of_ipv6_too(own_database, tmp_path):
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    env = {**clean, **environment(settings(own_database, public_url=f"http://[::1]:{port}"))}
    process = Process([KIOSK, "serve", "--bind", "::1", "--port", str(port)], tmp_path / "log", env=env)
    try:
        process.wait_until_said(f"kiosk serves on http://[::1]:{port}")
        with httpx.Client(base_url=f"http://[::1]:{port}", trust_env=False, verify=False) as http:
            assert wait_for(lambda: http.get("/readyz").status_code == 200, "/readyz")
    finally:
        process.stop()


def test_a_port_that_is_taken_is_one_line(worker):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = worker("--metrics-port", str(port))

        assert process.wait() == 1

    assert process.said() == f"Error: --metrics-port {port} cannot be had: Address already in use\n"


def test_a_second_server_on_a_port_that_is_taken_is_one_line(live_kiosk, tmp_path):
    """It would get a part of the first one's requests otherwise."""
    first = live_kiosk()
    second = Process([KIOSK, "serve", "--port", str(first.port)], tmp_path / "second", env=first.environment)

    assert second.wait() == 1
    taken = f"Error: --bind 127.0.0.1 --port {first.port} cannot be had: Address already in use"
    assert second.said().splitlines()[-1] == taken


def test_the_processes_of_a_server_end_with_the_first_one_even_where_that_one_is_killed(live_kiosk):
    kiosk = live_kiosk(workers=2)

    os.kill(kiosk.process.pid, signal.SIGKILL)

    wait_for(lambda: not listens(kiosk.port), "the others to end")


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def listens(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False
