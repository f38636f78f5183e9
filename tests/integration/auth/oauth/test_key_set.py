"""When a provider's key set is fetched anew; and on the wire some of tests/unit/auth/oauth/test_keys.py."""

import pytest
from joserfc.jwk import OctKey

from app.auth.oauth import discovery
from tests.attacks import came_of
from tests.forgery import KEY, OTHER_KEY
from tests.integration.auth.oauth.acme import Journey, assert_refused
from tests.integration.conftest import browser

pytestmark = pytest.mark.any_database

PUBLIC = KEY.as_dict(private=False)


def named(kid, **members):
    """Another key of that name, as far as anyone can see."""
    return {**OTHER_KEY.as_dict(private=False), "kid": kid, **members}


ODD = {
    "of a curve that nobody knows": {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "first"},
    "with a modulus that is no base64": {**PUBLIC, "n": "?" * 342},
    "a shared secret": OctKey.generate_key(256, {"kid": "first"}).as_dict(private=True),
    "that is deep": {"kty": "RSA", "kid": "first", "x5c": [[[[]]]]},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_key_that_is_odd_spoils_none_of_the_others(journey, client, acme, odd):
    acme.members = [odd]

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.attack
def test_a_key_that_is_odd_is_no_way_in_by_itself(journey, acme, odd):
    acme.members, acme.published = [odd], []

    assert_refused(journey.sign_in(), "oauth_failed")


@pytest.mark.parametrize("document", [{"keys": None}, [PUBLIC]])
@pytest.mark.attack
def test_what_is_no_key_set_signs_nobody_in(journey, acme, document):
    acme._jwks = lambda: document  # noqa: SLF001 -- what it answers

    assert_refused(journey.sign_in(), "oauth_failed")


# ---------------------------------------------------------------- rotation


def again(app, acme):
    """Somebody signs in; whether they are in."""
    another = browser(app)
    Journey(another, acme).sign_in()
    return another.get("/api/profile").status_code == 200


@pytest.mark.parametrize("keep", [True, False])
def test_after_a_rotation_the_next_sign_in_works_at_once(journey, app, acme, keep):
    journey.sign_in()
    acme.published, acme.signed_by = [OTHER_KEY, *([KEY] if keep else [])], OTHER_KEY

    assert again(app, acme)
    assert acme.count("jwks") == 2


def test_a_key_that_takes_the_name_of_another_is_found_at_once(journey, app, acme):
    journey.sign_in()
    acme.members, acme.published = [named("first")], []
    acme.signed_by, acme.header = OTHER_KEY, {"kid": "first"}

    assert again(app, acme)


def test_any_number_of_rotations_one_after_the_other_locks_nobody_out(journey, app, acme):
    journey.sign_in()

    for key in [OTHER_KEY, KEY] * (discovery.REFETCHES + 1):
        acme.published, acme.signed_by = [key], key
        assert again(app, acme)


@pytest.mark.attack
def test_a_flood_of_keys_that_nobody_knows_fetches_rarely(journey, app, acme):
    journey.sign_in()
    known = acme.count("jwks")
    acme.signed_by = OTHER_KEY

    refused = [again(app, acme) for _ in range(20)].count(False)

    came_of(f"{refused} refused, {acme.count('jwks') - known} fetched", f"20 refused, {discovery.REFETCHES} fetched")


def test_after_a_flood_the_keys_that_are_known_still_sign_in(journey, app, acme):
    acme.signed_by = OTHER_KEY
    for _ in range(5):
        again(app, acme)
    acme.signed_by = KEY

    assert again(app, acme)


def test_a_set_that_came_after_the_token_is_not_fetched_again(journey, acme):
    acme.signed_by = OTHER_KEY

    assert_refused(journey.sign_in(), "oauth_failed")

    assert acme.count("jwks") == 1
