"""How the identity simulator is started, and whom it knows then."""

import json
import subprocess
import sys

import pytest

from simulators.identity.clients import DEMO_ID, DEMO_SECRET, Client, registered
from simulators.identity.control import walk
from simulators.identity.people import DEMO, load_people
from simulators.process import ROOT, Process
from tests.integration.simulators.identity.party import Party

pytestmark = pytest.mark.integration

PUBLIC = "http://127.0.0.1:5000"
SETTINGS = {
    "KIOSK_PUBLIC_URL": PUBLIC,
    "KIOSK_OAUTH__demo__ISSUER": "http://127.0.0.1:8001",
    "KIOSK_OAUTH__demo__CLIENT_ID": "shop",
    "KIOSK_OAUTH__demo__CLIENT_SECRET": "hush",
}


def start(*options):
    return subprocess.run(
        [sys.executable, "-m", "simulators", "identity", "--port", "0", *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_ends_when_its_standard_input_does():
    ended = start("--lifeline")

    assert ended.returncode == 0
    assert ended.stdout.startswith("identity simulator on http://127.0.0.1:")
    assert ended.stdout.count("\n") == 1


def test_there_is_no_control_unless_asked_for(http):
    with Process("identity", "--port", "0") as process:
        assert http.get(f"{process.url}/_control/calls").status_code == 404
        assert http.post(f"{process.url}/_control/reset").status_code == 404


def test_people_come_from_the_file_given(http, tmp_path):
    file = tmp_path / "people.json"
    file.write_text(json.dumps([{"sub": "1", "username": "alan", "name": "Alan Turing", "role": "staff"}]))

    with Process("identity", "--port", "0", "--people", str(file)) as process:
        assert "code=" in walk(http, Party(process.url, http).authorize_url(), "alan")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is no JSON"),
        ("{}", "people are a list"),
        ('[{"sub": "1"}]', "username must be a text"),
        ('[{"sub": "1", "username": "a", "name": "A"}, {"sub": "1", "username": "b", "name": "B"}]', "share a sub"),
    ],
)
def test_people_that_cannot_be_are_named_and_nothing_starts(tmp_path, content, complaint):
    file = tmp_path / "people.json"
    file.write_text(content)

    ended = start("--people", str(file))

    assert ended.returncode == 1
    assert complaint in ended.stderr


def test_missing_file_and_half_a_client_are_named_and_nothing_starts(tmp_path):
    missing, half = start("--people", str(tmp_path / "none.json")), start("--client", "kiosk")

    assert (missing.returncode, half.returncode) == (1, 1)
    assert "none.json" in missing.stderr
    assert "ID:SECRET" in half.stderr


def test_client_and_redirect_uri_of_the_command_line_are_the_only_ones(http):
    uri = "https://shop.example/back"
    with Process("identity", "--port", "0", "--client", "shop:hush", "--redirect-uri", uri) as process:
        party = Party(process.url, http)

        code = party.code(client_id="shop", redirect_uri=uri)

        assert party.exchange(code, auth=("shop", "hush"), redirect_uri=uri).status_code == 200
        assert http.get(party.authorize_url(client_id="shop")).status_code == 400
        assert http.get(party.authorize_url(redirect_uri=uri)).status_code == 400


def test_code_of_one_client_is_nothing_to_another(http):
    with Process("identity", "--port", "0", "--client", "one:hush", "--client", "two:hush") as process:
        party = Party(process.url, http)

        answer = party.exchange(party.code(client_id="one"), auth=("two", "hush"))

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_kiosks_settings_for_another_provider_register_nobody(http):
    with Process("identity", "--port", "0", env=SETTINGS) as process:
        assert "code" in Party(process.url, http).callback(client_id=DEMO_ID)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8001", "http://localhost:8001/", "http://[::1]:8001"])
def test_kiosks_settings_for_this_port_register_its_client(issuer):
    clients = registered({**SETTINGS, "KIOSK_OAUTH__demo__ISSUER": issuer}, 8001)

    assert clients == {
        "shop": Client("shop", "hush", frozenset({f"{PUBLIC}/oauth/callback", f"{PUBLIC}/oauth/callback/demo"}))
    }


def test_two_providers_on_this_port_may_share_a_client():
    github = {key.replace("demo", "github"): value for key, value in SETTINGS.items()}

    [client] = registered({**SETTINGS, **github}, 8001).values()

    assert client.redirects == {f"{PUBLIC}/oauth/callback{rest}" for rest in ("", "/demo", "/github")}


@pytest.mark.parametrize("issuer", ["https://login.example:8001", "http://127.0.0.1:8002", "http://127.0.0.1:port", ""])
def test_provider_elsewhere_leaves_the_demo_client(issuer):
    clients = registered({**SETTINGS, "KIOSK_OAUTH__demo__ISSUER": issuer}, 8001)

    assert clients == {DEMO_ID: Client(DEMO_ID, DEMO_SECRET)}


def test_secret_of_a_client_is_in_no_repr():
    assert "hush" not in repr(registered(SETTINGS, 8001))


def test_demo_has_a_customer_a_member_of_staff_and_somebody_new():
    people = json.loads(DEMO.read_text())

    roles = [(person["username"], person["role"]) for person in people]
    assert roles == [("ada", "customer"), ("grace", "staff"), ("joan", None)]


def test_the_simulators_by_themselves_know_the_people_of_the_demo():
    own = load_people(DEMO.parents[1] / "simulators" / "identity" / "people.json").values()

    assert [(each.sub, each.username, each.email) for each in own] == [
        (each.sub, each.username, each.email) for each in load_people(DEMO).values()
    ]
