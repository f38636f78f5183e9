"""On which processor cores the processes of a server are."""

import os
import signal
import sys

import pytest

from app.ops.cores import stay_on_one
from tests.integration.ops.test_processes import processes
from tests.processes import wait_for

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.skipif(sys.platform != "linux", reason="no other system lets a process choose its core"),
]


@pytest.fixture
def two_cores():
    """All that this process and what it starts may use."""
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        pytest.skip("this machine has one core")
    os.sched_setaffinity(0, sorted(before)[:2])
    yield os.sched_getaffinity(0)
    os.sched_setaffinity(0, before)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the processes of the server of this test count."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return lambda: next(tmp_path.glob("kiosk-metrics-*"))


def cores(folder):
    return sorted(tuple(os.sched_getaffinity(each)) for each in processes(folder))


def test_as_many_processes_as_cores_have_one_each_and_so_has_the_one_in_place_of_a_killed_one(
    live_kiosk, two_cores, folder
):
    first, second = sorted(two_cores)
    live_kiosk(workers=2)
    wait_for(lambda: cores(folder()) == [(first,), (second,)], "each process to be on a core")

    killed = min(processes(folder()))
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: killed not in processes(folder()), "the killed one to be forgotten")
    wait_for(lambda: cores(folder()) == [(first,), (second,)], "the one in its place to be on its core")


@pytest.mark.parametrize("processes", [1, 3])
def test_where_cores_would_have_unlike_shares_processes_go_where_the_system_sends_them(two_cores, tmp_path, processes):
    stay_on_one(tmp_path, processes)

    assert os.sched_getaffinity(0) == two_cores


def test_where_the_system_does_not_allow_it_a_process_serves_all_the_same(two_cores, tmp_path):
    stay_on_one(tmp_path / "is not there", 2)

    assert os.sched_getaffinity(0) == two_cores
