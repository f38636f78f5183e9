"""The application with a database. docs/testing.md says which fixture is for what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from flask_migrate import upgrade
from pytest_httpx import HTTPXMock

from app import create_app, db
from app.auth import cookies, opaque_tokens, sessions
from app.auth.oauth import providers
from app.models import User
from app.runtime import db as runtime_db
from app.runtime.async_bridge import bridge
from app.runtime.config import PaymentsAccount  # feature: shop
from app.runtime.db import Session, utcnow
from app.stripe.gateway import Gateway  # feature: shop
from app.users import passwords
from simulators.identity.control import Control as Identity
from simulators.mail.control import Control as Mailbox
from simulators.payments import control as payments  # feature: shop
from simulators.payments.control import Control as Payments  # feature: shop
from simulators.process import Process as Simulator
from tests.databases import Databases, PostgresqlDatabases, PostgresqlServer, SqliteDatabases, Valkey
from tests.integration.auth.oauth.acme import Acme, Journey
from tests.integration.live import LiveKiosk
from tests.settings import (
    CLIENT_ID,
    CLIENT_SECRET,
    PAYMENTS_KEY,  # feature: shop
    WEBHOOK_SECRET,  # feature: shop
    environment,
    settings,
)

# ---------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    if request.config.getoption("--database") == "postgresql":
        found: Databases = PostgresqlDatabases(migrate)
    else:
        found = SqliteDatabases(migrate, folder_of_the_run(request.config, tmp_path_factory))
    yield found
    found.close()


def folder_of_the_run(config: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where several processes run tests, each has a folder in it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(config, "workerinput") else own


def migrate(address: str) -> None:
    app = create_app(settings(address))
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def shared_app(databases: Databases) -> Iterator[Flask]:
    """One application for all tests, on one database that no test leaves a trace in. Ask for `app`, not for this."""
    app = create_app(settings(databases.new(), TESTING=True))
    yield app
    close(app)


def close(app: Flask) -> None:
    """Its connections to the database and to providers: one that is dropped open is a ResourceWarning."""
    bridge.run(app.extensions["pool"].close())
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def own_database(databases: Databases) -> Iterator[str]:
    """The address of a migrated database for one test: for several connections, threads, processes."""
    address = databases.new()
    yield address
    databases.drop(address)


# ---------------------------------------------------------------- the application


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed as ever, only not for long: a hash that takes its time is what most tests would wait for."""
    quick = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hasher", quick)
        patch.setattr(passwords, "STAND_IN", quick.hash("no known password"))
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_jobs() -> Iterator[None]:
    """On a busy machine a job may take longer than a request waits for it, and would go on beside the next test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.runtime.jobs.WAIT_MILLISECONDS", 20_000)
        yield


# feature: shop {
@pytest.fixture(scope="session", autouse=True)
def short_pauses() -> Iterator[None]:
    """A call to the payment provider that failed is made again nearly at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.stripe.gateway.PAUSE_SECONDS", 0.01)
        yield


# }
@pytest.fixture
def app(shared_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application, in a transaction that is rolled back after the test; whatever commits, commits within.

    Its context is open, so that a test may use `db.session` and the factories.
    """
    shared_app.extensions["limits"].reset()  # what other tests called counts for nothing here
    with shared_app.app_context(), db.engine.connect() as connection:
        transaction = connection.begin()
        with sessions_on(connection, monkeypatch):
            yield shared_app
        transaction.rollback()


@contextmanager
def sessions_on(connection: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every `db.session` works on `connection`, and its commit and rollback reach no further than a savepoint.

    So does each read without a session.
    """
    db.session.remove()

    def get_bind(*_: object, **__: object) -> sa.Connection:
        bridge.check("db.session")  # as the application's own does
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(Session, "get_bind", get_bind)
        patch.setattr(runtime_db, "autocommit", lambda: nullcontext(connection))
        patch.setitem(db.session.session_factory.kw, "join_transaction_mode", "create_savepoint")
        yield
        db.session.remove()


@pytest.fixture(scope="module")
def postgresql(request: pytest.FixtureRequest) -> Iterator[PostgresqlServer]:
    """A PostgreSQL that the tests of one file alone use, since they stop it."""
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("about a PostgreSQL that is stopped")
    server = PostgresqlServer()
    migrate(server.address)
    yield server
    server.close()


@pytest.fixture
def own_app(own_database: str) -> Iterator[Flask]:
    """An application on a database of its own, where commits are real and threads may meet."""
    app = create_app(settings(own_database, TESTING=True))
    yield app
    close(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser on the shop's own page, signed out."""
    return browser(app)


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def browser_at(app: Flask, address: str) -> FlaskClient:
    """A browser that comes from this address."""
    client = browser(app)
    client.environ_base["REMOTE_ADDR"] = address
    return client


def sign_in(app: Flask, user: User) -> FlaskClient:
    """A browser of theirs, signed in without asking for a password."""
    token = opaque_tokens.generate()
    with app.app_context():
        sessions.begin(db.session(), user, utcnow(), None, token)
        db.session.commit()
        name = cookies.session_name()
    client = browser(app)
    client.set_cookie(name, token)
    return client


@pytest.fixture
def signed_in(app: Flask) -> Callable[[User], FlaskClient]:
    """`signed_in(user)` is a browser of theirs."""
    return partial(sign_in, app)


# ---------------------------------------------------------------- programs beside the tests


@pytest.fixture
def live_kiosk(own_database: str, tmp_path: Path) -> Iterator[Callable[..., LiveKiosk]]:
    """`live_kiosk(workers=2, payments=…)` is a running `kiosk serve`; settings as in `tests.settings.settings`."""
    started: list[LiveKiosk] = []

    def start(workers: int = 1, **more: object) -> LiveKiosk:
        live = LiveKiosk(tmp_path / f"kiosk-{len(started)}.log", workers)
        started.append(live)
        live.start(environment(settings(own_database, **{"public_url": live.url, **more})))
        return live

    yield start
    for live in started:
        live.http.close()  # before its server, which would wait for an idle connection
        live.stop()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Valkey, which speaks Redis. Tests that share it choose keys of their own."""
    server = Valkey(tmp_path_factory.mktemp("valkey") / "log")
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def one_identity_simulator() -> Iterator[Identity]:
    options = ["--client", f"{CLIENT_ID}:{CLIENT_SECRET}", "--redirect-uri", "http://localhost/oauth/callback/acme"]
    with Simulator("identity", "--port", "0", "--control", *options) as simulator, Identity(simulator.url) as control:
        yield control


@pytest.fixture
def identity_simulator(one_identity_simulator: Identity) -> Identity:
    """A running identity simulator without a past: its `url`, and all that can be done to it."""
    one_identity_simulator.reset()
    return one_identity_simulator


# feature: shop {
@pytest.fixture(scope="session")
def one_payments_simulator() -> Iterator[Payments]:
    with payments.started(secret_key=PAYMENTS_KEY, webhook_secret=WEBHOOK_SECRET) as control:
        yield control


@pytest.fixture
def payments_simulator(one_payments_simulator: Payments) -> Payments:
    """A running payment simulator without a past: its `url`, and all that can be done to it."""
    one_payments_simulator.reset()
    return one_payments_simulator


# }


@pytest.fixture(scope="session")
def one_mail_simulator() -> Iterator[Mailbox]:
    options = ["--port", "0", "--smtp-port", "0", "--control"]
    with Simulator("mail", *options) as simulator, Mailbox(simulator.url) as control:
        yield control


@pytest.fixture
def mail_simulator(one_mail_simulator: Mailbox) -> Mailbox:
    """A running mail server that catches everything: `smtp_url`, `mails()`, and all that can go wrong."""
    one_mail_simulator.reset()
    return one_mail_simulator


# feature: shop {
@pytest.fixture
def simulated(app: Flask, payments_simulator: Payments, monkeypatch: pytest.MonkeyPatch) -> Payments:
    """The simulator, with `app` talking to it instead of to nobody."""
    account = PaymentsAccount(payments_simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
    monkeypatch.setitem(app.extensions, "gateway", Gateway(account))
    return payments_simulator


# }


SIMULATORS = {
    "identity": "identity_simulator",
    "payments": "payments_simulator",  # feature: shop
}
"""The fixture of each provider's simulator, by what `tests.settings.settings` calls the provider."""


@pytest.fixture
def simulators(request: pytest.FixtureRequest) -> dict[str, str]:
    """The addresses of all simulated providers, for `tests.settings.settings`."""
    return {provider: request.getfixturevalue(fixture).url for provider, fixture in SIMULATORS.items()}


# ---------------------------------------------------------------- sign-in at a provider


@pytest.fixture
def reconfigured(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`reconfigured(public_url=…)` gives the application other settings until the test is over."""
    for part in ("settings", "oauth"):
        monkeypatch.setitem(app.extensions, part, app.extensions[part])

    def change(**changes: object) -> None:
        app.extensions["settings"] = msgspec.structs.replace(app.extensions["settings"], **changes)
        providers.configure(app, app.extensions["settings"])

    change()
    return change


@pytest.fixture
def acme(reconfigured: Callable[..., None], httpx_mock: HTTPXMock) -> Acme:
    """The OpenID provider of the settings, mocked on the wire; the application has not heard of it yet."""
    return Acme(httpx_mock)


@pytest.fixture
def journey(client: FlaskClient, acme: Acme) -> Journey:
    """`client`, on its way to Acme and back."""
    return Journey(client, acme)
