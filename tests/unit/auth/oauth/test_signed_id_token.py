"""An ID token whose header and claims hold what they like beside what is checked."""

import pytest

from app.auth.oauth.errors import OAuthFailure
from tests.forgery import HUGE, NULL, ODD, short
from tests.unit.auth.oauth.provider import id_token, verified

oddly = pytest.mark.parametrize("value", ODD, ids=short)
HEADER = ["typ", "cty", "x5c", "x5t", "x5t#S256", "x5u", "jku", "jwk", "of_ours"]
CLAIMS = ["auth_time", "acr", "amr", "c_hash", "s_hash", "name", "picture", "preferred_username", "email", "of_ours"]
BINDING = ["nonce", "at_hash", "azp", "iss", "aud", "exp", "iat", "sub"]
GOOD = [("azp", NULL), ("at_hash", NULL), ("exp", HUGE), ("iat", 7), ("sub", "\x00"), ("sub", "\ud800")]
"""What looks odd, and is right here all the same: that a subject can be kept is asked later, of the whole profile."""


@oddly
def test_a_header_may_hold_anything_besides(value):
    assert verified(id_token(header=dict.fromkeys(HEADER, value)))["sub"] == "ada"


def test_a_token_may_carry_its_certificates():
    assert verified(id_token(header={"x5c": ["MIIC" + "A" * 3000] * 3}))["sub"] == "ada"


@pytest.mark.parametrize("critical", [["exp"], ["b64"], [], "exp", 7, {}, True])
def test_a_token_that_has_to_be_understood_otherwise_is_refused(critical):
    with pytest.raises(OAuthFailure, match="extension"):
        verified(id_token(header={"crit": critical, "exp": 1}))


def test_a_critical_of_null_is_none():
    assert verified(id_token(header={"crit": NULL}))["sub"] == "ada"


@oddly
def test_claims_that_bind_nothing_may_be_odd(value):
    assert verified(id_token(**dict.fromkeys(CLAIMS, value)))["sub"] == "ada"


@pytest.mark.parametrize("value", ODD, ids=short)
@pytest.mark.parametrize("name", BINDING)
def test_a_claim_that_binds_is_never_odd(name, value):
    token = id_token(**{name: value})

    if (name, value) in GOOD:
        assert verified(token)["nonce"]
    else:
        with pytest.raises(OAuthFailure, match="ID token: "):
            verified(token)


@pytest.mark.parametrize("token", [None, "", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", 7, ["x"], {"alg": "none"}])
def test_what_is_no_signed_token_is_refused(token):
    with pytest.raises(OAuthFailure):
        verified(token)
