"""Fixtures for pytest: a running simulator of each provider, as new for every test.

With pytest-xdist each worker has simulators of its own, on free ports, so that no test sees another's.
"""

from collections.abc import Iterator

import pytest

from simulators.identity.control import Control as Identity
from simulators.mail.control import Control as Mailbox
from simulators.payments import control as payments  # feature: shop
from simulators.payments.control import Control as Payments  # feature: shop
from simulators.process import Process

CLIENT_ID, CLIENT_SECRET = "shop", "the secret of the shop"
CALLBACK = "http://localhost/callback"


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the identity simulator knows of the application under test."""
    help_ = f"where the application has a user come back from sign-in, one or several (default: {CALLBACK})"
    parser.addini("identity_redirect_uris", help_, type="args", default=[CALLBACK])
    # feature: shop {
    help_ = "of a payment simulator that runs with --control: each test has a namespace there (default: one starts)"
    parser.addini("payments_simulator_url", help_, default="")
    # }


# feature: shop {
@pytest.fixture(scope="session")
def _payments_simulator(pytestconfig: pytest.Config) -> Iterator[Payments]:
    if url := pytestconfig.getini("payments_simulator_url"):
        with Payments(url.rstrip("/")) as control:
            yield control
    else:
        with payments.started() as control:
            yield control


@pytest.fixture
def payments_simulator(pytestconfig: pytest.Config, _payments_simulator: Payments) -> Iterator[Payments]:
    """Stripe: `.url`, `.secret_key`, `.webhook_secret`, and a method for each thing that can go wrong."""
    if pytestconfig.getini("payments_simulator_url"):
        with _payments_simulator.namespace() as control:  # others use the simulator too
            yield control
    else:
        _payments_simulator.reset()
        yield _payments_simulator


# }


@pytest.fixture(scope="session")
def _identity_simulator(pytestconfig: pytest.Config) -> Iterator[Identity]:
    options = ["--client", f"{CLIENT_ID}:{CLIENT_SECRET}"]
    for uri in pytestconfig.getini("identity_redirect_uris"):
        options += ["--redirect-uri", uri]
    with Process("identity", "--port", "0", "--control", *options) as process, Identity(process.url) as control:
        yield control


@pytest.fixture
def identity_simulator(_identity_simulator: Identity) -> Identity:
    """An OpenID provider, whose issuer is `.url`, for the client `shop` (CLIENT_ID, CLIENT_SECRET of this module)."""
    _identity_simulator.reset()
    return _identity_simulator


@pytest.fixture(scope="session")
def _mail_simulator() -> Iterator[Mailbox]:
    with Process("mail", "--port", "0", "--smtp-port", "0", "--control") as process, Mailbox(process.url) as control:
        yield control


@pytest.fixture
def mail_simulator(_mail_simulator: Mailbox) -> Mailbox:
    """A mail server that keeps what it gets: `.smtp_url`, `.mails()`."""
    _mail_simulator.reset()
    return _mail_simulator
