"""What a user says of themselves."""

import pytest

from tests.integration.accounts import assert_problem, fields
from tests.integration.factories import make_user


@pytest.fixture
def ada(signed_in):
    return signed_in(make_user("ada", email="ada@example.com", name="Ada"))


def test_the_profile_tells_who_is_signed_in(ada):
    body = ada.get("/api/profile").get_json()

    assert body == {
        "id": body["id"],
        "username": "ada",
        "email": "ada@example.com",
        "email_verified": True,
        "name": "Ada",
        "avatar_url": None,
        "language": None,
        "time_zone": None,
        "role": "customer",
        "active": True,
        "identities": [],
        "created_at": body["created_at"],
    }
    assert body["created_at"].endswith("Z")


def test_what_is_left_out_stays(ada):
    assert ada.patch("/api/profile", json={"name": "Countess"}).get_json()["email"] == "ada@example.com"

    body = ada.get("/api/profile").get_json()
    assert (body["name"], body["email_verified"]) == ("Countess", True)


def test_null_takes_something_away(ada):
    body = ada.patch("/api/profile", json={"name": None, "email": None}).get_json()

    assert (body["name"], body["email"], body["email_verified"]) == (None, None, False)


def test_a_new_address_is_not_verified(ada):
    body = ada.patch("/api/profile", json={"email": "countess@example.com"}).get_json()

    assert (body["email"], body["email_verified"]) == ("countess@example.com", False)


def test_the_same_address_stays_verified(ada):
    assert ada.patch("/api/profile", json={"email": "ada@example.com"}).get_json()["email_verified"] is True


def test_nobody_changes_their_own_role_or_username(ada):
    body = ada.patch("/api/profile", json={"role": "staff", "active": False, "username": "root", "id": 1}).get_json()

    assert (body["role"], body["active"], body["username"]) == ("customer", True, "ada")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "a@b\x00"}, "email"),
        ({"name": 7}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "Europe"}, "time_zone"),
    ],
)
def test_a_change_that_is_wrong_names_the_field_and_changes_nothing(ada, change, field):
    before = ada.get("/api/profile").get_json()

    assert fields(ada.patch("/api/profile", json=change)) == [field]
    assert ada.get("/api/profile").get_json() == before


def test_the_time_zone_is_kept_until_it_is_taken_back(ada):
    assert ada.patch("/api/profile", json={"time_zone": "America/Lima"}).get_json()["time_zone"] == "America/Lima"
    assert ada.patch("/api/profile", json={"name": "Ada"}).get_json()["time_zone"] == "America/Lima"
    assert ada.patch("/api/profile", json={"time_zone": None}).get_json()["time_zone"] is None


def test_a_stranger_has_no_profile(client):
    assert_problem(client.get("/api/profile"), 401, "sign_in_required")
    assert client.get("/api/profile").headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.attack
def test_nobody_has_mails_sent_to_one_address_after_another(signed_in):
    ada = signed_in(make_user("ada"))

    answers = [ada.patch("/api/profile", json={"email": f"victim-{number}@example.com"}) for number in range(31)]

    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert_problem(answers[-1], 429, "too_many_requests")
