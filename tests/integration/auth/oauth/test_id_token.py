"""An ID token that is not exactly right signs nobody in.

Every rule is in tests/unit/auth/oauth, and against the simulator in test_simulator.py.
"""

import pytest

from app import auth
from app.auth.oauth import providers
from tests.forgery import KEY, OTHER_KEY
from tests.integration.auth.oauth.acme import SECRET, assert_refused
from tests.settings import CLIENT_ID

pytestmark = pytest.mark.any_database

CLAIMS = {
    "another nonce": {"nonce": "made-up"},
    "another audience": {"aud": "other"},
    "run out": {"exp": 1_700_000_000, "iat": 1_699_999_000},
    "a subject with a NUL": {"sub": "ada\x00"},
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
@pytest.mark.attack
def test_an_id_token_with_a_wrong_claim_is_refused(journey, acme, claims):
    acme.claims = claims
    acme.userinfo = {"sub": claims.get("sub", "ada-lovelace") or "ada-lovelace"}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
@pytest.mark.attack
def test_the_rules_hold_where_a_test_replaces_fetch_profile(journey, acme, claims, monkeypatch):
    acme.claims = claims
    monkeypatch.setattr(auth, "fetch_profile", lambda _: {"sub": claims.get("sub") or "ada-lovelace"})

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.parametrize("claims", [{"azp": CLIENT_ID}, {"aud": [CLIENT_ID]}, {"at_hash": None}])
def test_an_id_token_with_what_may_be_there_is_taken(journey, client, acme, claims):
    acme.claims = claims

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


@pytest.mark.attack
def test_an_id_token_signed_with_the_client_secret_is_refused(journey, acme):
    acme.signed_by, acme.header = SECRET, {"alg": "HS256", "kid": "first"}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.attack
def test_an_algorithm_that_the_provider_advertises_is_still_no_shared_secret(journey, acme):
    acme.metadata = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
    acme.signed_by, acme.header = SECRET, {"alg": "HS256", "kid": "first"}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.attack
def test_an_algorithm_that_the_provider_does_not_advertise_is_refused(journey, acme):
    acme.metadata = {"id_token_signing_alg_values_supported": ["ES256"]}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.attack
def test_an_id_token_of_another_key_under_a_known_name_is_refused(journey, acme):
    acme.signed_by, acme.header = OTHER_KEY, {"kid": "first"}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.parametrize("token", [None, "eyJhbGciOiJub25lIn0.e30.", {"alg": "none"}])
@pytest.mark.attack
def test_what_is_no_signed_id_token_is_refused(journey, acme, token):
    acme.answer = {"id_token": token}

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.attack
def test_a_token_without_kid_is_taken_where_there_is_one_key_and_refused_where_there_are_two(journey, client, acme):
    acme.header, acme.published = {"kid": None}, [KEY, OTHER_KEY]
    assert_refused(journey.sign_in(), "oauth_failed")
    acme.published = [KEY]
    providers.providers()["acme"].discovery.forget_keys()  # as an hour later

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200
