"""The mails of what staff do to an account: an invitation, and news to whom it concerns."""

from datetime import timedelta

import pytest

from app import db
from app.models import (
    Identity,
    Outgoing,
    Passkey,  # feature: passkeys
    User,
)
from app.runtime.db import utcnow
from tests.attacks import came_of
from tests.integration.accounts import assert_problem, make_ada
from tests.integration.accounts import sign_in as by_password
from tests.integration.auth.email.test_addresses import link_in
from tests.integration.conftest import browser, sign_in
from tests.integration.factories import PASSWORD, make_user, saved

pytestmark = pytest.mark.any_database


@pytest.fixture
def staff(office):
    return sign_in(office.app, make_user("grace", role="staff"))


def invite(staff, **more):
    response = staff.post("/api/users", json={"username": "bob", "email": "bob@example.com", **more})
    assert response.status_code == 201, response.text
    return response.get_json()


def token(office, to="bob@example.com"):
    office.deliver()
    invitations = [each for each in office.mails if each["headers"]["Subject"] == "An account was made for you"]
    [mail] = [each for each in invitations if each["to"] == [to]]
    assert mail is invitations[-1]
    return link_in(mail, "reset-password")


def choose(office, token):
    return browser(office.app).post("/api/password/reset", json={"token": token, "password": PASSWORD})


def test_whoever_is_invited_chooses_a_password_by_the_link_and_signs_in(office, staff):
    invite(staff)

    assert choose(office, token(office)).status_code == 200

    assert by_password(browser(office.app), "bob").status_code == 200


def test_an_invitation_is_good_for_days_and_works_once(office, staff, monkeypatch):
    invite(staff)
    link = token(office)
    monkeypatch.setattr("app.auth.routes.utcnow", lambda: utcnow() + timedelta(days=6))

    assert choose(office, link).status_code == 200

    assert_problem(choose(office, link), 422, "invalid_token")


@pytest.mark.parametrize("more", [{"password": PASSWORD}, {"email": None}])
def test_nobody_is_invited_who_has_a_password_or_no_address(office, staff, more):
    invite(staff, **more)

    assert Outgoing.query.filter_by(kind="invitation").count() == 0


@pytest.mark.parametrize("change", [{"active": False}, {"email": None}])
def test_an_invitation_that_has_nobody_to_go_to_any_more_is_dropped(office, staff, change):
    made = invite(staff)
    staff.patch(f"/api/users/{made['id']}", json=change)

    office.deliver()

    assert office.mails == []
    assert all(each.done_at for each in Outgoing.query)


@pytest.mark.attack
def test_an_invitation_that_went_to_a_wrong_address_is_worth_nothing_once_staff_corrected_it(office, staff):
    bob = invite(staff)
    of_a_stranger = token(office)

    staff.patch(f"/api/users/{bob['id']}", json={"email": "robert@example.com"})

    assert_problem(choose(office, of_a_stranger), 422, "invalid_token")


def test_whoever_was_invited_to_a_wrong_address_is_invited_to_the_right_one(office, staff):
    bob = invite(staff)
    office.deliver()

    staff.patch(f"/api/users/{bob['id']}", json={"email": "robert@example.com"})

    assert choose(office, token(office, to="robert@example.com")).status_code == 200


@pytest.mark.attack
@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (Passkey, {"credential_id": b"1", "public_key": b"1", "name": "phone"}),  # feature: passkeys
        (Identity, {"provider": "acme", "issuer": "https://id.example", "subject": "7"}),
    ],
)
def test_nobody_is_invited_into_an_account_that_somebody_has_made_theirs(office, staff, kind, columns):
    ada = make_user("ada", email="ada@example.com")
    saved(kind(user_id=ada.id, **columns))

    staff.patch(f"/api/users/{ada.id}", json={"email": "a-slip@example.com"})
    office.deliver()

    came = [mail["headers"]["Subject"] for mail in office.mails if mail["to"] == ["a-slip@example.com"]]
    came_of(", ".join(came), "Confirm your email address")


def test_another_address_is_asked_and_the_one_from_before_is_told(office, staff):
    ada = make_ada()

    staff.patch(f"/api/users/{ada.id}", json={"email": "countess@example.com"})

    office.deliver()
    assert {(mail["to"][0], mail["headers"]["Subject"]) for mail in office.mails} == {
        ("countess@example.com", "Confirm your email address"),
        ("ada@example.com", "Your email address was changed"),
    }


def test_somebody_whose_account_is_deleted_is_told(office, staff):
    ada = make_user("ada", email="ada@example.com")

    staff.delete(f"/api/users/{ada.id}")

    office.deliver()
    [mail] = office.mails
    assert mail["to"] == ["ada@example.com"]
    assert db.session.get(User, ada.id, populate_existing=True).email is None
