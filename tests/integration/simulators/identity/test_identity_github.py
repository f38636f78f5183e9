"""The identity simulator in the part of GitHub."""

from urllib.parse import parse_qs, urlsplit

import pytest

from simulators.identity.clients import DEMO_ID, DEMO_SECRET
from simulators.identity.control import deny

pytestmark = pytest.mark.integration

AUTHORIZE = "/login/oauth/authorize"
TOKEN = "/login/oauth/access_token"
JSON = {"Accept": "application/json"}


@pytest.fixture
def code(party):
    return lambda person="ada", **changes: party.code(person, path=AUTHORIZE, **{"scope": "user:email", **changes})


@pytest.fixture
def exchange(party):
    return lambda code, **changes: party.exchange(
        code, TOKEN, None, JSON, **{"client_id": DEMO_ID, "client_secret": DEMO_SECRET, **changes}
    )


@pytest.fixture
def api(party, code, exchange):
    def get(path, person="ada", **changes):
        return party.userinfo(exchange(code(person, **changes)).json()["access_token"], f"/api/v3{path}")

    return get


def test_browser_comes_back_with_code_and_state_but_no_issuer(party):
    assert party.callback(path=AUTHORIZE, scope="user:email").keys() == {"code", "state"}


def test_denial_goes_back_as_access_denied(party):
    callback = parse_qs(urlsplit(deny(party.http, party.authorize_url(AUTHORIZE))).query)

    assert callback["error"] == ["access_denied"]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [(None, "public profile."), ("read:user", "public profile."), ("user", "public profile and email addresses.")],
)
def test_page_says_what_the_scopes_let_the_client_see(party, scope, seen):
    assert f"Shop will see your {seen}" in party.http.get(party.authorize_url(AUTHORIZE, scope=scope)).text


def test_token_comes_as_json_for_those_who_accept_it(code, exchange):
    told = exchange(code(scope="read:user user:email")).json()

    assert told.keys() == {"access_token", "token_type", "scope"}
    assert (told["token_type"], told["scope"]) == ("bearer", "read:user,user:email")


def test_token_comes_as_a_form_for_everybody_else(party, code):
    answer = party.exchange(code(), TOKEN, (DEMO_ID, DEMO_SECRET), {"Accept": "*/*"})

    assert answer.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert parse_qs(answer.text)["token_type"] == ["bearer"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "incorrect_client_credentials"),
        ({"client_id": "stranger"}, "incorrect_client_credentials"),
        ({"code": "guessed"}, "bad_verification_code"),
        ({"code": None}, "bad_verification_code"),
        ({"code_verifier": "w" * 43}, "bad_verification_code"),
        ({"code_verifier": None}, "bad_verification_code"),
        ({"redirect_uri": "http://127.0.0.1:5000/oauth/callback/other"}, "redirect_uri_mismatch"),
    ],
    ids=str,
)
def test_errors_come_with_status_200(code, exchange, changes, error):
    answer = exchange(**{"code": code(), **changes})

    assert answer.status_code == 200
    assert answer.json()["error"] == error
    assert "access_token" not in answer.json()


def test_code_works_once_and_its_replay_revokes_the_token(party, code, exchange):
    value = code()
    access_token = exchange(value).json()["access_token"]

    replay = exchange(value)

    assert replay.json()["error"] == "bad_verification_code"
    assert party.userinfo(access_token, "/api/v3/user").status_code == 401


def test_pkce_is_no_duty(code, exchange):
    value = code(code_challenge=None, code_challenge_method=None)

    assert "access_token" in exchange(value, code_verifier=None).json()


def test_verifier_without_a_challenge_is_refused(code, exchange):
    value = code(code_challenge=None, code_challenge_method=None)

    assert exchange(value).json()["error"] == "bad_verification_code"


def test_redirect_uri_that_is_not_registered_stays_on_an_error_page(party):
    answer = party.http.get(party.authorize_url(AUTHORIZE, redirect_uri="https://evil.example/oauth/callback"))

    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_user_has_a_number_that_stays(api):
    first, second = api("/user").json(), api("/user").json()

    assert isinstance(first["id"], int)
    assert first["id"] == second["id"] != api("/user", "grace").json()["id"]
    assert (first["login"], first["name"]) == ("ada", "Ada Lovelace")


def test_avatar_can_be_fetched(party, api):
    picture = party.http.get(api("/user").json()["avatar_url"])

    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "AL" in picture.text


def test_emails_tell_which_is_primary_and_verified(api):
    found = api("/user/emails").json()

    assert [(entry["primary"], entry["verified"]) for entry in found] == [(False, True), (True, True)]
    assert found[1]["email"] == "ada@example.com"


def test_emails_need_their_scope(api):
    assert api("/user/emails", scope="read:user").status_code == 404


@pytest.mark.parametrize("path", ["/api/v3/user", "/api/v3/user/emails"])
def test_api_wants_a_token_of_its_own(party, path):
    openid = party.tokens()["access_token"]

    assert party.http.get(party.url + path).status_code == 401
    assert party.userinfo("invented", path).json()["message"] == "Bad credentials"
    assert party.userinfo(openid, path).status_code == 401


def test_code_of_one_protocol_is_nothing_to_the_other(party, code, exchange):
    assert party.exchange(code()).json()["error"] == "invalid_grant"
    assert exchange(party.code()).json()["error"] == "bad_verification_code"


def test_token_of_github_does_not_open_userinfo(party, code, exchange):
    assert party.userinfo(exchange(code()).json()["access_token"]).status_code == 401


def test_user_without_any_email(api, control):
    control.github_without_email()

    assert api("/user").json()["email"] is None
    assert api("/user/emails").json() == []


def test_user_whose_email_is_private(api, control):
    control.github_private_email()

    assert api("/user").json()["email"] is None
    assert api("/user/emails").json()[1]["email"] == "ada@example.com"


def test_user_whose_email_is_not_verified(api, control):
    control.github_unverified_email("ada@example.com")

    [entry] = api("/user/emails").json()
    assert (entry["primary"], entry["verified"]) == (True, False)
    assert api("/user").json()["email"] is None


def test_token_answer_can_lack_its_token(code, exchange, control):
    control.fault("github_token", remove=["access_token"])

    assert exchange(code()).json().keys() == {"token_type", "scope"}
