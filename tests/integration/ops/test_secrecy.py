"""The watch that every test runs under sees what it is there for: what is logged, by whom, and that it is secret."""

import logging
import sys

import pytest

from app.auth import opaque_tokens
from tests.integration.accounts import login, make_ada, sign_in
from tests.integration.factories import PASSWORD
from tests.processes import ROOT, Process
from tests.secrecy import watch
from tests.settings import (
    JWT_SECRET_KEY,
    PAYMENTS_KEY,  # feature: shop
    WEBHOOK_SECRET,  # feature: shop
)

pytestmark = pytest.mark.any_database

log = logging.getLogger("app.auth.routes")


@pytest.fixture
def apart():
    """What is logged now is looked at here, and fails nothing."""
    with watch.apart() as found:
        yield found


SECRETS = [
    JWT_SECRET_KEY,
    PAYMENTS_KEY,  # feature: shop
    WEBHOOK_SECRET,  # feature: shop
    opaque_tokens.generate(),
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
    "GET /oauth/callback?code=abc",
    "https://shop.example/verify-email?token=abc",
]


@pytest.mark.parametrize("number", range(len(SECRETS)))
def test_a_secret_in_a_line_is_seen(apart, number):
    log.warning("somebody said %s here", SECRETS[number])

    assert len(apart.leaks()) == 1


def test_a_secret_in_a_traceback_or_beside_the_message_is_seen(apart):
    log.warning("broken", exc_info=LookupError(JWT_SECRET_KEY))
    log.warning("a line", extra={"given": JWT_SECRET_KEY})

    assert len(apart.leaks()) == 2


def test_it_is_seen_where_the_shop_logs_to_its_own_handlers_alone(apart, monkeypatch):
    monkeypatch.setattr(logging.getLogger("app"), "propagate", False)
    log.warning(JWT_SECRET_KEY)

    assert apart.leaks()


def test_what_a_test_sends_and_gets_is_known_to_be_secret(apart, client):
    make_ada()
    sign_in(client)
    tokens = login(client).get_json()
    said = [PASSWORD, client.get_cookie("kiosk").value, tokens["access_token"], tokens["refresh_token"]]
    for each in said:
        log.warning("half of it is %s", each)

    assert sum("a secret of this test" in leak for leak in apart.leaks()) == len(said)


def test_what_a_server_wrote_is_seen_when_it_is_over(apart, tmp_path):
    words = f"import sys; sys.stderr.write('starting with {JWT_SECRET_KEY}')"
    process = Process([sys.executable, "-c", words], tmp_path / "log", env={"PYTHONPATH": str(ROOT)})
    process.wait()
    process.stop()

    assert apart.leaks()


def test_a_line_without_a_secret_is_none(apart):
    log.warning("POST /api/password/reset 200 1.5ms, request 0123456789abcdef, %s", "a" * 64)

    assert apart.leaks() == []
