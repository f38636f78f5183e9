"""What the identity simulator refuses, and how."""

from urllib.parse import parse_qs, urlsplit

import pytest

from simulators.identity.clients import DEMO_ID, DEMO_SECRET
from simulators.identity.control import walk
from tests.integration.simulators.identity.party import CALLBACK

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/oauth/callback"},
        {"redirect_uri": "http://127.0.0.1:5000/elsewhere"},
        {"redirect_uri": f"{CALLBACK}/demo/deeper"},
        {"redirect_uri": f"{CALLBACK}?next=/"},
        {"redirect_uri": f"{CALLBACK}#part"},
        {"redirect_uri": "http://127.0.0.1@evil.example/oauth/callback"},
        {"redirect_uri": "http://evil.example@127.0.0.1/oauth/callback"},
        {"redirect_uri": "javascript://127.0.0.1/oauth/callback"},
        {"redirect_uri": "http://127.0.0.1:5000; script-src */oauth/callback"},
        {"redirect_uri": "http://[broken/oauth/callback"},
    ],
    ids=str,
)
def test_unknown_client_or_redirect_uri_stays_on_an_error_page(party, changes):
    answer = party.http.get(party.authorize_url(**changes))

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "This sign-in cannot go on" in answer.text


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_client_or_redirect_uri_sent_twice_stays_on_an_error_page(party, name):
    answer = party.http.get(f"{party.authorize_url()}&{name}=another")

    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "email profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://kiosk.example/request"}, "request_uri_not_supported"),
    ],
    ids=str,
)
def test_bad_request_goes_back_as_an_error(party, changes, error):
    answer = party.http.get(party.authorize_url(**changes))

    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    assert told["error"] == [error]
    assert told["state"] == [party.state]
    assert told["iss"] == [party.url]


def test_parameter_sent_twice_goes_back_as_an_error(party):
    answer = party.http.get(f"{party.authorize_url()}&nonce=another")

    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["invalid_request"]


def test_nobody_signs_in_as_a_person_who_is_not_there(party):
    answer = party.http.post(party.authorize_url(), data={"person": "mallory"})

    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": f"{CALLBACK}/demo"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"client_id": "another"}, "invalid_request"),
        ({"client_secret": DEMO_SECRET}, "invalid_request"),
    ],
    ids=str,
)
def test_bad_token_request_is_refused(party, changes, error):
    code = party.code()

    answer = party.exchange(**{"code": code, **changes})

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert "access_token" not in answer.text


@pytest.mark.parametrize("secret", ["wrong", "", DEMO_SECRET + "x"])
def test_wrong_secret_is_refused(party, secret):
    code = party.code()

    basic = party.exchange(code, auth=(DEMO_ID, secret))
    posted = party.exchange(code, auth=None, client_id=DEMO_ID, client_secret=secret)

    assert (basic.status_code, basic.json()["error"]) == (401, "invalid_client")
    assert basic.headers["WWW-Authenticate"].startswith("Basic ")
    assert (posted.status_code, posted.json()["error"]) == (401, "invalid_client")
    assert party.exchange(code).status_code == 200


def test_id_and_secret_of_a_basic_header_are_form_decoded(party):
    number, secret = (each.replace("s", "%73") for each in (DEMO_ID, DEMO_SECRET))

    assert party.exchange(party.code(), auth=(number, secret)).status_code == 200


@pytest.mark.parametrize("header", ["Basic !!!", "Basic a2lvc2s=", "Bearer a2lvc2s6eA=="])
def test_authorization_header_that_is_no_basic_is_refused(party, header):
    answer = party.exchange(party.code(), auth=None, headers={"Authorization": header})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_client_without_any_secret_is_refused(party):
    answer = party.exchange(party.code(), auth=None, client_id=DEMO_ID)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_code_works_once_and_its_replay_revokes_the_token(party):
    code = party.code()
    access_token = party.exchange(code).json()["access_token"]
    assert party.userinfo(access_token).status_code == 200

    replay = party.exchange(code)

    assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    assert party.userinfo(access_token).status_code == 401


def test_wrong_verifier_uses_the_code_up(party):
    code = party.code()
    party.exchange(code, code_verifier="w" * 43)

    assert party.exchange(code).json()["error"] == "invalid_grant"


def test_code_expires_after_a_minute(party, control):
    code = party.code()

    control.advance(61)

    assert party.exchange(code).json()["error"] == "invalid_grant"


def test_access_token_expires_after_an_hour(party, control):
    access_token = party.tokens()["access_token"]

    control.advance(3601)

    assert party.userinfo(access_token).status_code == 401


def test_token_request_must_be_form_encoded(party):
    answer = party.http.post(f"{party.url}/token", json={"code": party.code()}, auth=(DEMO_ID, DEMO_SECRET))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_token_parameter_sent_twice_is_refused(party):
    answer = party.exchange(party.code(), grant_type=["authorization_code", "authorization_code"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("header", "status", "said"),
    [
        (None, 401, 'Bearer realm="identity"'),
        ("Bearer invented", 401, 'error="invalid_token"'),
        ("Basic a2lvc2s6eA==", 400, 'error="invalid_request"'),
        ("Bearer", 400, 'error="invalid_request"'),
    ],
)
def test_userinfo_says_what_is_wrong_with_the_token(party, header, status, said):
    answer = party.http.get(f"{party.url}/userinfo", headers={"Authorization": header} if header else {})

    assert answer.status_code == status
    assert said in answer.headers["WWW-Authenticate"]


def test_userinfo_without_a_token_names_no_error(party):
    answer = party.http.get(f"{party.url}/userinfo")

    assert "error" not in answer.headers["WWW-Authenticate"]


def test_walk_says_where_it_could_not_go_on(party):
    with pytest.raises(LookupError, match="mallory"):
        walk(party.http, party.authorize_url(), "mallory")
    with pytest.raises(LookupError, match="status 400"):
        walk(party.http, party.authorize_url(client_id="stranger"), "ada")
