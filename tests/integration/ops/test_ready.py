"""/readyz: what is wrong in words, in time, and what is wrong and yet no reason to turn requests away."""

import socket

import pytest

from app import create_app
from app.ops.drain import Drain
from tests.integration.accounts import assert_problem
from tests.integration.conftest import close
from tests.processes import wait_for
from tests.settings import settings


@pytest.fixture
def made():
    """`made(**settings)` is an application with these."""
    apps = []

    def make(database, **more):
        apps.append(create_app(settings(database, TESTING=True, **more)))
        return apps[-1].test_client()

    yield make
    for app in apps:
        close(app)


def test_ready_and_nothing_to_complain_of(client):
    assert client.get("/readyz").get_json() == {"status": "ok", "degraded": []}


def test_a_database_that_hangs_keeps_nobody_waiting(made, monkeypatch):
    monkeypatch.setattr("app.ops.health.PATIENCE_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = made(f"postgresql://kiosk@127.0.0.1:{silent.getsockname()[1]}/kiosk")

        for _ in range(3):
            body = assert_problem(client.get("/readyz"), 503, "not_ready")
            assert body["detail"] == "The database hangs."
        assert client.get("/healthz").status_code == 200

        silent.settimeout(0)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):  # three asked, and one connection came of it
            silent.accept()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://kiosk:hush-hush@127.0.0.1:9/kiosk", "The database does not answer."),
        ("sqlite:////nowhere/at/all/kiosk.db", "The database does not answer."),
        ("sqlite://", "The database is not of this release: run `kiosk db upgrade`."),
    ],
)
def test_it_says_what_is_wrong_with_the_database_and_no_more(made, address, words):
    assert assert_problem(made(address).get("/readyz"), 503, "not_ready")["detail"] == words


def test_without_redis_the_shop_is_slower_and_ready(made, own_database):
    found = made(own_database, REDIS_URL="redis://:hush-hush@127.0.0.1:9/0").get("/readyz")

    assert found.status_code == 200
    assert found.get_json()["degraded"] == [
        "Redis does not answer: the sweep does the jobs, later than the queue would."
    ]


def test_a_redis_that_answers_is_no_complaint(made, own_database, redis):
    client = made(own_database, REDIS_URL=redis)

    wait_for(lambda: client.get("/readyz").get_json()["degraded"] == [], "Redis to answer on a busy machine too")


def test_a_server_that_is_about_to_end_is_not_ready_and_lives(client, monkeypatch):
    ending = Drain()
    ending.share()
    monkeypatch.setattr("app.ops.health.drain", ending)
    assert client.get("/readyz").status_code == 200

    ending.begin()

    assert assert_problem(client.get("/readyz"), 503, "not_ready")["detail"] == "This server is about to stop."
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/providers").status_code == 200
