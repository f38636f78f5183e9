"""What Kiosk makes of a provider's words about a person."""

import pytest

from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.openid import OpenIdClient
from app.auth.oauth.provider_profile import Profile, ProviderToken, understood
from app.auth.oauth.providers import Provider
from app.runtime.config import OAuthProvider
from tests.forgery import NULL, ODD, short


def test_openid_claims_are_understood():
    claims = {
        "sub": "ada-lovelace",
        "preferred_username": "ada",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "email_verified": True,
        "picture": "https://id.example/ada.png",
    }

    assert understood(claims) == Profile(
        "ada-lovelace", "ada", "Ada Lovelace", "ada@example.com", True, "https://id.example/ada.png"
    )


# feature: github {
def test_githubs_shape_is_understood():
    claims = {"id": 583231, "login": "octocat", "name": None, "email": None, "avatar_url": "https://img.example/1"}

    assert understood(claims) == Profile("583231", "octocat", None, None, False, "https://img.example/1")


# }


def test_an_id_and_an_email_are_enough():
    assert understood({"id": "7", "email": "ada@example.com"}) == Profile(
        "7", "ada", None, "ada@example.com", False, None
    )


def test_sub_counts_before_id():
    assert understood({"sub": "ada", "id": 7}).subject == "ada"


def test_a_subject_alone_is_enough():
    assert understood({"sub": "ada"}) == Profile("ada", "user", None, None, False, None)


@pytest.mark.parametrize(
    "claims",
    [
        None,
        [],
        "ada",
        7,
        {},
        {"sub": None},
        {"sub": ""},
        {"sub": True},
        {"sub": ["ada"]},
        {"sub": {}},
        {"id": 1.5},
        {"id": ""},
    ],
)
def test_a_profile_that_names_nobody_is_refused(claims):
    with pytest.raises(OAuthFailure) as caught:
        understood(claims)

    assert caught.value.code == "oauth_failed"


@pytest.mark.parametrize("subject", ["a" * 256, "ada\x00", "ada\n", "\ud800"])
def test_a_subject_that_no_database_holds_is_refused(subject):
    with pytest.raises(OAuthFailure):
        understood({"sub": subject})


@pytest.mark.parametrize("value", ["true", 1, None, "yes", [True]])
def test_an_email_is_verified_only_by_true_itself(value):
    assert understood({"sub": "ada", "email": "ada@example.com", "email_verified": value}).email_verified is False


@pytest.mark.parametrize("email", ["ada", "", 7, None, ["ada@example.com"], "ada@example.com\x00", "a" * 250 + "@b.ch"])
def test_what_is_no_address_is_left_out(email):
    assert understood({"sub": "ada", "email": email}).email is None


@pytest.mark.parametrize("url", ["http://id.example/a.png", "javascript:alert(1)", "data:image/png,", "/a.png", 7])
def test_a_picture_comes_by_https_or_not_at_all(url):
    assert understood({"sub": "ada", "picture": url}).avatar_url is None


@pytest.mark.parametrize("name", [7, "", "  ", "a\nb", "a" * 201, ["Ada"]])
def test_a_name_of_an_odd_kind_is_left_out(name):
    assert understood({"sub": "ada", "name": name}).name is None


@pytest.mark.parametrize("value", ODD, ids=short)
def test_claims_may_be_odd_but_for_the_subject(value):
    value = None if value is NULL else value
    names = ["name", "picture", "preferred_username", "email", "email_verified", "login", "id", "avatar_url", "of_ours"]

    found = understood({"sub": "ada", **dict.fromkeys(names, value)})

    assert (found.subject, found.name, found.email, found.email_verified) == ("ada", None, None, False)


def test_a_token_tells_nothing_by_its_repr():
    provider = Provider("acme", OAuthProvider("https://id.example", "kiosk", "secret"), "", OpenIdClient)
    client = OpenIdClient(provider, Metadata("https://id.example", "", ""))

    assert repr(ProviderToken({"access_token": "at-1"}, client)) == "ProviderToken('acme')"
