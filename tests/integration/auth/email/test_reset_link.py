"""The one-time link at which a user sets a new password."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from argon2 import PasswordHasher

from app import db
from app.models import (
    OneTimeToken,
    Totp,  # feature: totp
)
from app.runtime.db import utcnow
from tests.integration.accounts import assert_problem, bearer, fields, make_ada, refresh, sign_in, tokens_of
from tests.integration.auth.totp.phone import Phone  # feature: totp
from tests.integration.factories import make_user

NEW = "a-much-better-password"


@pytest.fixture
def link(app):
    """Gives a fresh link for a user."""

    def make(name="ada"):
        result = app.test_cli_runner().invoke(args=["users", "reset-link", name])
        assert result.exit_code == 0, result.output
        return result.output.strip()

    return make


def token_in(link):
    return parse_qs(urlsplit(link).query)["token"][0]


def reset(client, token, password=NEW):
    return client.post("/api/password/reset", json={"token": token, "password": password})


def test_a_link_leads_to_the_shops_page_and_sets_a_new_password(client, link):
    make_ada()

    address = link()

    assert address.startswith("http://localhost/reset-password?token=")
    assert reset(client, token_in(address)).status_code == 200
    assert sign_in(client).status_code == 401
    assert sign_in(client, password=NEW).status_code == 200


@pytest.mark.attack
def test_a_link_works_once(client, link):
    make_ada()
    token = token_in(link())
    reset(client, token)

    assert_problem(reset(client, token, "yet-another-password"), 422, "invalid_token")
    assert sign_in(client, password=NEW).status_code == 200


def test_a_reset_ends_everything_that_was_signed_in(client, app, link):
    make_ada()
    sign_in(client)
    tokens = tokens_of(app)

    reset(app.test_client(), token_in(link()))

    assert client.get("/api/profile").status_code == 401
    assert app.test_client().get("/api/profile", headers=bearer(tokens["access_token"])).status_code == 401
    assert refresh(app.test_client(), tokens["refresh_token"]).status_code == 401


@pytest.mark.attack
def test_a_reset_spends_the_users_other_links_and_nobody_elses(client, link):
    make_ada()
    make_user("bob")
    first, second, bobs = token_in(link()), token_in(link()), token_in(link("bob"))

    reset(client, second)

    assert_problem(reset(client, first), 422, "invalid_token")
    assert reset(client, bobs).status_code == 200


def test_a_link_is_good_for_an_hour(client, link):
    make_ada()
    token = token_in(link())
    OneTimeToken.query.update({"expires_at": utcnow() - timedelta(seconds=1)})
    db.session.commit()

    assert_problem(reset(client, token), 422, "invalid_token")
    assert sign_in(client).status_code == 200


@pytest.mark.attack
def test_a_token_of_another_purpose_is_refused(client, link):
    make_ada()
    token = token_in(link())
    OneTimeToken.query.update({"purpose": "email_verification"})
    db.session.commit()

    assert_problem(reset(client, token), 422, "invalid_token")


def test_a_password_that_is_too_short_does_not_spend_the_link(client, link):
    make_ada()
    token = token_in(link())

    assert fields(reset(client, token, "short")) == ["password"]

    assert reset(client, token).status_code == 200


def test_a_new_password_may_not_hold_the_name_of_whoever_the_link_is_for(client, link):
    make_user("lovelace")
    token = token_in(link("lovelace"))

    assert fields(reset(client, token, "call-me-Lovelace-77")) == ["password"]
    assert reset(client, token).status_code == 200


# feature: totp {
def test_beside_an_authenticator_app_a_shorter_password_will_do(client, link):
    ada = make_ada()
    db.session.add(Totp(user_id=ada.id, secret="sealed", confirmed_at=utcnow()))
    db.session.commit()
    token = token_in(link())

    assert fields(reset(client, token, "x7-moor")) == ["password"]
    assert reset(client, token, "x7-moors").status_code == 200


def test_an_app_that_goes_while_the_password_is_hashed_leaves_no_short_one_alone(client, link, mocker):
    ada = make_ada()
    db.session.add(Totp(user_id=ada.id, secret="sealed", confirmed_at=utcnow()))
    db.session.commit()
    token = token_in(link())
    hashing = PasswordHasher.hash

    def hash_meanwhile(self, password):
        Totp.query.delete()
        return hashing(self, password)

    mocker.patch.object(PasswordHasher, "hash", hash_meanwhile)

    assert fields(reset(client, token, "x7-moors")) == ["password"]
    assert sign_in(client, password="x7-moors").status_code == 401
    assert reset(client, token).status_code == 200


def test_an_app_that_showed_no_code_yet_makes_no_password_good(client, link):
    ada = make_ada()
    db.session.add(Totp(user_id=ada.id, secret="sealed"))
    db.session.commit()

    assert fields(reset(client, token_in(link()), "x7-moors")) == ["password"]


def test_a_reset_is_no_way_around_the_app(app, client, link, signed_in):
    phone = Phone(signed_in(make_ada()))
    phone.confirm()

    assert reset(client, token_in(link())).status_code == 200

    assert_problem(sign_in(client, password=NEW), 401, "second_factor_required")


@pytest.mark.parametrize("password", ["short", "x7-moors", NEW])
@pytest.mark.attack
def test_a_token_of_nobody_tells_nothing_whatever_the_password(client, password):
    ada = make_ada()
    db.session.add(Totp(user_id=ada.id, secret="sealed", confirmed_at=utcnow()))
    db.session.commit()

    assert_problem(reset(client, "a" * 43, password), 422, "invalid_token")


# }


def test_a_user_who_is_not_active_gets_no_new_password(client, link):
    ada = make_ada()
    token = token_in(link())
    ada.active = False
    db.session.commit()

    assert_problem(reset(client, token), 422, "invalid_token")


def test_an_oauth_only_user_gets_a_password_by_a_link(client, link):
    make_user("ada")

    reset(client, token_in(link()))

    assert sign_in(client, password=NEW).status_code == 200


@pytest.mark.parametrize("token", ["x", "a" * 43, "é"])
@pytest.mark.attack
def test_a_token_of_nobody_is_refused(client, token):
    assert_problem(reset(client, token), 422, "invalid_token")


def test_the_database_does_not_hold_the_token(link):
    make_ada()

    token = token_in(link())

    assert token.encode() not in OneTimeToken.query.one().token_hash
