"""PostgreSQL goes away and comes back: Kiosk says so while it lasts, loses nothing, and heals by itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app import create_app
from app.runtime.db import db
from tests.integration.conftest import close
from tests.integration.live import LiveKiosk
from tests.integration.payments.refunding import send
from tests.integration.payments.shop import Shop
from tests.processes import KIOSK, Process, wait_for
from tests.settings import environment, settings


@pytest.fixture
def shop(postgresql, payments_simulator, tmp_path):
    """A `kiosk serve` on it."""
    payments_simulator.treat_webhooks("lose")
    app = create_app(settings(postgresql.address, TESTING=True))
    kiosk = LiveKiosk(tmp_path / "kiosk.log")
    kiosk.start(environment(settings(postgresql.address, payments=payments_simulator.url, public_url=kiosk.url)))
    kiosk.http.headers["Sec-Fetch-Site"] = "same-origin"
    found = Shop(app, kiosk.http, payments_simulator)
    found.kiosk = kiosk
    yield found
    kiosk.http.close()
    kiosk.stop()
    with app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
    close(app)


@pytest.fixture
def worker(shop, tmp_path):
    """`worker()` is a `kiosk worker` beside it."""
    started = []

    def start():
        started.append(Process([KIOSK, "worker"], tmp_path / "worker.log", env=shop.kiosk.environment))
        started[0].wait_until_said("at work")
        return started[0]

    yield start
    for each in started:
        each.stop()


def completed(shop):
    return next(each for each in shop.control.listed("events") if each["type"] == "checkout.session.completed")


def test_while_the_database_is_away_callers_are_told_so_and_afterwards_all_is_well(postgresql, shop):
    shop.place()
    shop.pay()
    event = completed(shop)

    postgresql.stop()

    for answer in (shop.place("other"), shop.http.get("/api/items"), send(shop.http, event)):
        assert (answer.status_code, answer.json()["error"]) == (503, "database_unavailable")
        assert answer.headers["Retry-After"]
    assert (shop.http.get("/healthz").status_code, shop.http.get("/readyz").status_code) == (200, 503)

    postgresql.start()

    assert shop.place("other").status_code == 201
    assert send(shop.http, event).status_code == 200
    wait_for(lambda: shop.status == "paid", "the order to be paid")
    assert shop.in_line()


def test_a_restart_costs_nobody_an_error(postgresql, shop):
    shop.place()
    shop.pay()
    event = completed(shop)

    postgresql.stop()
    postgresql.start()

    assert send(shop.http, event).status_code == 200  # begins with a write, which is not asked again as a read is
    assert shop.place().status_code == 200


def test_a_database_that_restarts_while_the_provider_answers_leaves_the_rest_to_the_sweep(postgresql, shop, worker):
    shop.control.delay(4, when="after", method="POST")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(shop.place)
        wait_for(lambda: shop.sessions, "the provider to make the session")

        postgresql.stop()

        assert answer.result().status_code == 503
    postgresql.start()
    assert shop.place().status_code == 200
    shop.let_pass(minutes=1)
    worker()
    wait_for(lambda: shop.tried == ["open"], "the sweep to find the session")
    assert (shop.sessions, shop.stock) == (["open"], (3, 2))


def test_a_worker_outlives_a_restart(postgresql, shop, worker):
    working = worker()

    postgresql.stop()
    working.wait_for(lambda: "came to nothing" in working.said(), "a turn without a database")
    postgresql.start()

    shop.place()
    shop.pay()
    shop.let_pass(minutes=2)
    working.wait_for(lambda: shop.status == "paid", "the worker to be at work again")
    assert working.stop() == 0
