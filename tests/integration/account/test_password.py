"""Changing one's password, and confirming who one is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from app import db
from app.auth.email import links
from app.models import (
    AuditTrailEntry,
    OneTimeToken,
    Outgoing,
    Totp,  # feature: totp
    User,
    UserSession,
)
from app.runtime.db import utcnow
from tests.integration.accounts import WRONG, assert_problem, bearer, fields, make_ada, refresh, sign_in, tokens_of
from tests.integration.auth.totp.phone import Phone, wrong  # feature: totp
from tests.integration.conftest import browser
from tests.integration.conftest import sign_in as let_in
from tests.integration.factories import PASSWORD, make_user

pytestmark = pytest.mark.any_database

NEW = "a-much-better-password"


@pytest.fixture
def ada(client):
    make_ada()
    sign_in(client)
    return client


def change(client, current=PASSWORD, new=NEW, **more):
    return client.post("/api/profile/password", json={"current_password": current, "new_password": new}, **more)


def wait(client, minutes=31):
    """Since the last proof of who is asking."""
    UserSession.query.update({"confirmed_at": utcnow() - timedelta(minutes=minutes)})
    db.session.commit()
    return client


def test_the_new_password_signs_in_and_the_old_one_does_not(ada, app):
    assert change(ada).status_code == 200

    assert sign_in(browser(app)).status_code == 401
    assert sign_in(browser(app), password=NEW).status_code == 200


def test_only_the_session_that_asks_goes_on_with_another_cookie(ada, app):
    second, tokens, before = browser(app), tokens_of(app), ada.get_cookie("kiosk").value
    sign_in(second)

    change(ada)

    assert ada.get("/api/profile").status_code == 200
    assert ada.get_cookie("kiosk").value != before
    assert second.get("/api/profile").status_code == 401
    assert browser(app).get("/api/profile", headers=bearer(tokens["access_token"])).status_code == 401
    assert refresh(browser(app), tokens["refresh_token"]).status_code == 401


@pytest.mark.every_database
def test_the_cookie_before_is_worth_nothing_at_once(ada, app):
    thief = browser(app)
    thief.set_cookie("kiosk", ada.get_cookie("kiosk").value)

    change(ada)

    assert thief.get("/api/profile").status_code == 401


def test_an_api_client_that_changes_the_password_goes_on_and_browsers_do_not(ada, app):
    tokens = tokens_of(app)

    assert change(browser(app), headers=bearer(tokens["access_token"])).status_code == 200

    assert refresh(browser(app), tokens["refresh_token"]).status_code == 200
    assert ada.get("/api/profile").status_code == 401


@pytest.mark.attack
@pytest.mark.parametrize("current", [WRONG, NEW, None])
def test_without_the_current_password_nothing_changes(ada, app, current):
    second = browser(app)
    sign_in(second)

    assert_problem(change(ada, current), 403, "wrong_password")

    assert second.get("/api/profile").status_code == 200
    assert sign_in(browser(app)).status_code == 200


@pytest.mark.attack
def test_a_recent_sign_in_does_not_stand_for_the_current_password(ada):
    assert_problem(ada.post("/api/profile/password", json={"new_password": NEW}), 403, "wrong_password")


@pytest.mark.parametrize("new", ["short", "a" * 257])
def test_a_new_password_has_to_be_good_enough(ada, app, new):
    assert fields(change(ada, new=new)) == ["new_password"]
    assert sign_in(browser(app)).status_code == 200


def test_a_new_password_may_not_hold_the_username(ada):
    assert fields(change(ada, new="ada-of-the-analytical-engine")) == ["new_password"]


@pytest.mark.attack
def test_guessing_the_current_password_is_throttled_as_signing_in_is(ada, app):
    for _ in range(5):
        assert_problem(change(ada, WRONG), 403, "wrong_password")

    assert "Retry-After" in change(ada).headers
    assert_problem(change(ada), 429, "too_many_tries")
    assert_problem(ada.post("/api/profile/confirm", json={"password": PASSWORD}), 429, "too_many_tries")
    assert_problem(sign_in(browser(app)), 429, "too_many_tries")


def test_a_right_password_is_no_failure(ada):
    for _ in range(6):
        assert ada.post("/api/profile/confirm", json={"password": PASSWORD}).status_code == 200


@pytest.mark.every_database
def test_links_that_set_a_password_end_with_a_change_of_it(ada, app):
    app.test_cli_runner().invoke(args=["users", "reset-link", "ada"])

    change(ada)

    assert OneTimeToken.query.count() == 0


def test_a_change_is_in_the_trail_without_the_password(ada):
    change(ada)

    entry = AuditTrailEntry.query.filter_by(action="password_changed").one()
    assert (entry.actor_id, entry.details) == (entry.user_id, {})


@pytest.mark.every_database
def test_somebody_without_a_password_sets_a_first_one(signed_in, app):
    ada = signed_in(make_user("ada"))

    assert ada.post("/api/profile/password", json={"new_password": NEW}).status_code == 200

    assert sign_in(browser(app), password=NEW).status_code == 200


@pytest.mark.attack
def test_a_first_password_takes_a_confirmation_that_is_not_old(signed_in, app):
    ada = wait(signed_in(make_user("ada")))

    response = ada.post("/api/profile/password", json={"new_password": NEW})

    assert_problem(response, 403, "confirmation_required")
    assert sign_in(browser(app), password=NEW).status_code == 401


@pytest.mark.attack
def test_another_page_changes_no_password(ada):
    ada.environ_base["HTTP_SEC_FETCH_SITE"] = "same-site"

    assert_problem(change(ada), 403, "cross_site_request")


DOORS = {
    "register": ("/api/register", {"username": "bob", "email": "bob@example.com", "password": NEW}),
    "sign in": ("/api/session", {"username": "ada", "password": PASSWORD}),
    "log in": ("/api/login", {"username": "ada", "password": PASSWORD}),
    "change": ("/api/profile/password", {"current_password": PASSWORD, "new_password": NEW}),
    "confirm": ("/api/profile/confirm", {"password": PASSWORD}),
    "reset": ("/api/password/reset", {"password": NEW}),
    "make": ("/api/users", {"username": "bob", "password": NEW}),
}


@pytest.mark.parametrize("door", DOORS)
def test_no_transaction_is_open_while_a_password_is_hashed(app, mocker, door):
    """On SQLite it would keep everybody else from writing, for as long as a crowd keeps the hashing busy."""
    ada = make_ada(role="staff")
    client = let_in(app, ada)
    path, body = DOORS[door]
    if door == "reset":
        link = links.generate(db.session(), app.extensions["settings"], links.RESET, ada, utcnow())
        db.session.commit()
        body = {**body, "token": link.partition("token=")[2]}
    open_at = []
    for name in ("hash", "verify"):
        real = getattr(PasswordHasher, name)

        def noted(*given, real=real):
            open_at.append(db.session().in_transaction())
            return real(*given)

        mocker.patch.object(PasswordHasher, name, noted)

    client.post(path, json=body)

    assert open_at
    assert not any(open_at)


@pytest.mark.every_database
def test_of_two_changes_at_once_one_is_told_that_it_came_too_late(own_app):
    with own_app.app_context():
        ada = make_ada()
    clients = [let_in(own_app, ada) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(change, clients, [PASSWORD] * 2, ["first-of-the-two-passwords", NEW]))

    assert [each.status_code for each in answers].count(200) == 1


# ---------------------------------------------------------------- confirming who one is


def test_a_sign_in_counts_as_confirmed_for_half_an_hour(ada):
    body = ada.get("/api/profile/confirm").get_json()

    assert (body["password"], body["providers"]) == (True, [])
    assert body["until"].endswith("Z")
    assert ada.patch("/api/profile", json={"email": "new@example.com"}).status_code == 200


@pytest.mark.attack
def test_after_half_an_hour_another_email_takes_a_confirmation(ada):
    wait(ada)

    assert_problem(ada.patch("/api/profile", json={"email": "new@example.com"}), 403, "confirmation_required")

    assert User.query.one().email == "ada@example.com"
    assert ada.patch("/api/profile", json={"name": "Countess", "email": "ada@example.com"}).status_code == 200


def test_news_of_a_change_are_mailed(ada):
    ada.patch("/api/profile", json={"email": "new@example.com"})
    change(ada)

    assert {each.kind for each in Outgoing.query} == {"email_changed", "verify_email", "password_changed"}


def test_an_address_that_was_never_verified_hears_nothing_of_its_change(signed_in):
    ada = signed_in(make_user("ada", verified=False))

    ada.patch("/api/profile", json={"email": "new@example.com"})

    assert Outgoing.query.filter_by(kind="email_changed").count() == 0


# feature: totp {
@pytest.fixture
def phone(ada):
    """The authenticator app that Ada's account asks for."""
    found = Phone(ada)
    assert found.confirm().status_code == 200
    return found


# }


def confirm(client, **body):
    return client.post("/api/profile/confirm", json={"password": PASSWORD, **body})


# feature: totp {
def test_an_account_with_a_second_factor_is_confirmed_by_both(ada, phone):
    wait(ada)

    assert_problem(confirm(ada), 403, "second_factor_required")
    assert_problem(ada.delete("/api/profile"), 403, "confirmation_required")

    assert confirm(ada, code=phone.code()).status_code == 200
    assert ada.patch("/api/profile", json={"email": "new@example.com"}).status_code == 200


@pytest.mark.attack
def test_guessing_a_code_confirms_nothing_and_is_throttled(ada, phone):
    wait(ada)
    for _ in range(5):
        assert_problem(confirm(ada, code=wrong(phone.code())), 422, "invalid_code")

    assert_problem(confirm(ada, code=phone.code()), 429, "too_many_tries")
    assert_problem(ada.delete("/api/profile"), 403, "confirmation_required")


def test_a_code_is_no_use_without_the_password(ada, phone):
    assert_problem(confirm(ada, password=WRONG, code=phone.code()), 403, "wrong_password")


def test_with_a_second_factor_a_shorter_password_is_good_enough(ada, phone):
    assert change(ada, new="7 tides!").status_code == 200


# }


def test_without_one_it_is_not(ada):
    assert fields(change(ada, new="7 tides!")) == ["new_password"]


# feature: totp {
def test_an_app_that_goes_while_the_password_is_hashed_leaves_no_short_one_alone(ada, app, phone, mocker):
    hashing = PasswordHasher.hash

    def hash_meanwhile(self, password):
        Totp.query.delete()
        return hashing(self, password)

    mocker.patch.object(PasswordHasher, "hash", hash_meanwhile)

    assert fields(change(ada, new="7 tides!")) == ["new_password"]
    assert sign_in(browser(app), password="7 tides!").status_code == 401


# }


def test_a_session_from_before_anybody_confirmed_is_not_confirmed(ada):
    UserSession.query.update({"confirmed_at": None})
    db.session.commit()

    assert ada.get("/api/profile/confirm").get_json()["until"] is None
    assert_problem(ada.delete("/api/profile"), 403, "confirmation_required")


def test_the_password_confirms_and_gives_another_cookie(ada):
    wait(ada)
    before = ada.get_cookie("kiosk").value

    assert ada.post("/api/profile/confirm", json={"password": PASSWORD}).status_code == 200

    assert ada.get_cookie("kiosk").value != before
    assert ada.patch("/api/profile", json={"email": "new@example.com"}).status_code == 200


@pytest.mark.attack
def test_a_wrong_password_confirms_nothing(ada):
    wait(ada)

    assert_problem(ada.post("/api/profile/confirm", json={"password": WRONG}), 403, "wrong_password")

    assert_problem(ada.delete("/api/profile"), 403, "confirmation_required")


def test_a_confirmation_is_for_the_session_that_asks_alone(ada, app):
    second = browser(app)
    sign_in(second)
    wait(ada)
    ada.post("/api/profile/confirm", json={"password": PASSWORD})

    assert_problem(second.delete("/api/profile"), 403, "confirmation_required")


@pytest.mark.attack
def test_somebody_without_a_password_cannot_confirm_by_one(signed_in):
    ada = signed_in(make_user("ada"))

    assert_problem(ada.post("/api/profile/confirm", json={"password": PASSWORD}), 403, "wrong_password")
