"""A mail server that stands still: it takes connections, as its system does for it, and says nothing."""

import signal

import httpx
import pytest

from simulators.mail.control import Control as Mailbox
from simulators.process import Process as Simulator
from tests.integration.factories import PASSWORD
from tests.integration.ops.freezing import frozen
from tests.processes import KIOSK, Process, wait_for

pytestmark = pytest.mark.any_database

PROMISED = 3
"""Seconds for a request: it waits for no mail."""

ENDS = 25
"""Seconds that a worker may take to end."""


@pytest.fixture
def mail_server():
    options = ["--port", "0", "--smtp-port", "0", "--control"]
    with Simulator("mail", *options) as process, Mailbox(process.url) as mailbox:
        mailbox.pid = process.pid
        yield mailbox


def register(kiosk, name):
    someone = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return kiosk.http.post("/api/register", json=someone, headers={"Sec-Fetch-Site": "same-origin"})


@pytest.mark.long
def test_users_notice_nothing_and_their_mails_come_later(live_kiosk, mail_server):
    kiosk = live_kiosk(MAIL_URL=mail_server.smtp_url)

    with frozen(mail_server.pid):
        answers = [register(kiosk, name) for name in ("ada", "bob")]
        answers += [kiosk.http.get("/readyz")]
    kiosk.http.close()

    assert [answer.status_code for answer in answers] == [201, 201, 200]
    assert max(answer.elapsed.total_seconds() for answer in answers) < PROMISED
    wait_for(lambda: len(mail_server.mails()) == 2, "the mails to come")


@pytest.mark.long
def test_a_worker_that_waits_for_it_ends_in_time(live_kiosk, mail_server, tmp_path):
    kiosk = live_kiosk(MAIL_URL=mail_server.smtp_url)
    with frozen(mail_server.pid):
        assert register(kiosk, "ada").status_code == httpx.codes.CREATED
        kiosk.http.close()
        kiosk.kill()  # so that the mail is the worker's
        worker = Process([KIOSK, "worker"], tmp_path / "worker", env=kiosk.environment)
        worker.wait_until_said("kiosk worker is at work")

        worker.send(signal.SIGTERM)

        wait_for(lambda: not worker.running, "the worker to end", ENDS)
        assert worker.stop() == 0
