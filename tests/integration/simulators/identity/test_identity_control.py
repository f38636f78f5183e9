"""How the identity simulator is steered: answers that go wrong anywhere, faults that end, people, calls, time."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from simulators.identity.clients import DEMO_SECRET
from simulators.identity.faults import PLACES
from tests.integration.simulators.identity.party import unpacked

pytestmark = pytest.mark.integration


def place_of(party, place):
    """Calls the endpoint at that place, as far as it lets a stranger."""
    path = {"discovery": "/.well-known/openid-configuration", "jwks": "/jwks", "token": "/token"}.get(place)
    gets = {"userinfo": "/userinfo", "github_user": "/api/v3/user", "github_emails": "/api/v3/user/emails"}
    if place in ("authorize", "github_authorize"):
        return party.http.get(party.authorize_url("/authorize" if place == "authorize" else "/login/oauth/authorize"))
    if place in ("token", "github_token"):
        return party.exchange("any", path or "/login/oauth/access_token")
    return party.http.get(party.url + (path or gets[place]))


ENDPOINTS = [place for place in PLACES if place not in ("callback", "id_token", "logout_token")]


@pytest.mark.parametrize("place", ENDPOINTS)
def test_every_endpoint_fails_on_demand(party, control, place):
    control.fails(place, 502)

    assert place_of(party, place).status_code == 502


@pytest.mark.parametrize("place", ENDPOINTS)
def test_every_endpoint_answers_html_on_demand(party, control, place):
    control.answers_html(place)

    answer = place_of(party, place)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Bad gateway" in answer.text


@pytest.mark.parametrize("place", ENDPOINTS)
def test_every_endpoint_answers_broken_json_on_demand(party, control, place):
    control.answers_broken_json(place)

    answer = place_of(party, place)

    assert answer.headers["Content-Type"] == "application/json"
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("place", ENDPOINTS)
def test_every_endpoint_hangs_up_on_demand(party, control, place):
    control.hangs_up(place)

    with pytest.raises(httpx.RemoteProtocolError):
        place_of(party, place)


def test_hanging_endpoint_outlasts_the_callers_patience(party, control):
    control.hangs("jwks")

    with pytest.raises(httpx.ReadTimeout):
        party.http.get(f"{party.url}/jwks", timeout=0.2)


def test_late_answer_is_the_right_one(party, control):
    control.hangs("jwks", 0.05)

    assert party.http.get(f"{party.url}/jwks").json()["keys"]


def test_reset_lets_go_who_hangs(party, control):
    control.hangs("jwks", 120, times=1)
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(httpx.get, f"{party.url}/jwks", timeout=60, trust_env=False)
        while control.faults():
            assert not hanging.done()

        control.reset()

        assert hanging.result(30).status_code == 200


def test_fault_wears_off_after_so_many_times(party, control):
    control.unsigned_token(times=2)

    algorithms = [unpacked(party.tokens()["id_token"])[0]["alg"] for _ in range(3)]

    assert algorithms == ["none", "none", "RS256"]


def test_forgery_waits_for_a_sign_in_that_succeeds(party, control):
    control.unsigned_token(times=1)
    party.exchange("guessed")

    assert unpacked(party.tokens()["id_token"])[0]["alg"] == "none"


def test_fault_can_be_lifted_alone(party, control):
    control.unsigned_token()
    control.callback_without_iss()

    control.lift("id_token")

    assert unpacked(party.tokens()["id_token"])[0]["alg"] == "RS256"
    assert "iss" not in party.callback()


def test_reset_puts_everything_right(party, control):
    [kid] = [key["kid"] for key in party.rsa_keys()]
    control.unsigned_token()
    control.rotate_keys(keep=False)
    control.replace_people([])
    control.advance(100_000)

    control.reset()

    token = party.check(party.tokens()["id_token"])
    assert token.header["kid"] == kid
    assert abs(token.claims["iat"] - time.time()) < 60
    assert control.count("token") == 1


def test_codes_and_tokens_do_not_survive_a_reset(party, control):
    code, access_token = party.code(), party.tokens()["access_token"]

    control.reset()

    assert party.exchange(code).json()["error"] == "invalid_grant"
    assert party.userinfo(access_token).status_code == 401


def test_people_can_be_added_and_replaced(party, control):
    sub = control.add_person("alan", name="Alan Turing", email="alan@example.com", email_verified=False)
    told = party.userinfo(party.tokens("alan")["access_token"]).json()
    assert (told["sub"], told["email_verified"]) == (sub, False)

    control.add_person("turing", sub=sub)

    assert [person["username"] for person in control.people()] == ["ada", "grace", "joan", "turing"]
    assert "email" not in party.userinfo(party.tokens("turing")["access_token"]).json()


def test_calls_are_counted_and_shown_without_secrets(party, control):
    party.userinfo(party.tokens()["access_token"])

    [call] = control.calls("token")

    assert [control.count(place) for place in ("authorize", "token", "userinfo", "jwks")] == [2, 1, 1, 0]
    assert (call["method"], call["path"], call["status"]) == ("POST", "/token", 200)
    assert call["form"]["grant_type"] == "authorization_code"
    assert call["form"]["code_verifier"] == call["form"]["code"] == "***"
    assert call["headers"]["Authorization"] == "Basic shop:***"
    assert control.calls("userinfo")[0]["headers"]["Authorization"] == "Bearer ***"
    assert control.calls("authorize")[0]["query"]["code_challenge_method"] == "S256"
    assert DEMO_SECRET not in json.dumps(control.calls())


def test_calls_can_be_forgotten(party, control):
    party.code()

    control.forget_calls()

    assert control.calls() == []


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("moon", {}),
        ("token", {"colour": "red"}),
        ("token", {"status": "503"}),
        ("token", {"delay": -1}),
        ("token", {"times": 0}),
        ("id_token", {"signing": "ES256"}),
        ("id_token", {"header": {"alg": "none"}}),
        ("id_token", {"shift": {"exp": "late"}}),
    ],
)
def test_fault_that_cannot_be_is_refused(control, place, fault):
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        control.fault(place, **fault)


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "x", "username": "x"},
        {"sub": "", "username": "x", "name": "X"},
        {"sub": "x", "username": "x", "name": "X", "email": 5},
        {"sub": "x", "username": "x", "name": "X", "email_verified": "true"},
        {"sub": "x", "username": "ada", "name": "X"},
    ],
)
def test_person_that_cannot_be_is_refused(control, http, person):
    answer = http.post(f"{control.url}/_control/people", json=person)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert len(control.people()) == 3
