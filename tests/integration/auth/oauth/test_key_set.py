"""Which of a provider's keys is asked, whatever else its key set holds; and when the set is fetched anew."""

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey

from app.auth.oauth import discovery
from tests.attacks import came_of
from tests.integration.auth.oauth.acme import KEY, NULL, OTHER_KEY, Journey, assert_refused
from tests.integration.conftest import browser

pytestmark = pytest.mark.any_database

CURVED, OTHER_CURVED = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("first", "second"))
PUBLIC = KEY.as_dict(private=False)


def named(kid, **members):
    """Another key of that name, as far as anyone can see."""
    return {**OTHER_KEY.as_dict(private=False), "kid": kid, **members}


ODD = {
    "of a curve that nobody knows": {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "first"},
    "of a type that nobody knows": {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "first"},
    "of no type": {"kid": "first", "n": "AA", "e": "AQAB"},
    "of a type of an odd type": {"kty": ["RSA"], "kid": "first"},
    "on no curve": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "first"},
    "without a modulus": {"kty": "RSA", "e": "AQAB", "kid": "first"},
    "with a modulus that is no text": {"kty": "RSA", "n": 7, "e": "AQAB", "kid": "first"},
    "with a modulus that is no base64": {**PUBLIC, "n": "?" * 342},
    "with an exponent of nothing": {**PUBLIC, "e": ""},
    "with a modulus of a megabit": {**PUBLIC, "n": "_" * 170_000},
    "too short to be safe": {**PUBLIC, "n": PUBLIC["n"][:171]},
    "to encrypt with": named("first", use="enc"),
    "for an algorithm of encryption": named("first", alg="RSA-OAEP"),
    "for another algorithm": named("first", alg="RS512"),
    "for other operations": named("first", key_ops=["encrypt", "wrapKey"]),
    "a shared secret": OctKey.generate_key(256, {"kid": "first"}).as_dict(private=True),
    "of Edwards's curve": OKPKey.generate_key("Ed25519", {"kid": "first"}).as_dict(private=False),
    "of the same name and another type": CURVED.as_dict(private=False),
    "of the same name and type": named("first"),
    "without a name": {name: value for name, value in named("").items() if name != "kid"},
    "with a name of null": named(None),
    "with a number for a name": named(7),
    "that is null": None,
    "that is a text": "first",
    "that is a list": [PUBLIC],
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


def test_all_odd_keys_together_spoil_none_either(journey, client, acme):
    acme.members = [*ODD.values()] * 5
    acme.members = [each for each in acme.members if each != ODD["of the same name and type"]]

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


MEMBERS = {
    "use": [NULL, 7, ["sig"], {}, "sig"],
    "key_ops": [NULL, "verify", 7, {}, ["verify"], ["verify", "sign", 7, None]],
    "alg": [NULL, 7, ["RS256"], "RS256"],
    "x5c": [NULL, 7, [], ["AA" * 5000], "text", [None]],
    "x5t": [NULL, 7, ["x"], "a" * 5000],
    "x5u": [NULL, 7, "no address"],
    "ext": [NULL, "true"],
    "of_ours": [NULL, {"deep": [[[]]]}, "\ud800"],
    "d": [NULL, 7, "AA"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MEMBERS.items() for value in values])
def test_what_may_be_missing_of_a_key_may_be_of_any_form(journey, client, acme, name, value):
    acme.published = []
    acme.members = [{**PUBLIC, name: None if value is NULL else value}]

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


@pytest.mark.parametrize("kid", [None, NULL, 7, ["first"], {}])
def test_a_token_that_names_no_key_is_by_the_only_one_of_its_kind(journey, client, acme, kid):
    acme.header, acme.published = {"kid": kid}, [KEY, CURVED]
    acme.members = [named("encrypts", use="enc")]

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


@pytest.mark.parametrize(("key", "algorithm"), [(KEY, "RS256"), (CURVED, "ES256")])
def test_keys_of_one_name_and_two_types_are_told_apart(journey, client, acme, key, algorithm):
    acme.published, acme.signed_by, acme.header = [OTHER_CURVED, CURVED, OTHER_KEY, KEY], key, {"alg": algorithm}
    acme.metadata = {"id_token_signing_alg_values_supported": ["RS256", "ES256"]}

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


def test_the_only_key_may_have_no_name_although_the_token_names_one(journey, client, acme):
    acme.members = [{name: value for name, value in PUBLIC.items() if name != "kid"}]
    acme.published = []

    journey.sign_in()

    assert client.get("/api/profile").status_code == 200


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": []}, {"keys": "first"}, [PUBLIC]])
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
