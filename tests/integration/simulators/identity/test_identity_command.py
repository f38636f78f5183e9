"""How the identity simulator is started, and whom it knows then."""

import json
import subprocess
import sys
import time

import pytest

from simulators.identity.clients import DEMO_ID, DEMO_SECRET, Client, registered
from simulators.identity.control import Control, walk
from simulators.identity.people import DEMO, load_people
from simulators.process import ROOT, Process
from tests.integration.simulators.identity.party import CALLBACK, Party, unpacked
from tests.processes import free_port

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
    missing, half = start("--people", str(tmp_path / "none.json")), start("--client", "shop")

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
        assert http.get(party.authorize_url(client_id="kiosk", redirect_uri=uri)).status_code == 400


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

    assert clients[DEMO_ID] == Client(DEMO_ID, DEMO_SECRET)
    assert list(clients) == [DEMO_ID, "kiosk"]


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


@pytest.fixture
def kept(tmp_path):
    """The options of a simulator whose file outlives it."""
    return ["--port", str(free_port()), "--control", "--state", str(tmp_path / "kept" / "state")]


def test_what_a_client_has_survives_kill_9(http, kept):
    with Process("identity", *kept) as process:
        party = Party(process.url, http)
        tokens = party.tokens(scope="openid email offline_access")
        code, keys = party.code("grace"), party.rsa_keys()
        process.kill()

    with Process("identity", *kept) as process:
        assert party.rsa_keys() == keys
        assert party.check(tokens["id_token"]).claims["sub"] == "ada-lovelace"
        assert party.userinfo(tokens["access_token"]).json()["email"] == "ada@example.com"
        assert party.exchange(code).status_code == 200
        assert party.exchange(code).json()["error"] == "invalid_grant"  # it was used, and that is known too
        assert refreshed(http, party, tokens).status_code == 200
        process.kill()

    with Process("identity", *kept):
        assert refreshed(http, party, tokens).json()["error"] == "invalid_grant"  # a theft, since it came before


def refreshed(http, party, tokens):
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    return http.post(f"{party.url}/token", data=form, auth=(DEMO_ID, DEMO_SECRET))


def test_clients_people_keys_and_clock_survive_a_restart_as_they_were_changed(http, kept):
    with Process("identity", *kept) as process, Control(process.url) as control:
        wanted = {"redirect_uris": [CALLBACK], "post_logout_redirect_uris": ["https://shop.example/bye"]}
        made = http.post(f"{process.url}/register", json=wanted).json()
        control.add_person("alan", email="alan@example.com")
        control.rotate_keys(keep=True)
        control.advance(3600)
        keys = http.get(f"{process.url}/jwks").json()

    with Process("identity", *kept) as process, Control(process.url) as control:
        party = Party(process.url, http)
        code = party.code("alan", client_id=made["client_id"])
        answer = party.exchange(code, auth=(made["client_id"], made["client_secret"]))

        assert http.get(f"{process.url}/jwks").json() == keys
        assert answer.status_code == 200
        assert unpacked(answer.json()["id_token"])[1]["iat"] > time.time() + 3500
        signed_out = f"{process.url}/end-session?client_id={made['client_id']}&post_logout_redirect_uri="
        assert http.get(f"{signed_out}https://shop.example/bye").status_code == 303

        control.reset()
        assert "alan" not in [person["username"] for person in control.people()]

    with Process("identity", *kept) as process, Control(process.url) as control:
        assert "alan" not in [person["username"] for person in control.people()]
        assert http.get(party.authorize_url(client_id=made["client_id"])).status_code == 400


def test_the_clients_of_the_command_line_go_before_those_of_the_file(http, kept):
    for secret in ("first", "second"):
        with Process("identity", *kept, "--client", f"shop:{secret}", "--redirect-uri", CALLBACK) as process:
            party = Party(process.url, http)
            assert party.exchange(party.code(client_id="shop"), auth=("shop", secret)).status_code == 200


def test_a_state_file_that_is_something_else_is_named(tmp_path):
    file = tmp_path / "state"
    file.write_text("[1]\n[2]\n")

    ended = start("--state", str(file))

    assert ended.returncode == 1
    assert f"{file}: line 1 is not a journal line of the identity simulator" in ended.stderr


def test_a_seed_gives_the_same_keys_codes_and_clients(http, kept):
    def asked(*options):
        with Process("identity", *options, "--seed", "7") as process:
            party = Party(process.url, http)
            code, keys = party.code(), http.get(f"{process.url}/jwks").json()
            client = http.post(f"{process.url}/register", json={"redirect_uris": [CALLBACK]}).json()
            tokens = party.exchange(code).json()
            assert party.check(tokens["id_token"]).claims["sub"] == "ada-lovelace"
            return keys, client, code, tokens["access_token"]

    first, second, restarted = asked("--port", "0"), asked(*kept), asked(*kept)

    assert first == second
    assert restarted[0] == first[0]
    assert not set(restarted[2:]) & set(first[2:])  # what there is already keeps its name to itself
