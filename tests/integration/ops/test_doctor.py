"""`kiosk doctor`: a line for each thing that Kiosk needs, and the mend where it is not as it should be."""

import os
import socket
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime  # feature: shop
from threading import Thread

import httpx
import pytest

from app import create_app, db
from app.models import (
    Chore,
    FindingRow,  # feature: shop
)
from app.ops import doctor
from app.runtime.db import utcnow, writing
from tests.integration.conftest import close
from tests.integration.payments.charging import rate  # feature: shop
from tests.processes import run_kiosk
from tests.settings import (
    CLIENT_SECRET,
    PAYMENTS_KEY,  # feature: shop
    environment,
    settings,
)

pytestmark = pytest.mark.any_database

SECRETS = (
    *(CLIENT_SECRET, "hush-hush"),
    PAYMENTS_KEY,  # feature: shop
)


@pytest.fixture
def examined(own_database, simulators):
    """`examined(**settings)`: the lines, by name, of a shop whose providers are simulators."""

    def examine(database=own_database, **more):
        app = create_app(settings(database, TESTING=True, **{**simulators, **more}))
        lines = list(doctor.examine(lambda: app))
        close(app)
        assert not [secret for secret in SECRETS if secret in " ".join(map(str, lines))]
        return {line.name: line for line in lines}

    return examine


def test_a_shop_that_has_what_it_needs(examined, redis):
    found = examined(REDIS_URL=redis)

    assert str(found["configuration"]) == "ok   configuration: test, at http://localhost"
    assert found["database"].level == "ok"
    assert found["Redis"].level == "ok"
    assert found["sign-in at acme"].level == "ok"
    assert "FAIL" not in {line.level for line in found.values()}


@pytest.fixture
def on_postgresql(request):
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("SQLite takes any number of connections")


@pytest.mark.every_database
@pytest.mark.usefixtures("on_postgresql")
def test_connections_are_shared_by_all_processes_and_have_to_fit(examined):
    fits = examined(DATABASE_CONNECTIONS=60, PROCESSES=20)["connections"]
    too_many = examined(DATABASE_CONNECTIONS=500)["connections"]

    assert (fits.level, fits.words) == ("ok", "3 for each of 20 processes, and some are left for an operator")
    assert too_many.level == "FAIL"
    assert too_many.words.startswith("KIOSK_DATABASE_CONNECTIONS is 500, and PostgreSQL has room for")


@pytest.mark.every_database
@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.parametrize(
    ("command", "setting", "words"),
    [
        (["serve", "--port", "0"], {"DATABASE_CONNECTIONS": 500}, "lower it, or raise max_connections"),
        (["worker"], {"DATABASE_CONNECTIONS": 500}, "lower it, or raise max_connections"),
        (["serve", "--port", "0", "--workers", "3"], {"PROCESSES": 2}, "count the processes of all servers"),
    ],
)
def test_nothing_starts_that_could_lock_the_operator_out(own_database, command, setting, words):
    done = run_kiosk(*command, env={"PATH": os.environ["PATH"], **environment(settings(own_database, **setting))})

    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


# feature: shop {
def test_a_key_for_tests_is_told_from_one_that_moves_money(examined):
    line = examined()["payments"]

    assert str(line) == "ok   payments: the key is accepted; a key for tests: no money moves"


def test_a_key_that_the_payment_provider_refuses(examined, payments_simulator):
    account = {
        "API_BASE": payments_simulator.url,
        "SECRET_KEY": "sk_test_of_somebody_else",
        "WEBHOOK_SECRET": "whsec_1",
    }

    line = examined(PAYMENTS=account)["payments"]

    assert (line.level, line.mend) == ("FAIL", "check KIOSK_PAYMENTS__SECRET_KEY")


def test_a_payment_provider_that_is_away(examined):
    line = examined(payments="http://127.0.0.1:9")["payments"]

    assert (line.level, line.mend) == ("FAIL", "check KIOSK_PAYMENTS__API_BASE, and the way out")


def test_no_key_and_no_secret_for_messages(examined, payments_simulator):
    keyless = examined(PAYMENTS={"API_BASE": payments_simulator.url})["payments"]
    deaf = examined(PAYMENTS={"API_BASE": payments_simulator.url, "SECRET_KEY": PAYMENTS_KEY})["payments"]

    assert (keyless.level, keyless.mend) == ("warn", "set KIOSK_PAYMENTS__SECRET_KEY")
    assert (deaf.level, deaf.mend) == ("FAIL", "set KIOSK_PAYMENTS__WEBHOOK_SECRET")


def test_a_clock_that_is_right(examined):
    line = examined()["clock"]

    assert (line.level, line.words.startswith("as the payment provider's")) == ("ok", True)


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (timedelta(hours=-2), "this machine's is 120 min ahead of the payment provider's"),
        (timedelta(hours=2), "this machine's is 120 min behind the payment provider's"),
    ],
)
def test_a_clock_that_differs_from_the_payment_providers(examined, httpx_mock, theirs, words):
    date = format_datetime(utcnow() + theirs, usegmt=True)
    empty = {"object": "list", "data": [], "has_more": False}
    httpx_mock.add_response(json=empty, headers={"Date": date}, is_reusable=True)

    line = examined(payments="https://pay.example")["clock"]

    assert (line.level, line.words, line.mend) == ("FAIL", words, "have it set by NTP")


# }


@pytest.mark.every_database
def test_a_clock_that_differs_from_the_databases(examined, own_app):
    with own_app.app_context(), db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite has no clock of its own")
        late = "SELECT pg_catalog.clock_timestamp() - interval '2 hours'"
        for statement in (
            f"CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ {late} $$",
            f'ALTER DATABASE "{db.engine.url.database}" SET search_path = public, pg_catalog',
        ):
            connection.execute(db.text(statement))
        connection.commit()

    line = examined()["clock"]

    assert (line.level, line.words) == ("FAIL", "this machine's is 120 min ahead of the database's")


def test_a_sign_in_provider_that_is_away(examined):
    line = examined(identity="http://127.0.0.1:9")["sign-in at acme"]

    assert (line.level, line.mend) == ("FAIL", "check KIOSK_OAUTH__acme__ISSUER, and the way out")


def test_a_sign_in_provider_without_userinfo_is_well(examined, identity_simulator):
    identity_simulator.fault("discovery", remove=["userinfo_endpoint"], set={"scopes_supported": None})

    line = examined()["sign-in at acme"]

    assert (line.level, line.words) == (
        "ok",
        "discovery and 1 keys can be read; there is no userinfo, the ID token says who it is",
    )


def test_odd_keys_beside_a_good_one_are_not_counted(examined, identity_simulator):
    key, *_ = httpx.get(f"{identity_simulator.url}/jwks", trust_env=False).json()["keys"]
    odd = [{**key, "use": "enc"}, {"kty": "EC", "crv": "P-999"}, None, "key"]
    identity_simulator.fault("jwks", set={"keys": [*odd, key]})

    assert examined()["sign-in at acme"].words == "discovery and 1 keys can be read"


@pytest.mark.parametrize("keys", [[], [{"kty": "RSA"}], None])
def test_a_sign_in_provider_whose_keys_are_of_no_use(examined, identity_simulator, keys):
    identity_simulator.fault("jwks", set={"keys": keys})

    assert examined()["sign-in at acme"].level == "FAIL"


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_a_sign_in_provider_whose_discovery_lacks_what_a_sign_in_needs(examined, identity_simulator, name):
    identity_simulator.fault("discovery", set={name: None})

    assert examined()["sign-in at acme"].level == "FAIL"


def test_a_database_that_is_away(examined):
    found = examined(database="postgresql://kiosk:hush-hush@127.0.0.1:9/kiosk")

    assert (found["database"].level, found["database"].mend) == (
        "FAIL",
        "see whether it runs, and check KIOSK_SQLALCHEMY_DATABASE_URI",
    )
    assert found["payments"].level == "ok"  # feature: shop


def test_a_database_that_hangs_costs_its_own_lines_alone(examined, monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = examined(database=f"postgresql://kiosk@127.0.0.1:{silent.getsockname()[1]}/kiosk")

    assert str(found["database"]).startswith("FAIL database: no answer within 2 s; ")
    assert found["payments"].level == "ok"  # feature: shop


def test_a_database_without_tables_and_a_file_that_is_not_there(examined, tmp_path):
    (tmp_path / "empty.db").touch(mode=0o600)
    empty = examined(database=f"sqlite:///{tmp_path}/empty.db")["database"]
    missing = examined(database=f"sqlite:///{tmp_path}/missing.db")["database"]

    assert (empty.level, empty.mend) == ("FAIL", "run `kiosk db upgrade`")
    assert (missing.level, missing.mend) == ("FAIL", "run `kiosk db upgrade`")
    assert not (tmp_path / "missing.db").exists()


def test_a_sqlite_file_that_others_can_read(examined, tmp_path):
    (tmp_path / "kiosk.db").touch(mode=0o600)
    (tmp_path / "kiosk.db").chmod(0o644)

    line = examined(database=f"sqlite:///{tmp_path}/kiosk.db")["SQLite"]

    assert (line.level, line.mend) == ("warn", f"run `chmod 600 {tmp_path}/kiosk.db`")


def test_a_redis_that_is_away(examined):
    line = examined(REDIS_URL="redis://:hush-hush@127.0.0.1:9/0")["Redis"]

    assert (line.level, line.mend) == ("FAIL", "see whether it runs, and check KIOSK_REDIS_URL")


@pytest.mark.every_database
def test_whether_a_worker_works(examined, own_app):
    assert examined()["worker"].words == "none has had a turn yet"

    turned(own_app, utcnow() - timedelta(hours=1))
    assert examined()["worker"].level == "warn"

    turned(own_app, utcnow())
    assert examined()["worker"].level == "ok"


# feature: shop {
def test_what_needs_a_person(examined, own_app):
    with own_app.app_context(), writing():
        db.session.add(FindingRow(kind="stock_differs", subject="1", words="3 are held, and orders hold 2."))
        db.session.commit()

    found = examined()

    assert (found["orders"].words, found["orders"].level) == ("1 need a person", "warn")


# }


def turned(app, at):
    with app.app_context(), writing():
        db.session.merge(Chore(name="sweep", due_at=at, reached=int(at.timestamp())))
        db.session.commit()


@contextmanager
def mail_server(greeting):
    """Says `greeting`, then agrees with everything."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk():
            with server.accept()[0] as client, client.makefile("rb") as lines:
                client.sendall(greeting)
                for line in lines:
                    client.sendall(b"221 bye\r\n" if line.lower().startswith(b"quit") else b"250 fine\r\n")

        thread = Thread(target=talk)
        thread.start()
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_mail_is_looked_at_as_far_as_the_greeting(examined):
    with mail_server(b"220 mail.example\r\n") as url:
        fine = examined(MAIL_URL=url)["mail"]
    with mail_server(b"554 go away\r\n") as url:
        refused = examined(MAIL_URL=url)["mail"]

    assert str(fine) == "ok   mail: 127.0.0.1 takes mail"
    assert refused.level == "FAIL"
    assert refused.mend == "see whether it runs, and check KIOSK_MAIL_URL"
    assert examined()["mail"].level == "warn"


def run(**env):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    return run_kiosk("doctor", env={**clean, **env})


def test_a_configuration_that_is_wrong_is_told_with_its_mend_and_nothing_else_is_looked_at():
    done = run()

    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0].startswith("FAIL configuration: KIOSK_SECRET_KEY is not set; give it 32 random bytes")
    assert lines[-1] == "warn the rest: was not looked at; mend the configuration first"
    assert "Traceback" not in done.stderr


def test_it_exits_with_0_where_nothing_fails(own_database, simulators):
    done = run(**environment(settings(own_database, **simulators)))

    assert done.returncode == 0, done.stdout + done.stderr
    assert all(line.startswith(("ok   ", "warn ")) for line in done.stdout.splitlines())


# feature: shop {
def test_rates_of_shipping_that_the_provider_offers(examined, payments_simulator):
    names = [rate(payments_simulator, 500), rate(payments_simulator, 900)]

    found = examined(SHIPPING_RATES=",".join(names))

    assert str(found["shipping"]) == "ok   shipping: the provider offers all 2 rates"
    assert "shipping" not in examined()


def test_rates_of_shipping_that_no_order_can_be_paid_with(examined, payments_simulator):
    good, dollars, old = (rate(payments_simulator, 500, currency) for currency in ("eur", "usd", "eur"))
    payments_simulator.api.post(f"/v1/shipping_rates/{old}", data={"active": "false"}).raise_for_status()

    line = examined(SHIPPING_RATES=f"{good},shr_gone,{dollars},{old}")["shipping"]

    assert (line.level, good in line.words) == ("FAIL", False)
    assert f"no rate shr_gone, {dollars}, {old} in EUR" in line.words
    assert "KIOSK_SHIPPING_RATES" in line.mend


# }
