"""What Kiosk reads in a discovery document: members that it needs are right, and others are right or missing."""

import pytest

from app.auth.oauth import id_token
from app.auth.oauth.fetch import decoded
from tests.forgery import NULL, ODD, OPTIONAL_METADATA, short
from tests.unit.auth.oauth.provider import ISSUER, client, published

NO_URL = ["ftp://id.example/", "https://", "/token", "https://id.example/\r\nSet-Cookie: a=b"]


@pytest.mark.parametrize("value", [None, *ODD], ids=short)
def test_what_is_optional_may_be_missing_or_odd(value):
    found = published(**dict.fromkeys(OPTIONAL_METADATA, value))

    assert (found.issuer, found.token_endpoint, found.userinfo_endpoint) == (ISSUER, f"{ISSUER}/token", "")
    assert id_token.allowed(found) == {"RS256"}


@pytest.mark.parametrize("value", ODD, ids=short)
def test_only_true_promises_an_issuer_in_the_answer(value):
    found = published(authorization_response_iss_parameter_supported=value)

    assert found.authorization_response_iss_parameter_supported is (value is True)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
@pytest.mark.parametrize("value", [None, *ODD, *NO_URL], ids=short)
def test_a_document_without_an_address_that_is_needed_is_refused(name, value):
    with pytest.raises(ValueError, match=name):
        published(**{name: value})


@pytest.mark.parametrize("value", [None, *(each for each in ODD if not isinstance(each, str))], ids=short)
def test_a_document_of_no_issuer_is_refused(value):
    with pytest.raises(ValueError, match="issuer"):
        published(issuer=value)


@pytest.mark.parametrize("value", [None, *ODD, *NO_URL], ids=short)
def test_an_address_of_keys_that_is_none_is_left_out(value):
    assert published(jwks_uri=value).jwks_uri == ""


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (["openid"], "openid"),
        (["email", "openid", "offline_access"], "openid email"),
        (["profile"], "openid profile"),
        (["openid", "email", "profile", "phone"], "openid email profile"),
        ([7, None, "email"], "openid email"),
        ([], "openid email profile"),
        (NULL, "openid email profile"),
        ("openid", "openid email profile"),
        (None, "openid email profile"),
    ],
)
def test_only_what_a_provider_knows_is_asked_for(known, asked):
    assert client(scopes_supported=known).scope == asked


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "{"])
def test_what_is_no_json_is_an_error_that_is_expected(text):
    with pytest.raises((ValueError, RecursionError)):
        decoded(text.encode())


def test_a_number_may_be_longer_than_python_reads():
    assert decoded(b"[" + b"7" * 5000 + b", 7]") == [float("inf"), 7]
