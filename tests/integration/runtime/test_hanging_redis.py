"""A Redis that stands still: requests are served all the same, and wait for it once."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from app import create_app
from app.runtime.jobs import jobs
from tests.databases import Valkey
from tests.integration.conftest import close
from tests.integration.ops.freezing import frozen
from tests.processes import wait_for
from tests.settings import settings

pytestmark = pytest.mark.any_database

MOST_SECONDS = 10
"""For all of them together. Each waits for a second at most, and not one after the other."""


@pytest.fixture
def valkey(tmp_path):
    found = Valkey(tmp_path / "log")
    yield found
    found.stop()


@pytest.fixture
def shop(own_database, valkey):
    app = create_app(settings(own_database, TESTING=True, REDIS_URL=valkey.url))
    yield app
    close(app)


def register(shop, name):
    someone = {"username": name, "email": f"{name}@example.com", "password": "correct horse battery"}
    return shop.test_client().post("/api/register", json=someone).status_code


def test_requests_are_served_and_jobs_left_to_the_sweep(shop, valkey):
    with frozen(valkey.process.pid), ThreadPoolExecutor(20) as threads:
        registered = threads.submit(register, shop, "ada")
        enqueued = [threads.submit(jobs(shop).enqueue, "mail", "due") for _ in range(20)]

        assert wait([registered, *enqueued], timeout=MOST_SECONDS).not_done == set()
        assert registered.result() == 201
        assert [each.exception() for each in enqueued] == [None] * 20


def test_it_is_asked_again_once_it_goes_on(shop, valkey, monkeypatch):
    monkeypatch.setattr("app.runtime.away.AWAY_SECONDS", 0.1)
    with frozen(valkey.process.pid):
        jobs(shop).enqueue("mail", "due")

    def is_queued():
        jobs(shop).enqueue("mail", "due")
        return jobs(shop).broker.client.keys("dramatiq:*.msgs")

    wait_for(is_queued, "a job to come into the queue")
