"""Where somebody is signed in: seen and ended by themselves, and by nobody else."""

from datetime import timedelta

import pytest

from app import db
from app.auth.email.messages import news
from app.models import AuditTrailEntry, KnownDevice, Outgoing, UserSession
from app.runtime.db import utcnow
from tests.integration.accounts import assert_problem, bearer, login, make_ada, refresh, sign_in, tokens_of
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user, saved

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ada(client):
    """Signed in by password in Firefox, and by tokens with curl."""
    make_ada()
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(client)
    return client


def with_curl(app):
    client = browser(app)
    client.environ_base["HTTP_USER_AGENT"] = "curl/8.5.0"
    return login(client).get_json()


def listed(client, **query):
    return client.get("/api/profile/sessions", query_string=query).get_json()


def test_sessions_are_listed_with_device_address_and_last_use(ada, app):
    with_curl(app)

    body = listed(ada)

    assert body["total"] == 2
    api, own = body["items"]
    assert (own["kind"], own["device"], own["address"], own["current"]) == (
        "browser",
        "Firefox on Linux",
        "127.0.0.1",
        True,
    )
    assert (api["kind"], api["device"], api["current"]) == ("api", "curl 8.5.0", False)
    assert own["created_at"].endswith("Z")
    assert own["used_at"].endswith("Z")
    assert set(own) == {"id", "kind", "device", "address", "created_at", "used_at", "current"}


def test_an_api_client_sees_which_session_is_its_own(ada, app):
    tokens = with_curl(app)

    body = browser(app).get("/api/profile/sessions", headers=bearer(tokens["access_token"])).get_json()

    assert [each["kind"] for each in body["items"] if each["current"]] == ["api"]


def test_sessions_come_in_pages(ada, app):
    with_curl(app)

    body = listed(ada, per_page=1, page=2)

    assert (len(body["items"]), body["total"], body["page"], body["per_page"]) == (1, 2, 2, 1)


def test_nobody_sees_the_sessions_of_others_nor_those_that_are_over(ada, signed_in):
    bob = make_user("bob")
    signed_in(bob)
    with_curl(ada.application)
    UserSession.query.filter_by(token_hash=None).update({"used_at": utcnow() - timedelta(days=8)})
    db.session.commit()

    assert listed(ada)["total"] == 1


def test_a_session_without_a_device_is_shown_all_the_same(signed_in):
    assert listed(signed_in(make_user()))["items"][0]["device"] == "Unknown device"


def test_a_device_is_named_in_the_language_of_the_reader(ada, app, signed_in):
    with_curl(app)
    german = {"Accept-Language": "de"}

    response = ada.get("/api/profile/sessions", headers=german)
    [nameless] = signed_in(make_user()).get("/api/profile/sessions", headers=german).get_json()["items"]

    assert [each["device"] for each in response.get_json()["items"]] == ["curl 8.5.0", "Firefox auf Linux"]
    assert "Accept-Language" in response.vary
    assert nameless["device"] == "Unbekanntes Gerät"


def test_one_session_is_ended_from_the_very_next_request_on(ada, app):
    tokens = with_curl(app)
    other = next(each["id"] for each in listed(ada)["items"] if not each["current"])

    assert ada.delete(f"/api/profile/sessions/{other}").status_code == 200

    assert browser(app).get("/api/profile", headers=bearer(tokens["access_token"])).status_code == 401
    assert refresh(browser(app), tokens["refresh_token"]).status_code == 401
    assert listed(ada)["total"] == 1
    assert AuditTrailEntry.query.filter_by(action="session_ended").count() == 1


def test_ending_the_own_session_signs_out(ada):
    own = listed(ada)["items"][0]["id"]

    response = ada.delete(f"/api/profile/sessions/{own}")

    assert response.headers["Set-Cookie"].startswith("kiosk=;")
    assert ada.get("/api/profile").status_code == 401


@pytest.mark.attack
def test_nobody_ends_the_session_of_somebody_else(ada, signed_in):
    bob = signed_in(make_user("bob"))
    adas = listed(ada)["items"][0]["id"]

    assert_problem(bob.delete(f"/api/profile/sessions/{adas}"), 404, "not_found")
    assert_problem(bob.delete("/api/profile/sessions/9007199254740991"), 404, "not_found")

    assert ada.get("/api/profile").status_code == 200


def test_all_others_are_ended_at_once_and_nobody_elses(ada, app, signed_in):
    tokens, bob = with_curl(app), signed_in(make_user("bob"))
    second = browser(app)
    sign_in(second)

    assert ada.delete("/api/profile/sessions").get_json() == {"ended": 2}

    assert second.get("/api/profile").status_code == 401
    assert browser(app).get("/api/profile", headers=bearer(tokens["access_token"])).status_code == 401
    assert [each.get("/api/profile").status_code for each in (ada, bob)] == [200, 200]


@pytest.mark.attack
def test_another_page_ends_no_session(ada):
    ada.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert_problem(ada.delete("/api/profile/sessions"), 403, "cross_site_request")


# ---------------------------------------------------------------- the cookie changes


@pytest.fixture
def promoted(ada):
    """Ada, whose role has just changed."""
    result = ada.application.test_cli_runner().invoke(args=["staff", "grant", "ada"])
    assert result.exit_code == 0
    return ada


def cookie(client):
    return client.get_cookie("kiosk").value


def with_cookie(app, token):
    client = browser(app)
    client.set_cookie("kiosk", token)
    return client


def age_rotation(by):
    UserSession.query.update({"rotated_at": utcnow() - by})
    db.session.commit()


def test_a_change_of_role_gives_the_browser_another_cookie_at_its_next_request(promoted):
    before = cookie(promoted)

    response = promoted.get("/api/profile")

    assert response.get_json()["role"] == "staff"
    assert cookie(promoted) != before
    assert response.headers["Cache-Control"] == "no-store"
    after = cookie(promoted)
    promoted.get("/api/profile")
    assert cookie(promoted) == after


def test_the_new_cookie_comes_even_with_an_answer_that_is_an_error(promoted):
    before = cookie(promoted)

    assert promoted.get("/api/users/424242").status_code == 404

    assert cookie(promoted) != before
    assert promoted.get("/api/profile").status_code == 200


def test_requests_under_way_with_the_old_cookie_are_not_signed_out(promoted, app):
    late = with_cookie(app, cookie(promoted))
    promoted.get("/api/profile")

    response = late.get("/api/profile")

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


def test_the_old_cookie_is_worth_nothing_soon_after(promoted, app):
    late = with_cookie(app, cookie(promoted))
    promoted.get("/api/profile")
    age_rotation(timedelta(seconds=21))

    assert late.get("/api/profile").status_code == 401
    assert promoted.get("/api/profile").status_code == 200


def test_signing_out_with_the_old_cookie_ends_the_session(promoted, app):
    late = with_cookie(app, cookie(promoted))
    promoted.get("/api/profile")

    late.delete("/api/session")

    assert promoted.get("/api/profile").status_code == 401


def test_signing_in_anew_leaves_the_new_session_in_the_browser(promoted):
    sign_in(promoted)

    assert promoted.get("/api/profile").status_code == 200
    assert UserSession.query.count() == 1


def test_signing_out_with_another_cookie_due_leaves_none(promoted):
    response = promoted.delete("/api/session")

    assert [each.partition(";")[0] for each in response.headers.getlist("Set-Cookie")] == ["kiosk="]
    assert UserSession.query.count() == 0


def test_an_api_client_needs_no_new_token_when_its_role_changes(app):
    make_ada()
    tokens = tokens_of(app)
    app.test_cli_runner().invoke(args=["staff", "grant", "ada"])

    response = browser(app).get("/api/profile", headers=bearer(tokens["access_token"]))

    assert response.get_json()["role"] == "staff"
    assert "Set-Cookie" not in response.headers


# ---------------------------------------------------------------- devices that were here before


def test_a_browser_is_known_again_by_a_cookie_of_its_own(ada):
    ada.delete("/api/session")
    ada.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"

    sign_in(ada)

    assert KnownDevice.query.count() == 1
    assert ada.get_cookie("kiosk-device").value.encode() not in KnownDevice.query.one().fingerprint


def test_another_browser_is_another_device_even_of_the_same_make(ada, app):
    second = browser(app)
    second.environ_base["HTTP_USER_AGENT"] = FIREFOX

    sign_in(second)

    assert KnownDevice.query.count() == 2


@pytest.mark.parametrize("value", ["", "x", "a" * 4000, "é" * 43])
def test_a_device_cookie_that_is_none_is_replaced(client, value):
    make_ada()
    client.set_cookie("kiosk-device", value)

    assert sign_in(client).status_code == 200

    assert len(client.get_cookie("kiosk-device").value) == 43


def test_a_program_is_known_by_its_name_and_address(app):
    make_ada()
    with_curl(app)
    with_curl(app)

    assert KnownDevice.query.count() == 1


def test_a_new_device_is_mailed_once_and_the_very_first_is_not(client, app):
    make_ada()
    sign_in(client)
    assert Outgoing.query.count() == 0

    with_curl(app)
    with_curl(app)

    assert Outgoing.query.one().kind == "new_sign_in"


def test_the_mail_about_a_new_device_names_it_in_the_language_of_the_user(app):
    payload = {"user": make_user("ada", language="de").id, "device": "Firefox on Linux", "address": "192.0.2.7"}
    mail = saved(Outgoing(dedupe_key="1", kind="new_sign_in", payload=payload))

    assert news(db.session(), mail).values["device"] == "Firefox auf Linux"


def test_the_mail_about_a_new_device_comes_also_after_a_session_was_ended(client, app):
    """A mail that is one for each id of a session would be missed where a database gives the id again."""
    make_ada()
    sign_in(client)
    tokens = with_curl(app)
    app.test_client().post("/api/logout", headers=bearer(tokens["access_token"]))

    thief = browser(app)
    thief.environ_base["HTTP_USER_AGENT"] = "Wget/1.21"
    login(thief)

    assert Outgoing.query.filter_by(kind="new_sign_in").count() == 2


def test_a_device_that_was_not_seen_for_long_is_forgotten(ada, app):
    KnownDevice.query.update({"seen_at": utcnow() - timedelta(days=401)})
    db.session.commit()

    with_curl(app)

    assert KnownDevice.query.count() == 1


def test_two_people_at_one_browser_have_nothing_in_common(ada):
    make_user("bob", password=PASSWORD)

    sign_in(ada, "bob")

    assert len({each.fingerprint for each in KnownDevice.query}) == 2


def test_a_sign_in_is_in_the_trail(ada):
    entry = AuditTrailEntry.query.filter_by(action="sign_in").one()

    assert (entry.actor_id, entry.address) == (entry.user_id, "127.0.0.1")
    assert entry.details == {"device": "Firefox on Linux"}
