"""PostgreSQL stands still while requests are under way: all are answered in time, and then it goes on by itself."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor, wait

import httpx
import pytest
import sqlalchemy as sa

from app import create_app, db
from app.runtime import deadline
from tests.integration.conftest import close
from tests.integration.live import LiveKiosk
from tests.integration.ops.freezing import frozen
from tests.processes import KIOSK, Process, wait_for
from tests.settings import environment, settings

PROMISED, HEALTH = 15, 2.5
"""Seconds, within which any request is answered, and those for the process's health."""

WORKER_ENDS = 25
"""Seconds after SIGTERM."""


@pytest.fixture
def kiosk(postgresql, tmp_path):
    found = LiveKiosk(tmp_path / "kiosk.log")
    found.start(environment(settings(postgresql.address, public_url=found.url)))
    yield found
    found.http.close()
    found.stop()


def asked(kiosk, path):
    """Status, error code, whether it says when to try again, and seconds."""
    began = time.monotonic()
    stranger = {"Cookie": "kiosk=unknown"}  # looked up in the database
    answer = httpx.get(kiosk.url + path, headers=stranger, timeout=60, trust_env=False, verify=False)
    error = answer.json().get("error") if answer.status_code != httpx.codes.OK else ""
    return answer.status_code, error, "Retry-After" in answer.headers, time.monotonic() - began


@pytest.mark.long
def test_whatever_hangs_all_are_answered_in_time_and_afterwards_served(postgresql, kiosk):
    with ThreadPoolExecutor(40) as people:
        with frozen(postgresql.process.pid):
            under_way = [people.submit(asked, kiosk, "/api/profile") for _ in range(40)]
            while wait(under_way, timeout=0.25).not_done:
                for path, status in (("/healthz", 200), ("/readyz", 503)):
                    answer = asked(kiosk, path)
                    assert (answer[0], answer[3] < HEALTH) == (status, True)
        answers = [each.result() for each in under_way]

        assert {answer[:3] for answer in answers} <= {(503, "database_unavailable", True), (503, "overloaded", True)}
        assert max(answer[3] for answer in answers) < PROMISED
        wait_for(lambda: asked(kiosk, "/readyz")[0] == 200, "it to be ready again")
        assert {answer[:2] for answer in people.map(lambda _: asked(kiosk, "/api/profile"), range(40))} == {
            (401, "sign_in_required")
        }


@pytest.mark.long
def test_a_worker_ends_in_time_beside_it(postgresql, kiosk, tmp_path):
    worker = Process([KIOSK, "worker"], tmp_path / "worker", env=kiosk.environment)
    worker.wait_until_said("kiosk worker is at work")
    with frozen(postgresql.process.pid):
        worker.send(signal.SIGTERM)

        wait_for(lambda: not worker.running, "the worker to end", WORKER_ENDS)
    assert worker.stop() == 0


@pytest.fixture
def app(postgresql):
    made = create_app(settings(postgresql.address, TESTING=True))
    yield made
    close(made)


def begin_transaction():
    db.session.execute(sa.text("SELECT 1"))


def test_a_rollback_that_gets_no_answer_does_not_break_the_end_of_a_request(postgresql, app):
    context = app.app_context()
    context.push()
    begin_transaction()
    with frozen(postgresql.process.pid), deadline.within(seconds=1):
        context.pop()

    with app.app_context():
        begin_transaction()


def test_what_is_out_of_time_is_rolled_back_all_the_same(app):
    with app.app_context():
        begin_transaction()
        with deadline.within(seconds=0):
            db.session.rollback()
        begin_transaction()
