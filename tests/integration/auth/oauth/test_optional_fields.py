"""What a provider may leave out may be missing, null, odd or huge, and the sign-in works all the same.

Which values a member may have is in tests/unit/auth/oauth: test_metadata.py, test_signed_id_token.py,
test_provider_profile.py. Here are a few of each, on the wire.
"""

import json

import httpx
import pytest

from app.models import Identity, User
from tests.attacks import came_of
from tests.forgery import HUGE, NULL, OPTIONAL_METADATA, short
from tests.integration.auth.oauth.acme import Journey, assert_refused
from tests.settings import IDENTITY

pytestmark = pytest.mark.any_database

SOME = [NULL, {"deep": [[[[]]]]}, "\ud800", HUGE]
"""All of `tests.forgery.ODD` are met in tests/unit/auth/oauth; these show that a sign-in goes the same way."""

oddly = pytest.mark.parametrize("value", SOME, ids=short)


@pytest.fixture
def signed_in_all_the_same(journey, client):
    def check():
        response = journey.sign_in()
        assert (response.status_code, response.location) == (302, "/")
        assert client.get("/api/profile").status_code == 200
        return client.get("/api/profile").get_json()

    return check


@oddly
def test_discovery_may_leave_it_out_or_say_it_oddly(acme, signed_in_all_the_same, value):
    acme.metadata = dict.fromkeys(OPTIONAL_METADATA, value)
    acme.claims = {"email": "ada@example.com"}

    assert signed_in_all_the_same()["email"] == "ada@example.com"


@oddly
def test_only_true_promises_an_issuer_in_the_answer(acme, signed_in_all_the_same, value):
    acme.metadata = {"authorization_response_iss_parameter_supported": value}

    signed_in_all_the_same()


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "issuer"])
@pytest.mark.parametrize(
    "value",
    [None, 7, "/token", "https://id.example/\r\nSet-Cookie: a=b"],
    ids=short,
)
@pytest.mark.attack
def test_without_what_discovery_has_to_say_nobody_signs_in(client, acme, name, value):
    acme.metadata = {name: value}

    assert_refused(client.get("/oauth/login/acme"), "oauth_failed")


@pytest.mark.parametrize("value", [None, HUGE, "ftp://id.example/"], ids=short)
@pytest.mark.attack
def test_without_an_address_of_keys_nobody_signs_in(journey, acme, value):
    acme.metadata = {"jwks_uri": value}

    assert_refused(journey.sign_in(), "oauth_failed")


@oddly
def test_the_token_answer_may_leave_it_out_or_say_it_oddly(acme, signed_in_all_the_same, value):
    names = ["expires_in", "token_type", "scope", "refresh_token", "error_description", "error_uri", "of_ours"]
    acme.answer = dict.fromkeys(names, value)

    signed_in_all_the_same()


@pytest.mark.parametrize("place", ["discovery", "jwks", "token", "userinfo"])
def test_a_number_may_be_longer_than_python_reads(journey, client, acme, place):
    if place != "discovery":
        journey.leave()
    text = json.dumps({**getattr(acme, f"_{place}")(), "of_ours": "huge"}).replace('"huge"', "7" * 5000)
    acme.faults[place] = httpx.Response(200, text=text)
    if place == "discovery":
        journey.leave()

    journey.come_back()

    assert client.get("/api/profile").status_code == 200


@pytest.mark.parametrize("value", ["3599.5", None])
def test_a_token_may_expire_in_any_words(acme, signed_in_all_the_same, value):
    acme.answer = {"expires_in": value}

    signed_in_all_the_same()


def test_an_error_of_null_is_none(acme, signed_in_all_the_same):
    acme.answer = {"error": NULL}

    signed_in_all_the_same()


@pytest.mark.parametrize("token", [NULL, "", ["\ud800"], "\x00", "two\nlines", "ümlaut", HUGE], ids=short)
@pytest.mark.attack
def test_what_cannot_be_sent_as_an_access_token_is_none(journey, acme, token):
    acme.answer = {"access_token": token}

    assert_refused(journey.sign_in(), "oauth_failed")


def test_an_access_token_may_be_long(journey, client, acme):
    acme.answer = {"access_token": "t" * 20_000}
    acme.claims = {"at_hash": None}

    journey.sign_in()

    assert acme.requests["userinfo"][-1].headers["Authorization"] == "Bearer " + "t" * 20_000
    assert client.get("/api/profile").status_code == 200


@oddly
def test_an_id_tokens_header_may_hold_anything_besides(acme, signed_in_all_the_same, value):
    names = ["typ", "cty", "x5c", "x5t", "x5t#S256", "x5u", "jku", "jwk", "of_ours"]
    acme.header = dict.fromkeys(names, value)

    signed_in_all_the_same()


@pytest.mark.parametrize("critical", [["exp"], {}])
@pytest.mark.attack
def test_an_id_token_that_has_to_be_understood_otherwise_is_refused(journey, acme, critical):
    acme.header = {"crit": critical, "exp": 1}

    assert_refused(journey.sign_in(), "oauth_failed")


@oddly
def test_claims_of_an_id_token_may_be_missing_or_odd(acme, signed_in_all_the_same, value):
    names = [
        "auth_time",
        "acr",
        "amr",
        "c_hash",
        "s_hash",
        "name",
        "picture",
        "preferred_username",
        "email",
        "email_verified",
        "of_ours",
    ]
    acme.claims = dict.fromkeys(names, value)

    signed_in_all_the_same()


@pytest.mark.parametrize(("name", "value"), [("nonce", NULL), ("sub", {"deep": []}), ("iss", HUGE), ("exp", "\ud800")])
@pytest.mark.attack
def test_a_claim_that_binds_is_never_odd(journey, acme, name, value):
    acme.claims = {name: value}

    assert_refused(journey.sign_in(), "oauth_failed")


@oddly
def test_claims_of_userinfo_may_be_missing_or_odd(acme, signed_in_all_the_same, value):
    names = ["name", "picture", "preferred_username", "email", "email_verified", "login", "id", "avatar_url", "of_ours"]
    acme.userinfo = dict.fromkeys(names, value)

    signed_in_all_the_same()


@oddly
@pytest.mark.attack
def test_userinfo_of_an_odd_person_is_refused(journey, acme, value):
    acme.userinfo = {"sub": value}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.parametrize("place", ["discovery", "jwks", "token", "userinfo"])
@pytest.mark.parametrize("text", ['{"a":' * 100_000, '"\\ud800"', "1" * 5000, "﻿{}"])
@pytest.mark.attack
def test_json_that_is_no_object_is_a_refusal_and_no_crash(journey, acme, place, text):
    fault = httpx.Response(200, text=text)
    if place == "discovery":
        acme.faults[place] = fault
        assert_refused(journey.browser.get("/oauth/login/acme"), "oauth_failed")
        return
    journey.leave()
    acme.faults[place] = fault

    assert_refused(journey.come_back(), "oauth_failed")


# ---------------------------------------------------------------- scopes


@pytest.mark.parametrize(("known", "asked"), [(["openid"], "openid"), (NULL, "openid email profile")])
def test_only_what_a_provider_knows_is_asked_for(journey, acme, known, asked):
    acme.metadata = {"scopes_supported": known}

    assert journey.leave()["scope"] == asked


# ---------------------------------------------------------------- who the ID token says it is


def profile(client):
    return client.get("/api/profile").get_json()


PERSON = {
    "preferred_username": "ada",
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "picture": "https://x.example/a",
}
NOTHING = dict.fromkeys(["preferred_username", "name", "email", "email_verified", "picture"])


def shown(client):
    body = profile(client)
    return (body["username"], body["name"], body["email"], body["avatar_url"])


ADA = ("ada", "Ada Lovelace", "ada@example.com", "https://x.example/a")


def test_without_userinfo_the_id_token_says_who_it_is(journey, client, acme):
    acme.metadata, acme.claims = {"userinfo_endpoint": None}, PERSON

    journey.sign_in()

    assert shown(client) == ADA
    assert acme.count("userinfo") == 0


def test_userinfo_of_a_subject_alone_takes_nothing_away(journey, client, acme):
    acme.claims, acme.userinfo = PERSON, NOTHING

    journey.sign_in()

    assert shown(client) == ADA


@pytest.mark.parametrize("name", PERSON)
def test_userinfo_adds_what_the_id_token_does_not_say(journey, client, acme, name):
    acme.claims = {**PERSON, name: NULL}
    acme.userinfo = {**NOTHING, name: PERSON[name]}

    journey.sign_in()

    assert shown(client) == ADA


@pytest.mark.attack
def test_userinfo_contradicts_nothing_that_the_id_token_says(journey, client, acme):
    acme.claims = PERSON
    acme.userinfo = {
        "preferred_username": "mallory",
        "name": "Mallory",
        "email": "mallory@example.com",
        "picture": "https://evil.example",
    }

    journey.sign_in()

    came_of(str(shown(client)), str(ADA))
    assert Identity.query.one().email == "ada@example.com"


def test_a_replaced_fetch_profile_adds_to_the_id_token_too(journey, client, acme, monkeypatch):
    acme.claims = {"name": "Ada Lovelace"}
    monkeypatch.setattr("app.auth.fetch_profile", lambda _: {"id": "ada-lovelace", "email": "ada@example.com"})

    journey.sign_in()

    assert (profile(client)["name"], profile(client)["email"]) == ("Ada Lovelace", "ada@example.com")


@pytest.fixture
def trusted(app, reconfigured, acme, client):
    """A way to Acme, whose word for an email counts."""
    known = app.extensions["settings"].oauth["acme"]
    reconfigured(oauth={"acme": type(known)(known.issuer, known.client_id, known.client_secret, trust_email=True)})
    return Journey(client, acme)


MAIL, OTHER = "ada@example.com", "other@example.com"
WORDS = [
    # the ID token's email and word, userinfo's, and whether the address is verified
    (None, None, MAIL, True, True),
    (MAIL, None, MAIL, True, True),
    (MAIL, True, None, None, True),
    (MAIL, True, MAIL, False, True),
    (MAIL, True, OTHER, False, True),
    (None, True, MAIL, True, True),
    (MAIL, False, MAIL, True, False),
    (None, False, MAIL, True, False),
    (MAIL, "false", MAIL, True, False),
    (MAIL, None, OTHER, True, False),
    (MAIL, None, None, True, False),
    (None, True, MAIL, None, False),
    (None, None, MAIL, "true", False),
    (OTHER, True, MAIL, True, True),
]


@pytest.mark.parametrize(("email", "word", "second", "second_word", "verified"), WORDS)
@pytest.mark.attack
def test_an_email_is_as_verified_as_the_id_token_lets_it_be(
    trusted, client, acme, email, word, second, second_word, verified
):
    acme.claims = {"email": email, "email_verified": word}
    acme.userinfo = {"email": second, "email_verified": second_word}

    trusted.sign_in()

    came_of(str(profile(client)["email_verified"]), str(verified), at=f"{email} {word}, {second} {second_word}")
    assert User.query.one().verified_email == ((email or second) if verified else None)
    assert Identity.query.one().issuer == IDENTITY
