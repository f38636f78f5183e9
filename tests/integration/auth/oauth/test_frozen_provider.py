"""A provider that stands still: it takes connections, as its system does for it, and answers nothing."""

import pytest

from simulators.identity.control import Control as Identity
from simulators.process import Process as Simulator
from tests.integration.factories import PASSWORD
from tests.integration.ops.freezing import frozen
from tests.processes import wait_for
from tests.settings import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.any_database

PROMISED, OTHERS = 10, 3
"""Seconds, for who presses the provider's button and for all others."""

BROWSER = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def provider():
    options = ["--client", f"{CLIENT_ID}:{CLIENT_SECRET}", "--redirect-uri", "http://localhost/oauth/callback/acme"]
    with Simulator("identity", "--port", "0", "--control", *options) as process, Identity(process.url) as control:
        control.pid = process.pid
        yield control


@pytest.mark.long
def test_its_button_leads_back_in_time_and_passwords_work_meanwhile(live_kiosk, provider):
    kiosk = live_kiosk(identity=provider.url)
    someone = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}

    with frozen(provider.pid):
        pressed = [kiosk.http.get("/oauth/login/acme") for _ in range(2)]
        others = [
            kiosk.http.post("/api/register", json=someone, headers=BROWSER),
            kiosk.http.post("/api/session", json={"username": "ada", "password": PASSWORD}, headers=BROWSER),
            kiosk.http.get("/readyz"),
        ]

    assert {answer.headers["Location"] for answer in pressed} == {"/sign-in?error=oauth_unavailable"}
    assert max(answer.elapsed.total_seconds() for answer in pressed) < PROMISED
    assert [answer.status_code for answer in others] == [201, 200, 200]
    assert max(answer.elapsed.total_seconds() for answer in others) < OTHERS
    wait_for(
        lambda: kiosk.http.get("/oauth/login/acme").headers["Location"].startswith(provider.url),
        "the button to lead to the provider again",
    )
