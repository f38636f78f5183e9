"""An account is closed by whose it is: the person goes, the orders stay."""

from datetime import timedelta

import pytest

from app import db
from app.models import AuditTrailEntry, Identity, KnownDevice, Outgoing, User, UserSession
from app.runtime.db import utcnow
from tests.integration.accounts import (
    assert_problem,
    bearer,
    login,
    make_ada,
    refresh,
    sign_in,
    tokens_of,
)
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user, saved


@pytest.fixture
def ada(client):
    make_ada(name="Ada Lovelace")
    sign_in(client)
    return client


def close(client, **more):
    return client.delete("/api/profile", **more)


@pytest.mark.attack
def test_a_closed_account_signs_nobody_in_and_everybody_out(ada, app):
    tokens = tokens_of(app)

    response = close(ada)

    assert response.status_code == 200
    assert response.headers["Set-Cookie"].startswith("kiosk=;")
    assert ada.get("/api/profile").status_code == 401
    assert browser(app).get("/api/profile", headers=bearer(tokens["access_token"])).status_code == 401
    assert refresh(browser(app), tokens["refresh_token"]).status_code == 401
    assert_problem(sign_in(browser(app)), 401, "invalid_credentials")


def test_nothing_that_tells_who_it_was_stays(ada):
    user = User.query.one()
    saved(Identity(user_id=user.id, provider="acme", issuer="https://id.example", subject="ada-lovelace"))

    close(ada)

    db.session.expire_all()
    closed = User.query.one()
    assert "ada" not in closed.username
    assert (closed.email, closed.verified_email, closed.name, closed.avatar_url, closed.password_hash) == (None,) * 5
    assert (closed.active, closed.closed_at is not None) == (False, True)
    for gone in (Identity, UserSession, KnownDevice):
        assert gone.query.count() == 0
    assert {each.address for each in AuditTrailEntry.query} == {None}
    assert {each.action for each in AuditTrailEntry.query} >= {"account_closed"}


def test_what_others_have_stays(app, client):
    people = [make_user("eve", password=PASSWORD), make_ada(), make_user("zoe", password=PASSWORD)]
    browsers = [client, browser(app), browser(app)]
    for user, each in zip(people, browsers, strict=True):
        saved(Identity(user_id=user.id, provider="acme", issuer="https://id.example", subject=user.username))
        assert sign_in(each, user.username).status_code == 200
    eve, ada, zoe = browsers

    close(ada)

    for each in (eve, zoe):
        profile = each.get("/api/profile").get_json()
        assert [each["provider"] for each in profile["identities"]] == ["acme"]
    for rows in (Identity, UserSession, KnownDevice):
        assert rows.query.count() == 2
    assert None not in {each.address for each in AuditTrailEntry.query if each.user_id != people[1].id}


def test_the_username_is_free_again(ada, app):
    close(ada)

    account = {"username": "ada", "email": "ada@example.com", "password": "lantern-tide-77-meadow"}
    assert browser(app).post("/api/register", json=account).status_code == 201


def test_a_last_mail_goes_to_the_address_that_was_verified(ada):
    close(ada)

    assert Outgoing.query.filter_by(kind="account_closed").count() == 1


def test_an_api_client_closes_an_account_too(app):
    make_ada()
    tokens = login(browser(app)).get_json()

    assert close(browser(app), headers=bearer(tokens["access_token"])).status_code == 200


@pytest.mark.attack
def test_the_last_member_of_staff_stays(signed_in):
    grace = make_user("grace", role="staff")
    make_user("gone", role="staff", active=False)

    assert_problem(close(signed_in(grace)), 409, "last_staff")

    assert signed_in(grace).get("/api/profile").status_code == 200


def test_one_of_two_members_of_staff_may_go(signed_in):
    grace, alan = (make_user(name, role="staff") for name in ("grace", "alan"))

    assert close(signed_in(grace)).status_code == 200
    assert_problem(close(signed_in(alan)), 409, "last_staff")


@pytest.mark.attack
def test_closing_takes_a_confirmation_that_is_not_old(ada):
    UserSession.query.update({"confirmed_at": utcnow() - timedelta(minutes=31)})
    db.session.commit()

    assert_problem(close(ada), 403, "confirmation_required")

    assert ada.get("/api/profile").status_code == 200


@pytest.mark.attack
def test_another_page_closes_no_account(ada):
    ada.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert_problem(close(ada), 403, "cross_site_request")
