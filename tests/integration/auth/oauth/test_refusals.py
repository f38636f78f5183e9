"""Whatever comes back from a provider and is not exactly right makes neither a session nor an account."""

from datetime import timedelta

import httpx
import pytest

from app import auth, db
from app.models import OAuthRequest, User, UserSession
from app.runtime.config import OAuthProvider
from app.runtime.db import utcnow
from tests.integration.auth.oauth.acme import STRANGER, Journey, assert_refused
from tests.integration.conftest import browser
from tests.settings import CLIENT_ID, IDENTITY

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("state", [None, "", "made-up", "\ud7ff\x00", "a" * 5000])
@pytest.mark.attack
def test_a_state_of_nobody_is_refused_and_nothing_is_posted(journey, acme, state):
    journey.leave()

    assert_refused(journey.come_back(state=state), "oauth_expired")
    assert acme.count("token") == 0


def test_a_state_works_once(journey, client, acme):
    journey.leave()
    journey.come_back()
    client.delete("/api/session")

    again = journey.come_back()

    assert again.location == "/sign-in?error=oauth_expired"
    assert client.get("/api/profile").status_code == 401
    assert acme.count("token") == 1


@pytest.mark.parametrize("first", [{"error": "access_denied", "code": None}, {"code": None}, {"iss": STRANGER}])
@pytest.mark.attack
def test_a_state_is_spent_by_the_first_callback_even_where_that_fails(journey, first):
    journey.leave()
    journey.come_back(**first)

    assert_refused(journey.come_back(), "oauth_expired")


@pytest.mark.attack
def test_a_state_of_another_browser_is_refused(journey, app, acme):
    journey.leave()
    other = browser(app)
    Journey(other, acme).leave()

    assert_refused(journey.come_back(other), "oauth_expired")
    assert acme.count("token") == 0


@pytest.mark.attack
def test_a_browser_without_its_cookie_is_refused(journey, app):
    journey.leave()

    assert_refused(journey.come_back(browser(app)), "oauth_expired")


@pytest.mark.attack
def test_a_state_is_good_for_ten_minutes(journey):
    journey.leave()
    age(timedelta(minutes=10, seconds=1))

    assert_refused(journey.come_back(), "oauth_expired")


def test_a_state_is_still_good_shortly_before(journey, client):
    journey.leave()
    age(timedelta(minutes=9, seconds=50))

    journey.come_back()

    assert client.get("/api/profile").status_code == 200


def age(by):
    OAuthRequest.query.update({"created_at": utcnow() - by})
    db.session.commit()


@pytest.mark.attack
def test_a_state_of_another_provider_is_refused(journey, app, reconfigured, acme):
    known = app.extensions["settings"].oauth
    reconfigured(oauth={**known, "other": OAuthProvider("https://other.example", CLIENT_ID, "secret")})
    journey.leave()

    assert_refused(journey.come_back(path="/oauth/callback/other"), "oauth_failed")
    assert acme.count("token") == 0


@pytest.mark.parametrize("path", ["/oauth/login/nobody", "/oauth/callback/nobody?state=x", "/oauth/login/%00"])
@pytest.mark.attack
def test_a_provider_that_is_not_there_is_refused(client, path):
    assert_refused(client.get(path), "unknown_provider")


@pytest.mark.attack
def test_a_plain_callback_without_any_provider_is_refused(client, reconfigured):
    reconfigured(oauth={}, oauth_default="")

    assert_refused(client.get("/oauth/callback?state=x&code=y"), "unknown_provider")


@pytest.mark.attack
def test_whoever_presses_deny_is_told_so_and_nothing_is_posted(journey, acme):
    response = journey.sign_in(code=None, error="access_denied")

    assert_refused(response, "oauth_denied")
    assert acme.count("token") == 0


@pytest.mark.parametrize("code", [None, "acme-code"])
@pytest.mark.attack
def test_an_error_of_the_provider_posts_nothing_even_with_a_code(journey, acme, code):
    assert_refused(journey.sign_in(error="server_error", code=code), "oauth_failed")
    assert acme.count("token") == 0


@pytest.mark.attack
def test_an_error_without_a_state_is_refused_as_unknown(journey):
    journey.leave()

    assert_refused(journey.come_back(state=None, error="access_denied"), "oauth_expired")


@pytest.mark.parametrize("code", [None, ""])
@pytest.mark.attack
def test_a_callback_without_a_code_posts_nothing(journey, acme, code):
    assert_refused(journey.sign_in(code=code), "oauth_failed")
    assert acme.count("token") == 0


@pytest.mark.parametrize("changes", [{"iss": [IDENTITY, STRANGER]}, {"code": ["acme-code", "other-code"]}])
@pytest.mark.attack
def test_a_parameter_that_comes_twice_is_refused(journey, acme, changes):
    assert_refused(journey.sign_in(**changes), "oauth_failed")
    assert acme.count("token") == 0


# ---------------------------------------------------------------- whose answer it is


@pytest.mark.parametrize("issuer", [STRANGER, "", f"{IDENTITY}/"])
@pytest.mark.parametrize("advertised", [True, False])
@pytest.mark.attack
def test_an_answer_of_another_issuer_is_refused_before_anything_is_posted(journey, acme, issuer, advertised):
    acme.metadata = {"authorization_response_iss_parameter_supported": advertised}

    assert_refused(journey.sign_in(iss=issuer), "oauth_failed")
    assert acme.count("token") == 0


@pytest.mark.attack
def test_an_answer_without_issuer_is_refused_where_the_provider_promises_one(journey, acme):
    acme.metadata = {"authorization_response_iss_parameter_supported": True}

    assert_refused(journey.sign_in(), "oauth_failed")


def test_an_answer_with_the_right_issuer_is_taken(journey, client, acme):
    acme.metadata = {"authorization_response_iss_parameter_supported": True}

    journey.sign_in(iss=IDENTITY)

    assert client.get("/api/profile").status_code == 200


@pytest.mark.parametrize("issuer", [STRANGER, f"{IDENTITY}/", "", None])
@pytest.mark.attack
def test_discovery_has_to_name_the_configured_issuer(client, acme, issuer):
    acme.metadata = {"issuer": issuer}

    assert_refused(client.get("/oauth/login/acme"), "oauth_failed")


# ---------------------------------------------------------------- the profile


@pytest.mark.parametrize("subject", ["grace-hopper", "", None])
@pytest.mark.attack
def test_a_profile_of_somebody_else_is_refused(journey, acme, subject):
    acme.userinfo = {"sub": subject}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.parametrize("claims", [None, [], "ada", {}, {"id": "grace-hopper", "email": "ada@example.com"}])
@pytest.mark.attack
def test_a_replaced_profile_of_somebody_else_or_nobody_is_refused(journey, monkeypatch, claims):
    monkeypatch.setattr(auth, "fetch_profile", lambda _: claims)

    assert_refused(journey.sign_in(), "oauth_failed")


def test_a_user_who_is_not_active_stays_outside(journey, client):
    journey.sign_in()
    client.delete("/api/session")
    User.query.update({"active": False})
    db.session.commit()

    response = journey.sign_in()

    assert response.location == "/sign-in?error=account_inactive"
    assert UserSession.query.count() == 0


# ---------------------------------------------------------------- a provider in trouble

HTML = httpx.Response(200, html="<h1>Welcome</h1>")
TROUBLE = {
    "refuses the connection": (httpx.ConnectError("refused"), "oauth_unavailable"),
    "is slow": (httpx.ReadTimeout("slow"), "oauth_unavailable"),
    "hangs up": (httpx.RemoteProtocolError("gone"), "oauth_unavailable"),
    "answers 503": (httpx.Response(503), "oauth_unavailable"),
    "answers with a page": (HTML, "oauth_failed"),
    "answers with half of it": (httpx.Response(200, text='{"issuer": '), "oauth_failed"),
    "answers with a list": (httpx.Response(200, json=[1]), "oauth_failed"),
    "answers with no text": (httpx.Response(200, content=b"\xff\xfe"), "oauth_failed"),
    "answers with null": (httpx.Response(200, json=None), "oauth_failed"),
}


@pytest.mark.parametrize("place", ["jwks", "token", "userinfo"])
@pytest.mark.parametrize(("fault", "code"), TROUBLE.values(), ids=TROUBLE)
@pytest.mark.attack
def test_a_provider_in_trouble_signs_nobody_in(journey, acme, place, fault, code):
    journey.leave()
    acme.faults[place] = fault

    assert_refused(journey.come_back(), code)


@pytest.mark.parametrize(("fault", "code"), TROUBLE.values(), ids=TROUBLE)
@pytest.mark.attack
def test_a_provider_that_cannot_be_discovered_leads_back_to_the_sign_in_page(client, acme, fault, code):
    acme.faults["discovery"] = fault

    assert_refused(client.get("/oauth/login/acme"), code)


@pytest.mark.parametrize(
    "answer",
    [{"access_token": None}, {"access_token": 7}, {"access_token": ""}, {"error": "invalid_grant"}],
)
@pytest.mark.attack
def test_a_token_endpoint_that_gives_no_access_token_is_refused(journey, acme, answer):
    acme.answer = answer

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.attack
def test_a_code_that_the_provider_refuses_is_refused(journey, acme):
    acme.faults["token"] = httpx.Response(400, json={"error": "invalid_grant"})

    assert_refused(journey.sign_in(), "oauth_failed")


# feature: github {
@pytest.mark.parametrize("headers", [{"Retry-After": "60"}, {"X-RateLimit-Remaining": "0"}])
@pytest.mark.attack
def test_a_github_that_is_asked_too_often_does_not_make_an_email_vanish(client, reconfigured, httpx_mock, headers):
    github = "https://github.example"
    reconfigured(oauth={"acme": OAuthProvider(github, CLIENT_ID, "secret", kind="github")})
    httpx_mock.add_response(url=f"{github}/login/oauth/access_token", json={"access_token": "gho_1"})
    httpx_mock.add_response(url=f"{github}/api/v3/user", json={"id": 7, "login": "ada"})
    httpx_mock.add_response(403, url=f"{github}/api/v3/user/emails", headers=headers)

    assert_refused(Journey(client).sign_in(), "oauth_unavailable")


# }


def test_after_trouble_the_next_sign_in_goes_well(journey, client, acme):
    acme.faults["discovery"] = httpx.Response(503)
    client.get("/oauth/login/acme")
    acme.faults.clear()

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


# ---------------------------------------------------------------- a provider that is out of order


def shown(client):
    return [each.get("available", True) for each in client.get("/api/providers").get_json()]


def test_a_provider_that_is_down_disables_its_own_button_alone(client, app, reconfigured, acme):
    known = app.extensions["settings"].oauth
    reconfigured(oauth={**known, "other": OAuthProvider("https://other.example", CLIENT_ID, "secret")})
    acme.faults["discovery"] = httpx.Response(503)

    assert_refused(client.get("/oauth/login/acme"), "oauth_unavailable")

    assert shown(client) == [False, True]


def test_a_provider_that_is_well_again_signs_in_at_once_and_is_shown_so(journey, client, acme):
    acme.faults["discovery"] = httpx.ConnectError("refused")
    client.get("/oauth/login/acme")
    acme.faults.clear()

    journey.sign_in()

    assert shown(client) == [True]


def test_whoever_comes_after_one_who_waited_in_vain_does_not_wait(client, acme):
    acme.faults["discovery"] = httpx.ReadTimeout("slow")
    client.get("/oauth/login/acme")

    assert_refused(client.get("/oauth/login/acme"), "oauth_unavailable")

    assert acme.count("discovery") == 1


def test_a_provider_that_made_somebody_wait_is_tried_again_after_a_pause(journey, client, acme, monkeypatch):
    acme.faults["discovery"] = httpx.ReadTimeout("slow")
    client.get("/oauth/login/acme")
    acme.faults.clear()
    monkeypatch.setattr("app.auth.oauth.availability.PAUSE_SECONDS", 0)

    assert journey.sign_in().location == "/"


def test_somebody_who_says_no_does_not_make_a_provider_look_broken(journey, client):
    journey.sign_in(error="access_denied", code=None)

    assert shown(client) == [True]
