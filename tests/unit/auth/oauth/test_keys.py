"""Which of a provider's keys may have signed an ID token, whatever else its key set holds."""

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey

from app.auth.oauth.errors import OAuthFailure
from tests.forgery import KEY, NULL, OTHER_KEY
from tests.unit.auth.oauth.provider import PUBLIC, id_token, verified

CURVED, OTHER_CURVED = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("first", "second"))


def named(kid, **members):
    """Another key of that name, as far as anyone can see."""
    return {**OTHER_KEY.as_dict(private=False), "kid": kid, **members}


ODD_KEYS = {
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
MEMBERS = {
    "use": [None, 7, ["sig"], {}, "sig"],
    "key_ops": [None, "verify", 7, {}, ["verify"], ["verify", "sign", 7, None]],
    "alg": [None, 7, ["RS256"], "RS256"],
    "x5c": [None, 7, [], ["AA" * 5000], "text", [None]],
    "x5t": [None, 7, ["x"], "a" * 5000],
    "x5u": [None, 7, "no address"],
    "ext": [None, "true"],
    "of_ours": [None, {"deep": [[[]]]}, "\ud800"],
    "d": [None, 7, "AA"],
}


def is_taken(*members, token=None, **more):
    """Whether a token is taken where the provider publishes these keys."""
    try:
        return verified(token or id_token(), {"keys": list(members)}, **more)["sub"] == "ada"
    except OAuthFailure:
        return False


@pytest.mark.parametrize("odd", ODD_KEYS.values(), ids=ODD_KEYS)
def test_a_key_that_is_odd_spoils_none_of_the_others_and_is_no_way_in(odd):
    assert is_taken(odd, PUBLIC)
    assert not is_taken(odd)


def test_all_odd_keys_together_spoil_none_either():
    odd = [each for name, each in ODD_KEYS.items() if name != "of the same name and type"]

    assert is_taken(*odd * 5, PUBLIC)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MEMBERS.items() for value in values])
def test_what_may_be_missing_of_a_key_may_be_of_any_form(name, value):
    assert is_taken({**PUBLIC, name: value})


@pytest.mark.parametrize("kid", [None, NULL, 7, ["first"], {}])
def test_a_token_that_names_no_key_is_by_the_only_one_of_its_kind(kid):
    token = id_token(header={"kid": kid})

    assert is_taken(named("encrypts", use="enc"), PUBLIC, CURVED.as_dict(private=False), token=token)
    assert not is_taken(PUBLIC, named("second"), token=token)


@pytest.mark.parametrize(("key", "algorithm"), [(KEY, "RS256"), (CURVED, "ES256")])
def test_keys_of_one_name_and_two_types_are_told_apart(key, algorithm):
    members = [each.as_dict(private=False) for each in (OTHER_CURVED, CURVED, OTHER_KEY, KEY)]
    token = id_token(key, {"alg": algorithm})

    assert is_taken(*members, token=token, algorithms=("RS256", "ES256"))


def test_the_only_key_may_have_no_name_although_the_token_names_one():
    assert is_taken({name: value for name, value in PUBLIC.items() if name != "kid"})


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": []}, {"keys": "first"}])
def test_what_is_no_key_set_signs_nobody_in(document):
    with pytest.raises(OAuthFailure):
        verified(id_token(), document)
