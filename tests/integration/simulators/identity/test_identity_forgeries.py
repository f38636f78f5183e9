"""What the identity simulator does wrong on demand: each forgery is there, and nothing else is changed by it."""

import hmac
import time
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError, DecodeError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, OctKey

from simulators.identity.clients import DEMO_SECRET
from simulators.identity.control import walk
from tests.integration.simulators.identity.party import unpacked

pytestmark = pytest.mark.integration

ALWAYS_SIGNED = ["iss", "sub", "aud", "iat", "exp", "auth_time", "at_hash", "nonce"]


def test_unsigned_token(party, control):
    control.unsigned_token()

    token = party.tokens()["id_token"]

    assert unpacked(token)[0]["alg"] == "none"
    assert token.endswith(".")
    assert unpacked(token)[1]["nonce"] == party.nonce


def test_token_signed_with_the_client_secret(party, control):
    control.token_signed_with_secret()

    token = party.tokens()["id_token"]

    assert unpacked(token)[0]["alg"] == "HS256"
    jws.deserialize_compact(token, OctKey.import_key(DEMO_SECRET), algorithms=["HS256"])


def test_token_signed_with_the_public_key(party, control):
    control.token_signed_with_public_key()
    keys = KeySet.import_key_set(party.http.get(f"{party.url}/jwks").json())

    token = party.tokens()["id_token"]

    message, _, signature = token.rpartition(".")
    expected = hmac.digest(keys.keys[0].as_pem(private=False), message.encode(), "sha256")
    assert unpacked(token)[0]["alg"] == "HS256"
    assert urlsafe_b64decode(signature + "=") == expected


def test_token_signed_by_a_stranger_under_a_known_kid(party, control):
    control.token_signed_by_stranger()

    token = party.tokens()["id_token"]

    [key] = party.rsa_keys()
    assert unpacked(token)[0]["kid"] == key["kid"]
    with pytest.raises(BadSignatureError):
        party.check(token)


def test_token_with_a_broken_signature(party, control):
    control.token_with_broken_signature()

    with pytest.raises((BadSignatureError, DecodeError)):
        party.check(party.tokens()["id_token"])


def test_token_with_an_unknown_kid(party, control):
    control.token_with_kid("unheard-of")

    with pytest.raises(InvalidKeyIdError):
        party.check(party.tokens()["id_token"])


def test_token_without_a_kid(party, control):
    control.token_with_kid(None)

    token = party.tokens()["id_token"]

    assert "kid" not in unpacked(token)[0]
    party.check(token)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://evil.example"),
        ("sub", "mallory"),
        ("aud", "another"),
        ("aud", ["shop", "another"]),
        ("azp", "another"),
        ("nonce", "another"),
        ("nonce", ""),
        ("at_hash", "another"),
        ("exp", "tomorrow"),
        ("email_verified", "true"),
    ],
)
def test_token_with_any_other_claim_is_signed_all_the_same(party, control, claim, value):
    control.token_claims({claim: value})

    claims = party.check(party.tokens()["id_token"]).claims

    assert claims[claim] == value


@pytest.mark.parametrize("claim", ALWAYS_SIGNED)
def test_token_without_any_claim_is_signed_all_the_same(party, control, claim):
    control.token_claims(without=(claim,))

    claims = party.check(party.tokens()["id_token"]).claims

    assert set(ALWAYS_SIGNED) - claims.keys() == {claim}


def test_expired_token(party, control):
    control.expired_token(600)

    claims = party.check(party.tokens()["id_token"]).claims

    assert claims["exp"] < time.time() - 200
    assert claims["iat"] < claims["exp"]


def test_token_from_the_future(party, control):
    control.token_from_the_future(600)

    assert party.check(party.tokens()["id_token"]).claims["iat"] > time.time() + 500


def test_no_id_token_at_all(party, control):
    control.no_id_token()

    assert "id_token" not in party.tokens()


def test_rotated_key_may_stay_beside_the_new_one(party, control):
    old = party.tokens()["id_token"]

    kids = control.rotate_keys(keep=True)

    assert kids[:2] == [key["kid"] for key in party.rsa_keys()]
    assert unpacked(party.tokens()["id_token"])[0]["kid"] == kids[0]
    assert party.check(old).claims["sub"] == "ada-lovelace"


def test_rotated_key_may_vanish(party, control):
    old = party.tokens()["id_token"]

    control.rotate_keys(keep=False)

    with pytest.raises(JoseError):
        party.check(old)
    party.check(party.tokens()["id_token"])


def test_userinfo_of_somebody_else(party, control):
    access_token = party.tokens()["access_token"]

    control.userinfo_of("mallory")

    assert party.userinfo(access_token).json()["sub"] == "mallory"


def test_userinfo_without_sub(party, control):
    access_token = party.tokens()["access_token"]

    control.userinfo_without_sub()

    assert party.userinfo(access_token).json().keys() == {
        "name", "preferred_username", "email", "email_verified"
    }  # fmt: skip


def test_userinfo_with_other_claims(party, control):
    access_token = party.tokens()["access_token"]

    control.userinfo_claims({"email_verified": "true"})

    assert party.userinfo(access_token).json()["email_verified"] == "true"


def test_discovery_of_another_issuer(party, control):
    control.discovery_names("https://evil.example")

    metadata = party.http.get(f"{party.url}/.well-known/openid-configuration").json()

    assert metadata["issuer"] == "https://evil.example"
    assert metadata["token_endpoint"] == f"{party.url}/token"


def test_callback_with_a_wrong_issuer(party, control):
    control.callback_names("https://evil.example")

    assert party.callback()["iss"] == ["https://evil.example"]


def test_callback_without_issuer(party, control):
    control.callback_without_iss()

    assert party.callback().keys() == {"code", "state"}


def test_callback_with_two_issuers(party, control):
    control.callback_with_second_iss("https://evil.example")

    pairs = parse_qsl(urlsplit(walk(party.http, party.authorize_url(), "ada")).query)

    assert [value for key, value in pairs if key == "iss"] == [party.url, "https://evil.example"]


@pytest.mark.parametrize(("value", "seen"), [("forged", ["forged"]), (None, None)])
def test_callback_with_a_wrong_state_or_none(party, control, value, seen):
    control.callback_state(value)

    assert party.callback().get("state") == seen


def test_callback_without_code(party, control):
    control.callback_without_code()

    assert party.callback().keys() == {"state", "iss"}


def test_callback_with_an_error_instead_of_a_code(party, control):
    control.callback_error("access_denied")

    callback = party.callback()

    assert callback["error"] == ["access_denied"]
    assert "code" not in callback


def test_code_of_the_callback_is_worth_something_whatever_else_is_wrong(party, control):
    control.callback_names("https://evil.example")
    code = parse_qs(urlsplit(walk(party.http, party.authorize_url(), "ada")).query)["code"][0]

    assert party.exchange(code).status_code == 200
