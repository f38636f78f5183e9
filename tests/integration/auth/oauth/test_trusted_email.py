"""Whose word counts for an email: of a provider that is trusted for it, and nobody else's."""

import msgspec
import pytest

from app import db
from app.auth.email import links
from app.models import (
    AuditTrailEntry,
    Identity,
    Outgoing,
    Passkey,  # feature: passkeys
    Totp,  # feature: totp
    User,
)
from app.runtime.config import settings
from app.runtime.db import utcnow
from tests.attacks import came_of
from tests.integration.accounts import assert_problem, bearer, login, refresh, sign_in
from tests.integration.auth.oauth.acme import Journey
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user, saved

pytestmark = pytest.mark.any_database


@pytest.fixture
def trusted(app, reconfigured, acme, client):
    """A way to Acme, which is trusted to verify emails."""
    known = app.extensions["settings"].oauth["acme"]
    reconfigured(oauth={"acme": msgspec.structs.replace(known, trust_email=True)})
    return Journey(client, acme)


def profile(client):
    return client.get("/api/profile").get_json()


def assert_another(client, user):
    """Whoever signed in is not `user`, who has gained no identity."""
    came_of("another account" if profile(client)["id"] != user.id else "the same account", "another account")
    assert Identity.query.filter_by(user_id=user.id).count() == 0


def test_a_trusted_providers_verified_email_finds_the_account_that_has_it(trusted, client, app):
    ada = make_user("countess", email="Ada@Example.com", password=PASSWORD)

    assert trusted.sign_in().location == "/"

    assert profile(client)["id"] == ada.id
    assert Identity.query.one().user_id == ada.id
    assert AuditTrailEntry.query.filter_by(action="identity_linked").one().details["by"] == "verified email"
    assert Outgoing.query.filter_by(kind="identity_linked").count() == 1
    assert sign_in(browser(app), "countess").status_code == 200


def test_a_trusted_providers_verified_email_is_verified_in_a_new_account(trusted, client):
    trusted.sign_in()

    assert profile(client)["email_verified"] is True
    assert User.query.one().verified_email == "ada@example.com"


@pytest.mark.attack
def test_an_email_that_is_not_verified_here_finds_nobody(trusted, client):
    """Whoever registered it may be somebody else, who would then share the account of its owner."""
    squatter = make_user("squatter", email="ada@example.com", verified=False)

    trusted.sign_in()

    assert_another(client, squatter)
    assert profile(client)["email_verified"] is True


@pytest.fixture
def registered_ahead(app):
    """An account that another person made with Ada's address, and waits in: by password, API, passkey and provider.

    Ada has pressed the button of the mail that came, in a browser that is signed in to nothing.
    """
    mallory = make_user("mallory", email="ada@example.com", verified=False, password=PASSWORD)
    tokens = login(browser(app), "mallory").get_json()
    saved(Identity(user_id=mallory.id, provider="other", issuer="https://other.example", subject="mallory"))
    saved(Passkey(user_id=mallory.id, credential_id=b"mallory", public_key=b"", name="key"))  # feature: passkeys
    link = links.generate(db.session(), settings(), links.VERIFICATION, mallory, utcnow(), email=mallory.email)
    db.session.commit()
    assert browser(app).post("/api/email/verify", json={"token": link.partition("token=")[2]}).status_code == 200
    return mallory, tokens


@pytest.mark.every_database
@pytest.mark.attack
def test_who_registered_with_an_address_ahead_of_its_owner_is_out_once_the_owner_signs_in(
    trusted, client, app, registered_ahead
):
    mallory, tokens = registered_ahead

    trusted.sign_in()

    assert profile(client)["identities"] != []
    assert_problem(login(browser(app), "mallory"), 401, "invalid_credentials")
    assert_problem(browser(app).get("/api/profile", headers=bearer(tokens["access_token"])), 401, "invalid_token")
    assert_problem(refresh(browser(app), tokens["refresh_token"]), 401, "invalid_token")
    assert [each.provider for each in Identity.query] == ["acme"]
    assert Passkey.query.count() == 0  # feature: passkeys
    assert Outgoing.query.filter_by(kind="identity_linked").count() == 1
    assert AuditTrailEntry.query.filter_by(user_id=mallory.id, action="sign_in_methods_removed").count() == 1


def test_an_address_that_was_verified_in_a_session_of_the_account_keeps_its_ways_in(trusted, client, app):
    ada = make_user("countess", email="ada@example.com", verified=False, password=PASSWORD)
    own = browser(app)
    sign_in(own, "countess")
    link = links.generate(db.session(), settings(), links.VERIFICATION, ada, utcnow(), email=ada.email)
    db.session.commit()
    own.post("/api/email/verify", json={"token": link.partition("token=")[2]})

    trusted.sign_in()

    assert profile(client)["id"] == ada.id
    assert own.get("/api/profile").status_code == 200
    assert sign_in(browser(app), "countess").status_code == 200


@pytest.mark.attack
@pytest.mark.parametrize("verified", [False, None, "true", 1, "false", [True]])
def test_an_email_that_is_not_verified_there_finds_nobody(trusted, client, acme, verified):
    ada = make_user("countess", email="ada@example.com")
    acme.userinfo = {"email_verified": verified}

    trusted.sign_in()

    assert_another(client, ada)
    assert profile(client)["email_verified"] is False


@pytest.mark.attack
def test_an_email_of_a_provider_that_is_not_trusted_finds_nobody(journey, client):
    ada = make_user("countess", email="ada@example.com")

    journey.sign_in()

    assert_another(client, ada)
    assert profile(client)["email_verified"] is False


def refused(response, code):
    came_of(f"{response.status_code} {response.location}", f"302 /sign-in?error={code}")
    assert Identity.query.filter_by(subject="ada-lovelace").count() == 0
    assert User.query.count() == 1


# feature: totp {
@pytest.mark.attack
def test_an_email_is_no_way_around_a_second_factor(trusted):
    ada = make_user("countess", email="ada@example.com")
    saved(Totp(user_id=ada.id, secret="", confirmed_at=ada.created_at))

    refused(trusted.sign_in(), "sign_in_first")


def test_a_second_factor_that_was_never_finished_stands_in_nobodys_way(trusted, client):
    ada = make_user("countess", email="ada@example.com")
    saved(Totp(user_id=ada.id, secret=""))

    trusted.sign_in()

    assert profile(client)["id"] == ada.id


# }


@pytest.mark.attack
def test_an_email_that_somebody_else_there_had_before_finds_nobody(trusted):
    ada = make_user("countess", email="ada@example.com")
    saved(Identity(user_id=ada.id, provider="acme", issuer="https://id.example", subject="the-first-ada"))

    refused(trusted.sign_in(), "sign_in_first")


@pytest.mark.every_database
@pytest.mark.attack
def test_the_email_of_an_account_that_is_not_active_opens_none(trusted):
    make_user("countess", email="ada@example.com", active=False)

    refused(trusted.sign_in(), "account_inactive")


@pytest.mark.attack
def test_an_email_that_only_lower_case_makes_the_same_finds_nobody(trusted, client, acme):
    """The Kelvin sign is a k in lower case, and no mail server thinks so."""
    kay = make_user("countess", email="kay@example.com")
    acme.userinfo = {"email": "\N{KELVIN SIGN}ay@example.com"}

    trusted.sign_in()

    assert_another(client, kay)
    assert profile(client)["email_verified"] is False


@pytest.mark.parametrize("told", ["ada@bücher.example", "Ada@Bücher.Example", "ada@xn--bcher-kva.example"])
def test_an_address_is_found_in_whichever_form_the_provider_writes_its_domain(trusted, client, acme, told):
    ada = make_user("countess", email="ada@bücher.example", verified=False)
    ada.verified_email, ada.verified_in_session = "ada@xn--bcher-kva.example", True
    saved(ada)
    acme.userinfo = {"email": told}

    trusted.sign_in()

    assert profile(client)["id"] == ada.id


@pytest.mark.every_database
@pytest.mark.attack
def test_a_domain_that_the_provider_may_take_for_another_one_finds_nobody(trusted, client, acme):
    """By IDNA 2003 it is fass.example, whose owner may have shown the provider that it is theirs."""
    ada = make_user("countess", email="ada@faß.example", verified=False)
    ada.verified_email, ada.verified_in_session = "ada@xn--fa-hia.example", True
    saved(ada)
    acme.userinfo = {"email": "ada@faß.example"}

    trusted.sign_in()

    assert_another(client, ada)


def test_an_address_in_another_case_is_verified_by_the_same_word(trusted, client, acme):
    acme.claims = {"email": "Ada@Example.com"}

    trusted.sign_in()

    assert (profile(client)["email"], profile(client)["email_verified"]) == ("Ada@Example.com", True)


def test_an_email_that_grows_in_lower_case_breaks_nothing(trusted, client, acme):
    acme.userinfo = {"email": "İ" * 240 + "@example.com"}

    assert trusted.sign_in().location == "/"

    assert profile(client)["email_verified"] is False


@pytest.mark.every_database
def test_a_trusted_email_changes_nothing_for_an_account_that_is_linked_already(trusted, app, client, acme):
    acme.userinfo = {"email": "first@example.com"}
    trusted.sign_in()
    ada = make_user("countess", email="ada@example.com")
    acme.userinfo = {}
    again = browser(app)

    Journey(again, acme).sign_in()

    assert profile(again)["id"] == profile(client)["id"] != ada.id
    db.session.expire_all()
    assert db.session.get(User, profile(client)["id"]).verified_email == "first@example.com"
