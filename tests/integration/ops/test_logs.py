"""What Kiosk writes down, in which form, and what it never does."""

import json
import logging
import os
import re
import socket
import subprocess
import sys

import httpx
import pytest

from app import create_app, db
from app.auth.oauth import providers
from app.models import User
from tests.integration.accounts import bearer, make_ada, refresh, sign_in, tokens_of
from tests.integration.auth.oauth.acme import ACCESS_TOKEN, Journey
from tests.integration.checkout.buying import SESSIONS, completed, opened, order, send_event  # feature: shop
from tests.integration.conftest import browser, close
from tests.integration.factories import (
    PASSWORD,
    make_item,  # feature: shop
    make_user,
)
from tests.processes import ROOT
from tests.settings import (
    CLIENT_SECRET,
    JWT_SECRET_KEY,
    PAYMENTS_KEY,  # feature: shop
    SECRET_KEY,
    WEBHOOK_SECRET,  # feature: shop
    environment,
    settings,
)

pytestmark = pytest.mark.any_database


@pytest.fixture
def logger(app):
    """The package's logger, put back as it was: there is one for all applications of a process."""
    found = logging.getLogger("app")
    before = found.handlers[:], found.level, found.propagate
    yield found
    for handler in found.handlers[:]:
        if handler not in before[0]:
            handler.close()
    found.handlers, found.propagate = before[0], before[2]
    found.setLevel(before[1])


@pytest.fixture
def logged(own_database, logger, tmp_path):
    """`logged("production")` is an application in that environment, and what it has written into its file."""
    made = []

    def start(env, **more):
        file = tmp_path / "kiosk.log"
        url = "https://shop.example" if env in ("staging", "production") else "http://localhost"
        app = create_app(settings(own_database, ENV=env, public_url=url, LOG_FILE=str(file), TESTING=True, **more))
        made.append(app)
        return app, lambda: file.read_text() if file.exists() else ""

    yield start
    for app in made:
        close(app)


@pytest.mark.parametrize("env", ["production", "staging"])
def test_in_production_every_line_is_json(logged, env):
    app, written = logged(env)
    app.test_client().get("/api/users?q=tea", headers={"X-Request-ID": "request-of-ada"})
    app.logger.warning("two\nlines")

    lines = [json.loads(line) for line in written().splitlines()]

    assert len(lines) == 2
    assert lines[0]["message"].startswith("GET /api/users 401")
    assert (lines[0]["method"], lines[0]["path"], lines[0]["status"]) == ("GET", "/api/users", 401)
    assert (lines[0]["level"], lines[0]["request_id"]) == ("INFO", "request-of-ada")
    assert lines[0]["ms"] >= 0
    assert lines[0]["time"]
    assert lines[1]["message"] == "two\nlines"


def test_in_development_a_line_is_for_people(logged):
    app, written = logged("development")
    app.test_client().get("/api/providers", headers={"X-Request-ID": "request-of-ada"})

    assert re.fullmatch(
        r"\d\d:\d\d:\d\d INFO    app\.access GET /api/providers 200 [\d.]+ms \[request-of-ada\]\n", written()
    )


def test_a_line_names_the_user_by_number(logged):
    app, written = logged("production")
    with app.app_context():
        number = make_ada().id
    client = browser(app)
    client.environ_base["wsgi.url_scheme"] = "https"
    sign_in(client)
    client.get("/api/profile")

    last = json.loads(written().splitlines()[-1])

    assert (last["path"], last["user_id"]) == ("/api/profile", number)
    assert "ada" not in last["message"]


def test_a_line_says_where_the_request_came_from_and_believes_no_header(logged):
    app, written = logged("production")
    app.test_client().get("/api/providers", headers={"X-Forwarded-For": "198.51.100.1"})

    assert json.loads(written())["address"] == "127.0.0.1"


def test_a_bug_is_written_down_with_where_it_happened_and_the_request_id(logged):
    app, written = logged("production")
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/api/break")
    def break_down():
        raise LookupError("something is missing")

    response = app.test_client().get("/api/break")

    line = next(json.loads(line) for line in written().splitlines() if "exc_info" in line)
    assert "LookupError: something is missing" in line["exc_info"]
    assert line["request_id"] == response.headers["X-Request-ID"]


def test_a_line_stays_one_whatever_the_path_says(logged):
    app, written = logged("production")
    app.test_client().get("/api/a%0a%7b%22level%22%3a%22ERROR%22%7d")

    assert len(written().splitlines()) == 1


FORGED = "12:00:00 WARNING app.access GET /api/users 200 1.0ms [request-of-staff]"
BREAKS = {
    "line feed": "\n",
    "carriage return": "\r",
    "next line": "\x85",
    "line separator": "\u2028",
    "escape": "\x1b[2K",
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_a_provider_says_forges_no_line(logged, acme, name):
    app, written = logged("test")
    with app.app_context():
        providers.configure(app, app.extensions["settings"])
    acme.metadata = {"issuer": f"https://acme.example{BREAKS[name]}{FORGED}"}

    Journey(browser(app), acme).leave()

    lines = written().splitlines()
    assert sum("sign-in refused" in line for line in lines) == 1
    assert [line for line in lines if line.startswith("12:00:00")] == []
    assert all(line.isprintable() for line in lines)


def test_what_an_error_says_forges_no_line(logged):
    app, written = logged("test")
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/api/break")
    def break_down():
        raise LookupError(f"first\n{FORGED}\r{FORGED}")

    app.test_client().get("/api/break")

    lines = written().splitlines()
    assert [line for line in lines if line.startswith("12:00:00")] == []
    assert [line for line in lines if FORGED in line] == [line for line in lines if line.startswith("  | ")][-1:]


def test_what_the_server_cannot_read_is_not_quoted(live_kiosk):
    kiosk = live_kiosk(ENV="staging")
    for line in ("GET/reset-password?token=of-a-link HTTP/1.1", "GET / HTTP/1.1\r\nCookie kiosk=of-a-link"):
        with socket.create_connection(("127.0.0.1", kiosk.port), timeout=30) as connection:
            connection.sendall(f"{line}\r\nHost: localhost\r\n\r\n".encode())
            assert b" 400 " in connection.recv(4096)[:20]

    assert kiosk.stop() == 0
    assert "of-a-link" not in kiosk.said()


WRITERS, LINES = 6, 1000
WRITER = """
import os
import sys

from app import create_app
from app.ops import logs

logs.FILE_BYTES = 200_000
writers, lines = map(int, sys.argv[1:])
begin, release = os.pipe()
for writer in range(writers):
    if os.fork() == 0:
        app = create_app()
        os.close(release)
        os.read(begin, 1)  # all of them begin at once
        for number in range(lines):
            app.logger.info("line %s of %s", number, writer)
        os._exit(0)
os.close(release)
assert [os.wait()[1] for _ in range(writers)] == [0] * writers
"""


def test_processes_that_share_a_file_lose_no_line_while_it_is_rotated(own_database, tmp_path):
    file = tmp_path / "kiosk.log"
    own = environment(settings(own_database, ENV="staging", LOG_FILE=str(file)))
    env = {**os.environ, **own, "PYTHONPATH": str(ROOT)}

    command = [sys.executable, "-c", WRITER, str(WRITERS), str(LINES)]
    subprocess.run(command, env=env, stderr=subprocess.DEVNULL, timeout=60, check=True)

    files = sorted(tmp_path.glob("kiosk.log*"))
    told = [json.loads(line)["message"] for each in files for line in each.read_text().splitlines()]
    assert len(files) > 3
    assert sorted(told) == sorted(f"line {line} of {number}" for number in range(WRITERS) for line in range(LINES))


def test_the_file_is_rotated_before_it_grows_too_large(logged, tmp_path, monkeypatch):
    monkeypatch.setattr("app.ops.logs.FILE_BYTES", 2000)
    app, written = logged("production")

    for _ in range(200):
        app.logger.info("a line of some length " * 3)

    assert len(written()) <= 2000
    assert len(list(tmp_path.glob("kiosk.log.*"))) == 5


def test_without_a_file_lines_go_to_standard_error(own_database, logger, capsys):
    app = create_app(settings(own_database, ENV="production", public_url="https://shop.example", TESTING=True))
    app.test_client().get("/api/providers")

    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["path"] == "/api/providers"
    close(app)


def test_no_secret_is_ever_written_down(logged, acme, httpx_mock, caplog):
    caplog.set_level(logging.DEBUG)
    app, written = logged("test")
    with app.app_context():
        make_ada(role="staff")
    client = browser(app)
    secrets = {
        *(SECRET_KEY, JWT_SECRET_KEY, CLIENT_SECRET, PASSWORD, ACCESS_TOKEN),
        *(PAYMENTS_KEY, WEBHOOK_SECRET),  # feature: shop
    }

    secrets |= everything_about_passwords(app, client)
    secrets |= a_journey_to_the_provider(app, client, acme)
    secrets |= an_order(app, client, httpx_mock)  # feature: shop

    text = written() + caplog.text
    assert "POST /api/orders 201" in text  # feature: shop
    assert "sign-in refused" in text
    assert [secret for secret in secrets if secret in text] == []


def everything_about_passwords(app, client):
    sign_in(client, password="a-wrong-password-of-ada")
    sign_in(client)
    tokens = tokens_of(app)
    refresh(app.test_client(), tokens["refresh_token"])
    app.test_client().get("/api/profile", headers=bearer(tokens["access_token"] + "x"))
    client.post("/api/register", json={"username": "ada", "email": "a@b.example", "password": "new-password-of-eve"})
    link = app.test_cli_runner().invoke(args=["users", "reset-link", "ada"]).output.strip().partition("token=")[2]
    app.test_client().post("/api/password/reset", json={"token": "x" + link, "password": "next-password-of-ada"})
    client.get(f"/reset-password?token={link}", buffered=True)
    words = {"a-wrong-password-of-ada", "new-password-of-eve", "next-password-of-ada", link}
    return words | {tokens["access_token"], tokens["refresh_token"], client.get_cookie("kiosk").value}


def a_journey_to_the_provider(app, client, acme):
    with app.app_context():
        providers.configure(app, app.extensions["settings"])
    journey = Journey(client, acme)
    journey.leave()
    acme.faults["token"] = httpx.Response(400, json={"error": "invalid_grant", "error_description": "code-of-ada"})
    journey.come_back(code="code-of-ada")
    acme.faults.clear()
    acme.claims = {"nonce": "another"}
    journey.sign_in(code="code-of-ada")
    id_token = acme.id_token()
    acme.claims = {}
    journey.sign_in(code="code-of-ada")
    asked = {journey.asked["state"], journey.asked["nonce"], acme.form()["code_verifier"]}
    return {"code-of-ada", id_token, client.get_cookie("kiosk").value, *asked}


# feature: shop {
def an_order(app, client, httpx_mock):
    with app.app_context():
        item = make_item("Tea")
    httpx_mock.add_callback(opened, url=SESSIONS, method="POST")
    httpx_mock.add_response(
        url=re.compile(re.escape(SESSIONS) + "/.+"), status_code=500, text=PAYMENTS_KEY, is_reusable=True
    )
    response = order(client, item, key="idempotency-key-of-ada")
    assert response.status_code == 201, response.text
    url = response.get_json()["checkout_url"]
    send_event(client, completed(url.rpartition("/")[2]))
    send_event(client, completed(url.rpartition("/")[2]), secret="whsec_of_a_stranger_0123")
    return {"whsec_of_a_stranger_0123"}


# }


def test_an_error_of_the_database_tells_no_values(logged):
    app, written = logged("production")
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/api/break")
    def break_down():
        db.session.add(User(username="ada", password_hash="hash-of-ada"))
        db.session.add(User(username="ada", password_hash="hash-of-eve"))
        db.session.flush()

    assert app.test_client().get("/api/break").status_code == 500

    assert "IntegrityError" in written()
    assert "hash-of" not in written()
    with app.app_context():
        assert make_user().id
