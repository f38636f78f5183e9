"""Accounts elsewhere, linked to the account of whoever is signed in, and let go again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app import db
from app.auth.oauth import flow, identities, providers
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.provider_profile import Profile
from app.models import (
    AuditTrailEntry,
    Identity,
    OAuthRequest,
    Outgoing,
    Passkey,  # feature: passkeys
    User,
    UserSession,
)
from app.runtime.config import OAuthProvider
from app.runtime.db import utcnow, writing
from app.users.audit_trail import Actor
from tests.attacks import came_of
from tests.integration.accounts import assert_problem, make_ada, sign_in
from tests.integration.auth.oauth.acme import Journey
from tests.integration.conftest import browser
from tests.integration.conftest import sign_in as let_in
from tests.integration.factories import make_user, saved
from tests.settings import CLIENT_ID, IDENTITY

pytestmark = pytest.mark.any_database


@pytest.fixture
def bob(app):
    return make_user("bob", password="a-bicycle-for-the-moon")


@pytest.fixture
def bobs(bob, signed_in, acme):
    """Bob's browser, on its way to Acme and back."""
    return Journey(signed_in(bob), acme)


def give(user, subject="ada-lovelace", provider="acme", issuer=IDENTITY):
    return saved(Identity(user_id=user.id, provider=provider, issuer=issuer, subject=subject))


def linked(user):
    db.session.expire_all()
    return [each.provider for each in db.session.get(User, user.id).identities]


def profile(client):
    return client.get("/api/profile").get_json()


def refused(response, code):
    """The page says why; who is signed in, and what is linked, stays."""
    came_of(f"{response.status_code} {response.location}", f"302 /sign-in?error={code}")
    assert not [each for each in response.headers.getlist("Set-Cookie") if each.startswith("kiosk=")]


def wait(minutes=31):
    UserSession.query.update({"confirmed_at": utcnow() - timedelta(minutes=minutes)})
    db.session.commit()


def test_whoever_is_signed_in_links_the_account_there_to_theirs(bobs, bob):
    response = bobs.sign_in()

    assert (response.status_code, response.location) == (302, "/profile")
    assert profile(bobs.browser)["username"] == "bob"
    assert [each["provider"] for each in profile(bobs.browser)["identities"]] == ["acme"]
    assert AuditTrailEntry.query.filter_by(action="identity_linked").one().details == {"provider": "acme"}
    assert (User.query.count(), UserSession.query.count()) == (1, 1)


def test_another_way_in_is_news_that_is_mailed_once(bobs, bob):
    bobs.sign_in()
    bobs.sign_in()  # which confirms who is asking, and links nothing

    assert Outgoing.query.filter_by(kind="identity_linked").count() == 1


def test_after_a_sign_in_by_password_an_account_is_linked_and_then_signs_in(client, app, acme):
    ada = make_ada()
    sign_in(client)
    Journey(client, acme).sign_in()
    another = browser(app)

    Journey(another, acme).sign_in()

    assert profile(another)["id"] == ada.id


def test_linking_comes_back_to_the_wished_page(bobs):
    bobs.leave(next="/orders")

    assert bobs.come_back().location == "/orders"


def test_linking_changes_neither_name_nor_email(bobs):
    before = profile(bobs.browser)

    bobs.sign_in()

    after = profile(bobs.browser)
    assert {**after, "identities": []} == before


# ---------------------------------------------------------------- whose session it is


@pytest.mark.attack
def test_a_link_that_another_session_asked_for_is_refused(bobs, bob, app, signed_in):
    mallory = make_user("mallory")
    bobs.leave()
    bobs.browser.set_cookie("kiosk", signed_in(mallory).get_cookie("kiosk").value)

    refused(bobs.come_back(), "oauth_expired")

    assert (linked(bob), linked(mallory)) == ([], [])
    assert bobs.acme.count("token") == 0


@pytest.mark.every_database
@pytest.mark.attack
def test_a_link_that_another_session_of_the_same_user_asked_for_is_refused(bobs, bob, signed_in):
    bobs.leave()
    bobs.browser.set_cookie("kiosk", signed_in(bob).get_cookie("kiosk").value)

    refused(bobs.come_back(), "oauth_expired")

    assert linked(bob) == []


@pytest.mark.attack
def test_a_link_comes_back_to_nobody_who_is_signed_out(bobs, bob):
    bobs.leave()
    bobs.browser.delete_cookie("kiosk")

    refused(bobs.come_back(), "oauth_expired")

    assert (linked(bob), User.query.count()) == ([], 1)


@pytest.mark.every_database
@pytest.mark.attack
def test_a_link_does_not_outlive_the_session_that_asked(bobs, bob):
    bobs.leave()
    bobs.browser.delete("/api/session")

    refused(bobs.come_back(), "oauth_expired")

    assert OAuthRequest.query.count() == 0
    assert linked(bob) == []


def test_a_session_that_ends_while_the_provider_is_asked_links_nothing(bobs, bob, app, monkeypatch):
    bobs.leave()

    def meanwhile(token):
        UserSession.query.delete()
        db.session.commit()
        return {"sub": "ada-lovelace"}

    monkeypatch.setattr("app.auth.fetch_profile", meanwhile)

    refused(bobs.come_back(), "oauth_expired")
    assert linked(bob) == []


@pytest.mark.attack
@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "Same-Origin"])
def test_a_page_of_somebody_else_begins_no_linking(bobs, bob, site):
    """For a browser that it had signed in at the provider as somebody else would link that one."""
    bobs.browser.environ_base["HTTP_SEC_FETCH_SITE"] = site

    refused(bobs.browser.get("/oauth/login/acme"), "link_elsewhere")

    assert OAuthRequest.query.count() == 0


@pytest.mark.parametrize("site", ["none", None])
def test_an_address_typed_in_and_a_browser_that_does_not_tell_begin_linking(bobs, bob, site):
    del bobs.browser.environ_base["HTTP_SEC_FETCH_SITE"]
    if site:
        bobs.browser.environ_base["HTTP_SEC_FETCH_SITE"] = site

    assert bobs.sign_in().location == "/profile"


def test_signing_in_may_begin_on_any_page(client, acme):
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert Journey(client, acme).sign_in().location == "/"


@pytest.mark.attack
def test_linking_takes_a_confirmation_that_is_not_old(bobs, bob):
    wait()

    refused(bobs.browser.get("/oauth/login/acme"), "confirmation_required")

    assert linked(bob) == []


def test_whoever_signed_out_and_began_a_sign_in_before_signs_in_as_the_other(app, client, bob, acme):
    journey = Journey(client, acme)
    journey.leave()
    client.set_cookie("kiosk", let_in(app, bob).get_cookie("kiosk").value)

    assert journey.come_back().location == "/"

    assert profile(client)["username"] == "ada"
    assert linked(bob) == []


# ---------------------------------------------------------------- whose identity it is


@pytest.mark.attack
def test_an_identity_of_another_user_is_not_taken_from_them(bobs, bob):
    ada = make_user("ada")
    give(ada)

    refused(bobs.sign_in(), "identity_taken")

    assert (linked(bob), linked(ada)) == ([], ["acme"])
    assert profile(bobs.browser)["username"] == "bob"


@pytest.mark.every_database
def test_a_second_account_at_one_provider_is_refused(bobs, bob):
    give(bob, subject="bobs-other-account")

    refused(bobs.sign_in(), "provider_linked")

    assert Identity.query.one().subject == "bobs-other-account"


@pytest.mark.attack
def test_a_refused_answer_links_nothing(bobs, bob):
    refused(bobs.sign_in(code=None, error="access_denied"), "oauth_denied")

    assert linked(bob) == []


@pytest.mark.every_database
def test_two_callbacks_at_once_link_one_account(own_app, monkeypatch):
    with own_app.app_context():
        user = make_user("bob")
        owners = [make_user("ada"), user]
        provider = providers.providers()["acme"]

    def link(owner):
        with own_app.app_context(), writing():
            session = UserSession.query.filter_by(user_id=owner.id).one()
            profile = Profile("ada-lovelace", "ada", None, None, False, None)
            try:
                identities.link(
                    db.session(),
                    flow.CallbackResult(profile, provider, "/", session.id, True, None),
                    Actor(None, None),
                    utcnow(),
                )
                db.session.commit()
            except OAuthFailure as failure:
                return failure.code
            return "linked"

    for owner in owners:
        let_in(own_app, owner)
    with ThreadPoolExecutor(2) as threads:
        came = sorted(threads.map(link, owners))

    assert came == ["identity_taken", "linked"]


# ---------------------------------------------------------------- confirming by the provider


def test_an_account_that_is_linked_already_confirms_who_is_asking(bobs, bob):
    give(bob)
    wait()
    before = bobs.browser.get_cookie("kiosk").value

    assert bobs.sign_in().location == "/profile"

    assert (bobs.asked["prompt"], bobs.asked["max_age"]) == ("login", "0")
    assert bobs.browser.get_cookie("kiosk").value != before
    assert bobs.browser.patch("/api/profile", json={"email": "new@example.com"}).status_code == 200


def test_the_time_of_a_sign_in_there_may_have_a_fraction(bobs, bob, acme):
    give(bob)
    wait()
    acme.claims = {"auth_time": utcnow().timestamp()}

    assert bobs.sign_in().location == "/profile"
    assert bobs.browser.patch("/api/profile", json={"email": "new@example.com"}).status_code == 200


@pytest.mark.attack
def test_a_sign_in_at_the_provider_from_before_confirms_nothing(bobs, bob):
    give(bob)
    wait()
    bobs.acme.claims = {"auth_time": int(utcnow().timestamp()) - 3600}

    refused(bobs.sign_in(), "confirmation_required")

    assert_problem(bobs.browser.delete("/api/profile"), 403, "confirmation_required")


@pytest.mark.attack
def test_a_provider_that_was_kept_from_telling_when_confirms_nothing(bobs, bob):
    give(bob)
    wait()
    bobs.acme.claims = {"auth_time": None}

    refused(bobs.sign_in(), "confirmation_required")


@pytest.mark.attack
def test_a_sign_in_that_the_provider_lets_through_by_itself_confirms_nothing(client, bob, acme):
    give(bob)
    acme.claims = {"auth_time": int(utcnow().timestamp()) - 3600}

    assert Journey(client, acme).sign_in().status_code == 302

    assert client.get("/api/profile").get_json()["username"] == "bob"
    assert_problem(client.delete("/api/profile"), 403, "confirmation_required")


@pytest.mark.every_database
def test_a_sign_in_at_the_provider_just_now_confirms(bobs, bob):
    give(bob)
    bobs.acme.claims = {"auth_time": int(utcnow().timestamp())}

    assert bobs.sign_in().location == "/profile"


@pytest.mark.attack
def test_an_account_of_somebody_else_confirms_nothing(bobs, bob):
    give(bob, subject="bobs-own-account")
    wait()

    refused(bobs.sign_in(), "provider_linked")

    assert UserSession.query.one().confirmed_at < utcnow() - timedelta(minutes=30)


def test_google_is_asked_in_a_word_that_it_knows(signed_in, bob, reconfigured, httpx_mock):
    google = "https://accounts.google.com"
    reconfigured(oauth={"google": OAuthProvider(google, CLIENT_ID, "secret")})
    told = {name: f"{google}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    httpx_mock.add_response(url=f"{google}/.well-known/openid-configuration", json={"issuer": google, **told})
    give(bob, provider="google", issuer=google)

    assert Journey(signed_in(bob), provider="google").leave()["prompt"] == "select_account"


def test_whoever_signs_in_is_not_asked_to_do_so_anew_at_the_provider(client, acme):
    journey = Journey(client, acme)

    assert "prompt" not in journey.leave()


def test_the_ways_to_confirm_are_told(bobs, bob):
    give(bob)
    give(bob, "42", "gone", "https://gone.example")

    body = bobs.browser.get("/api/profile/confirm").get_json()

    assert (body["password"], body["providers"]) == (True, ["acme"])


# ---------------------------------------------------------------- letting go


def unlink(client, provider="acme"):
    return client.delete(f"/api/profile/identities/{provider}")


def test_an_identity_is_unlinked_and_no_longer_signs_in(bobs, bob, app, acme):
    give(bob)

    assert unlink(bobs.browser).get_json()["identities"] == []

    another = browser(app)
    Journey(another, acme).sign_in()
    assert profile(another)["username"] == "ada"
    assert AuditTrailEntry.query.filter_by(action="identity_unlinked").one().user_id == bob.id


@pytest.mark.parametrize("provider", ["acme", "nobody", "%00"])
@pytest.mark.attack
def test_what_is_not_linked_is_not_found(bobs, provider):
    assert_problem(unlink(bobs.browser, provider), 404, "not_found")


@pytest.mark.attack
def test_nobody_unlinks_for_somebody_else(bobs, signed_in):
    ada = make_user("ada", password="a-bicycle-for-the-moon")
    give(ada)

    assert_problem(unlink(bobs.browser), 404, "not_found")
    assert linked(ada) == ["acme"]


def only_identity(**more):
    user = make_user("carol", **more)
    give(user)
    return user


@pytest.mark.attack
def test_the_last_way_in_cannot_be_unlinked(signed_in, acme):
    carol = only_identity()

    assert_problem(unlink(signed_in(carol)), 409, "last_sign_in_method")
    assert linked(carol) == ["acme"]


def test_an_identity_at_a_provider_that_is_gone_is_no_way_in(signed_in, acme):
    carol = only_identity()
    give(carol, "42", "gone", "https://gone.example")

    assert_problem(unlink(signed_in(carol)), 409, "last_sign_in_method")
    assert unlink(signed_in(carol), "gone").status_code == 200


def test_another_identity_is_a_way_in(signed_in, app, reconfigured):
    known = app.extensions["settings"].oauth
    reconfigured(oauth={**known, "other": OAuthProvider("https://other.example", CLIENT_ID, "secret")})
    carol = only_identity()
    give(carol, "42", "other", "https://other.example")

    assert unlink(signed_in(carol)).status_code == 200
    assert_problem(unlink(signed_in(carol), "other"), 409, "last_sign_in_method")


# feature: passkeys {
def test_a_passkey_is_a_way_in(signed_in, acme):
    carol = only_identity()
    saved(Passkey(user_id=carol.id, credential_id=b"1", public_key=b"2", name="Phone"))

    assert unlink(signed_in(carol)).status_code == 200


# }


@pytest.mark.every_database
def test_of_two_ways_in_that_are_let_go_at_once_one_stays(own_app):
    with own_app.app_context():
        carol = only_identity()
        give(carol, "42", "other", IDENTITY)
    clients = [let_in(own_app, carol) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(unlink, clients, ["acme", "other"]))

    assert sorted(each.status_code for each in answers) == [200, 409]
