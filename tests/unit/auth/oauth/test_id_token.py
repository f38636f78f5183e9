"""The rules that an ID token's claims have to keep, one by one."""

import base64
import hashlib

import pytest

from app.auth.oauth.id_token import problems
from app.auth.oauth.metadata import Metadata

NOW, NONCE, ACCESS = 1_800_000_000, "n-0S6_WzA2Mj", "access-token"
ISSUER = "https://id.example"


def wrong(sent=NONCE, **changes):
    claims = {"iss": ISSUER, "aud": "kiosk", "sub": "ada", "iat": NOW - 5, "exp": NOW + 300, "nonce": NONCE}
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not ...}
    metadata = Metadata(ISSUER, f"{ISSUER}/authorize", f"{ISSUER}/token")
    return problems(claims, "kiosk", metadata, sent, ACCESS, NOW)


def half_hash(name, token=ACCESS):
    digest = hashlib.new(name, token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def test_a_token_that_keeps_every_rule_is_right():
    assert wrong() == []


@pytest.mark.parametrize("issuer", ["https://id.example/", "https://evil.example", "", None, ...])
def test_the_issuer_is_the_configured_one_to_the_letter(issuer):
    assert wrong(iss=issuer) == ["another issuer"]


@pytest.mark.parametrize("audience", ["other", "", None, ..., [], ["other"], ["kiosk", "other"], {"kiosk": 1}])
def test_the_audience_is_this_client_alone(audience):
    assert wrong(aud=audience) == ["another audience"]


def test_the_audience_may_be_a_list_of_one():
    assert wrong(aud=["kiosk"]) == []


def test_an_authorized_party_of_ours_does_not_make_up_for_a_foreign_audience():
    assert wrong(aud="other", azp="kiosk") == ["another audience"]


@pytest.mark.parametrize("party", ["other", "", 0, False, [], ["kiosk"]])
def test_the_authorized_party_is_this_client_where_there_is_one(party):
    assert wrong(azp=party) == ["another authorized party"]
    assert wrong(azp="kiosk") == []


def test_an_authorized_party_of_null_is_none():
    assert wrong(azp=None) == []


@pytest.mark.parametrize("expires", [NOW - 61, NOW - 60, 0, -1, None, ..., "2100-01-01", True])
def test_an_expired_token_or_one_that_never_expires_is_refused(expires):
    assert wrong(exp=expires) == ["expired"]


@pytest.mark.parametrize("issued", [NOW + 61, NOW + 60, 0, None, ..., "now", True])
def test_a_token_from_the_future_or_of_no_time_is_refused(issued):
    assert wrong(iat=issued) == ["issued in the future"]


def test_clocks_may_differ_by_less_than_a_minute():
    assert wrong(exp=NOW - 59) == []
    assert wrong(iat=NOW + 59) == []


@pytest.mark.parametrize("nonce", ["other", "", None, ..., 7, [NONCE], "\ud800", "ü"])
def test_the_nonce_is_the_one_that_was_sent(nonce):
    assert wrong(nonce=nonce) == ["another nonce"]


def test_an_empty_nonce_matches_nothing():
    assert wrong(sent="", nonce="") == ["another nonce"]


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_at_hash_is_of_this_access_token(name):
    assert wrong(at_hash=half_hash(name)) == []
    assert wrong(at_hash=half_hash(name, "another")) == ["another access token"]


@pytest.mark.parametrize("value", ["", 7, ["x"], half_hash("sha256") + "=", "\ud800", "ü"])
def test_an_at_hash_of_another_form_is_refused(value):
    assert wrong(at_hash=value) == ["another access token"]


@pytest.mark.parametrize("subject", ["", None, ..., 7, ["ada"], "a" * 256])
def test_the_subject_is_a_text_of_at_most_255(subject):
    assert wrong(sub=subject) == ["no subject"]


def test_everything_that_is_wrong_is_told():
    assert wrong(iss="https://evil.example", aud="other", exp=0) == ["another issuer", "another audience", "expired"]
