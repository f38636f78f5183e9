"""Accounts with a password: made, signed in to, signed out of, and never told apart from the outside."""

import pytest
from argon2 import PasswordHasher

from app import db
from app.models import User, UserSession
from tests.integration.accounts import WRONG, assert_problem, bearer, fields, login, make_ada, sign_in, tokens_of
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user

ADA = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}


def register(client, **changes):
    return client.post("/api/register", json={**ADA, **changes})


def test_whoever_registers_is_a_customer_and_can_sign_in(client):
    response = register(client)

    assert response.status_code == 201
    made = response.get_json()
    assert (made["username"], made["email"], made["role"], made["active"]) == (
        "ada",
        "ada@example.com",
        "customer",
        True,
    )
    assert (made["email_verified"], made["identities"]) == (False, [])
    assert sign_in(client).status_code == 200


def test_registering_alone_signs_nobody_in(client):
    register(client)

    assert client.get("/api/profile").status_code == 401


def test_a_password_is_kept_as_an_argon2id_hash_alone(client):
    register(client)

    assert User.query.one().password_hash.startswith("$argon2id$")
    assert PASSWORD not in User.query.one().password_hash


@pytest.mark.parametrize("name", ["ada", "ADA", "ａｄａ"])
@pytest.mark.attack
def test_a_username_is_given_once_in_whatever_spelling(client, name):
    register(client)

    assert_problem(register(client, username=name), 409, "username_taken")
    assert User.query.count() == 1


def test_an_email_may_be_named_by_many_until_it_is_verified(client):
    register(client)

    assert register(client, username="bob").status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "-ada"}, "username"),
        ({"username": "ada\n"}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"username": "a" * 65}, "username"),
        ({"username": "ﷺ" * 64}, "username"),
        ({"username": 7}, "username"),
        ({"username": None}, "username"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@example.com\n"}, "email"),
        ({"email": None}, "email"),
        ({"password": "fourteen chars"}, "password"),
        ({"password": "p" * 257}, "password"),
        ({"password": ""}, "password"),
        ({"password": ["secret"]}, "password"),
    ],
)
def test_a_registration_that_is_wrong_names_the_field(client, changes, field):
    response = register(client, **changes)

    assert fields(response) == [field]
    assert User.query.count() == 0


def test_a_missing_field_is_named(client):
    assert fields(client.post("/api/register", json={"username": "ada", "email": "ada@example.com"})) == ["password"]


@pytest.mark.parametrize(
    "account",
    [
        {"username": "a b", "email": "nowhere", "password": "short"},  # each has the right shape, and none will do
        {"username": "", "email": "nowhere", "password": "short"},
        {"email": "nowhere", "password": "short"},
    ],
)
def test_all_that_is_wrong_with_an_account_is_told_at_once(client, account):
    assert fields(client.post("/api/register", json=account)) == ["username", "email", "password"]


@pytest.mark.parametrize("password", ["fifteen-letters", "пароль-из-букв-и-🔑", " leading and trailing ", "p" * 256])
def test_a_password_is_any_text_of_fifteen_characters_or_more(client, password):
    assert register(client, password=password).status_code == 201

    assert sign_in(client, password=password).status_code == 200
    assert sign_in(client, password=password.strip() + "x").status_code == 401


@pytest.mark.parametrize(
    ("username", "email", "password"),
    [
        ("lovelace", "a@b.example", "my-name-is-LOVELACE-and"),
        ("ｌｏｖｅｌａｃｅ", "a@b.example", "my-name-is-lovelace-and"),
        ("ada", "byron.1815@b.example", "i am Byron.1815 indeed"),
        ("ada", "a@b.example", "the kiosk at the corner"),
        ("ada", "a@b.example", "http://LOCALHOST is where i am"),
    ],
)
def test_a_password_may_not_hold_the_name_of_the_person_or_the_shop(client, username, email, password):
    response = register(client, username=username, email=email, password=password)

    assert fields(response) == ["password"]
    assert User.query.count() == 0


def test_a_name_that_is_in_every_other_word_is_no_hindrance(client):
    assert register(client, username="or", email="in@b.example").status_code == 201


@pytest.mark.parametrize("path", ["/api/register", "/api/login", "/api/session", "/api/password/reset"])
@pytest.mark.attack
def test_a_huge_password_is_refused_before_it_is_hashed(client, path, mocker):
    hashing = [mocker.spy(PasswordHasher, name) for name in ("hash", "verify")]
    body = {**ADA, "token": "x", "password": "p" * 1_000_000}

    assert_problem(client.post(path, json=body), 413, "request_entity_too_large")
    body["password"] = "p" * 2000
    assert fields(client.post(path, json=body)) == ["password"]
    assert [each.call_count for each in hashing] == [0, 0]


# ---------------------------------------------------------------- signing in


def test_the_browser_gets_the_user_and_a_session(client):
    make_ada()

    response = sign_in(client)

    assert response.get_json()["username"] == "ada"
    assert client.get("/api/profile").get_json() == response.get_json()


@pytest.mark.parametrize("name", ["ADA", "ａｄａ"])
def test_any_spelling_of_the_username_signs_in(client, name):
    make_ada()

    assert sign_in(client, name).status_code == 200


@pytest.mark.parametrize("path", ["/api/session", "/api/login"])
@pytest.mark.attack
def test_nobody_can_tell_why_a_sign_in_failed(client, path):
    make_ada()
    make_user("oauth-only")
    make_user("inactive", password=PASSWORD, active=False)
    tries = [("ada", WRONG), ("nobody", PASSWORD), ("oauth-only", PASSWORD), ("inactive", PASSWORD), ("ada", "p" * 300)]

    answers = [client.post(path, json={"username": name, "password": word}) for name, word in tries]

    assert {(each.status_code, each.data) for each in answers} == {(401, answers[0].data)}
    assert_problem(answers[0], 401, "invalid_credentials")
    assert not any("Set-Cookie" in each.headers for each in answers)
    headers = [{name for name, _ in each.headers} for each in answers]
    assert all(each == headers[0] for each in headers)


@pytest.mark.parametrize("name", ["nobody", "oauth-only"])
def test_a_password_is_hashed_also_where_there_is_none_to_compare_with(client, name, mocker):
    make_user("oauth-only")
    login(client, "warm-up")
    verify = mocker.spy(PasswordHasher, "verify")

    login(client, name)

    assert verify.call_count == 1
    assert verify.call_args.args[1].startswith("$argon2id$")


def test_a_hash_of_old_parameters_is_renewed_at_sign_in(client):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    make_user("ada", password_hash=weak)

    assert sign_in(client).status_code == 200

    db.session.expire_all()
    assert User.query.one().password_hash != weak
    assert sign_in(client).status_code == 200


def test_signing_in_ends_the_session_that_the_browser_had(client):
    make_ada()
    sign_in(client)
    before = client.get_cookie("kiosk").value

    sign_in(client)

    assert client.get_cookie("kiosk").value != before
    client.set_cookie("kiosk", before)
    assert client.get("/api/profile").status_code == 401


def test_a_session_that_somebody_planted_is_not_taken_over(client):
    make_ada()
    client.set_cookie("kiosk", "planted")

    sign_in(client)

    assert client.get_cookie("kiosk").value != "planted"


def test_the_database_does_not_hold_what_the_cookie_says(client):
    make_ada()
    sign_in(client)

    assert client.get_cookie("kiosk").value.encode() not in UserSession.query.one().token_hash


# ---------------------------------------------------------------- signing out, and being put out


def test_signing_out_holds_from_the_next_request(client):
    make_ada()
    sign_in(client)
    cookie = client.get_cookie("kiosk").value

    assert client.delete("/api/session").status_code == 200

    assert client.get_cookie("kiosk") is None
    client.set_cookie("kiosk", cookie)
    assert client.get("/api/profile").status_code == 401


def test_signing_out_leaves_nothing_in_the_browser_but_what_it_is_known_by(client):
    make_ada()
    sign_in(client)

    answer = client.delete("/api/session")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert [client.get_cookie(name) is None for name in ("kiosk", "kiosk-device")] == [True, False]


def test_an_api_client_that_signs_out_clears_no_browser(client, app):
    make_ada()
    access = tokens_of(app)["access_token"]

    answer = client.post("/api/logout", headers=bearer(access))

    assert (answer.status_code, "Clear-Site-Data" in answer.headers) == (200, False)


def test_signing_out_twice_or_without_a_session_is_fine(client):
    assert [client.delete("/api/session").status_code for _ in range(2)] == [200, 200]


def test_signing_out_ends_this_session_and_no_other(client, app):
    make_ada()
    phone = browser(app)
    sign_in(client)
    sign_in(phone)

    client.delete("/api/session")

    assert phone.get("/api/profile").status_code == 200


@pytest.mark.attack
def test_whoever_is_deactivated_is_out_at_once(client, app):
    ada = make_ada()
    sign_in(client)
    tokens = tokens_of(app)

    ada.active = False
    db.session.commit()

    assert client.get("/api/profile").status_code == 401
    assert browser(app).get("/api/profile", headers=bearer(tokens["access_token"])).status_code == 401
    refreshed = browser(app).post("/api/token/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert_problem(refreshed, 401, "invalid_token")


def test_a_change_of_role_holds_at_once(client, app):
    ada = make_ada(role="staff")
    sign_in(client)
    api = bearer(tokens_of(app)["access_token"])
    assert client.get("/api/users").status_code == 200

    ada.role = "customer"
    db.session.commit()

    assert client.get("/api/users").status_code == 403
    assert browser(app).get("/api/users", headers=api).status_code == 403


def test_the_rule_for_passwords_is_told_before_one_is_chosen(client, reconfigured):
    reconfigured(password_min_length=20)

    rule = client.get("/api/password/rule").get_json()

    assert rule == {"min_length": 20, "min_length_with_second_factor": 8, "max_length": 256}
    account = {
        "username": "ada",
        "email": "ada@example.com",
        "password": "tide-lantern-orchard"[: rule["min_length"] - 1],
    }
    assert fields(client.post("/api/register", json=account)) == ["password"]


def test_who_is_here_can_be_asked_by_everybody(client, signed_in):
    assert client.get("/api/session/user").get_json() == {"user": None}

    here = signed_in(make_user("grace"))

    assert here.get("/api/session/user").get_json() == {"user": here.get("/api/profile").get_json()}
