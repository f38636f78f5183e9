"""Passkeys: made, signed in with, and refused in every way that a forged one could differ in."""

import json
from datetime import timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app import db
from app.models import AuditTrailEntry, Passkey, PasskeyChallenge, UserSession
from app.runtime.db import utcnow
from tests.integration.accounts import assert_problem, fields
from tests.integration.auth.passkeys.authenticator import ORIGIN, PRESENT, RP_ID, VERIFIED, Authenticator, encoded
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user

pytestmark = pytest.mark.any_database

NEW, OWN, SIGN_IN = "/api/profile/passkeys/challenge", "/api/profile/passkeys", "/api/session/passkey"


@pytest.fixture
def ada(app):
    return make_user("ada")


@pytest.fixture
def own(ada, signed_in):
    """Ada's browser."""
    return signed_in(ada)


@pytest.fixture
def passkey(own):
    """Ada's passkey."""
    passkey = Authenticator()
    assert enrol(own, passkey).status_code == 201
    return passkey


def asked(client, path=NEW):
    response = client.post(path)
    assert response.status_code == 200, response.text
    return response.get_json()["public_key"]


def enrol(client, passkey, options=None, **lies):
    credential = passkey.make(options or asked(client), **lies)
    return client.post(OWN, json={"name": "Laptop", "credential": credential})


def sign_in(client, passkey, options=None, **lies):
    options = options or asked(client, "/api/passkeys/challenge")
    return client.post(SIGN_IN, json={"credential": passkey.sign(options, **lies)})


# Making one


def test_a_passkey_has_to_name_its_user_by_itself_and_to_make_sure_who_holds_it(own, ada):
    options = asked(own)

    assert options["rp"] == {"id": RP_ID, "name": "Kiosk"}
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert (options["user"]["name"], len(options["challenge"]), options["attestation"]) == ("ada", 43, "none")


def test_what_a_passkey_calls_its_user_is_the_same_each_time_and_tells_nothing(own, signed_in):
    names = [asked(own)["user"]["id"], asked(own)["user"]["id"], asked(signed_in(make_user("bob")))["user"]["id"]]

    assert names[0] == names[1] != names[2]
    assert {len(name) for name in names} == {43}


def test_a_passkey_is_kept_and_listed(own, ada, passkey):
    [listed] = own.get("/api/profile/factors").get_json()["passkeys"]

    assert (listed["name"], listed["used_at"]) == ("Laptop", None)
    assert Passkey.query.one().credential_id == passkey.credential_id
    assert [each.action for each in AuditTrailEntry.query.filter_by(user_id=ada.id)] == ["passkey_added"]


def test_a_passkey_that_is_there_is_not_to_be_made_again(own, passkey):
    assert asked(own)["excludeCredentials"] == [{"id": encoded(passkey.credential_id), "type": "public-key"}]


FORGED_NEW = {
    "another origin": {"origin": "https://evil.example"},
    "the origin with a port": {"origin": ORIGIN + ":80"},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"flags": VERIFIED},
    "nobody verified": {"flags": PRESENT},
    "the other ceremony": {"type": "webauthn.get"},
    "another challenge": {"challenge": encoded(b"x" * 32)},
    "no challenge": {"challenge": ""},
    "in another page": {"cross_origin": True},
    "no credential": {"attested": b""},
    "a public key that is none": {"attested": b"\0" * 16 + b"\0\4abcd" + cbor2.dumps({1: 2, 3: -7})},
    "a public key of text": {"attested": b"\0" * 16 + b"\0\4abcd" + cbor2.dumps("key")},
    "a weak algorithm": {"attested": b"\0" * 16 + b"\0\4abcd" + cbor2.dumps({1: 3, 3: -65535, -1: b"n", -2: b"e"})},
    "a format that nobody knows": {"format": "mine"},
    "a format of the wrong type": {"format": 7},
    "a statement that nobody asked for": {"statement": {"sig": b"x"}},
    "a format that proves nothing": {"format": "packed"},
    "an object that is no map": {"object": cbor2.dumps([1])},
    "an object that is no CBOR": {"object": b"\xff\xff"},
    "an empty object": {"object": b""},
    "client data that is no JSON": {"client_data": b"{"},
    "client data that is no text": {"client_data": b"\xff\xfe"},
    "client data that is a list": {"client_data": b"[]"},
    "client data of nested lists": {"client_data": b"[" * 50_000},
}


@pytest.mark.parametrize("lies", FORGED_NEW.values(), ids=FORGED_NEW)
def test_a_new_passkey_that_is_forged_is_not_kept(own, lies):
    assert_problem(enrol(own, Authenticator(), **lies), 422, "invalid_passkey")
    assert Passkey.query.count() == 0


def test_a_challenge_makes_one_passkey(own):
    options = asked(own)

    assert enrol(own, Authenticator(), options).status_code == 201
    assert_problem(enrol(own, Authenticator(), options), 422, "invalid_passkey")


def test_a_challenge_that_was_answered_wrongly_is_spent(own):
    options = asked(own)
    enrol(own, Authenticator(), options, origin="https://evil.example")

    assert_problem(enrol(own, Authenticator(), options), 422, "invalid_passkey")


def test_a_challenge_is_good_for_five_minutes(own):
    options = asked(own)
    PasskeyChallenge.query.update({"expires_at": utcnow() - timedelta(seconds=1)})
    db.session.commit()

    assert_problem(enrol(own, Authenticator(), options), 422, "invalid_passkey")


@pytest.mark.every_database
def test_challenges_last_five_minutes_and_old_ones_go(own):
    asked(own)
    lasts = PasskeyChallenge.query.one().expires_at - utcnow()
    PasskeyChallenge.query.update({"expires_at": utcnow() - timedelta(seconds=1)})
    db.session.commit()
    asked(own)

    assert timedelta(minutes=4, seconds=50) < lasts <= timedelta(minutes=5)
    assert PasskeyChallenge.query.count() == 1


def test_a_challenge_of_another_session_makes_no_passkey(own, ada, signed_in):
    options = asked(signed_in(ada))

    assert_problem(enrol(own, Authenticator(), options), 422, "invalid_passkey")


def test_a_challenge_to_sign_in_makes_no_passkey(own, client):
    options = {**asked(client, "/api/passkeys/challenge"), "user": {"id": "eA"}}

    assert_problem(enrol(own, Authenticator(), options), 422, "invalid_passkey")


def test_somebody_elses_passkey_cannot_be_taken_over(own, ada, passkey, signed_in):
    thief = Authenticator(credential_id=passkey.credential_id)

    assert_problem(enrol(signed_in(make_user("mallory")), thief), 422, "invalid_passkey")
    assert Passkey.query.one().user_id == ada.id


def test_an_id_longer_than_the_standard_allows_is_refused(own):
    assert_problem(enrol(own, Authenticator(credential_id=b"x" * 1024)), 422, "invalid_passkey")
    assert enrol(own, Authenticator(credential_id=b"x" * 1023)).status_code == 201


@pytest.mark.every_database
def test_nobody_hoards_passkeys(own, ada):
    options = [asked(own) for _ in range(2)]
    rows = [
        Passkey(user_id=ada.id, credential_id=b"%d" % number, public_key=b"", name="One of many")
        for number in range(24)
    ]
    db.session.add_all(rows)
    db.session.commit()

    assert enrol(own, Authenticator(), options[0]).status_code == 201
    assert_problem(own.post(NEW), 409, "too_many_passkeys")
    assert_problem(enrol(own, Authenticator(), options[1]), 409, "too_many_passkeys")
    assert Passkey.query.count() == 25


@pytest.mark.parametrize("name", ["", "a" * 101, "a\nb", None, 7])
def test_a_name_of_the_wrong_shape_names_the_field(own, name):
    credential = Authenticator().make(asked(own))

    assert fields(own.post(OWN, json={"name": name, "credential": credential})) == ["name"]


# Signing in


@pytest.mark.every_database
def test_a_passkey_signs_in_by_itself(client, ada, passkey):
    answer = sign_in(client, passkey)

    assert answer.status_code == 200
    assert answer.get_json()["username"] == "ada"
    assert client.get("/api/profile").get_json()["id"] == ada.id
    assert Passkey.query.one().used_at is not None


def test_a_browser_that_was_signed_in_as_somebody_else_is_so_no_more(passkey, signed_in):
    bob = signed_in(make_user("bob"))

    sign_in(bob, passkey)

    assert bob.get("/api/profile").get_json()["username"] == "ada"
    assert UserSession.query.count() == 2  # Ada's own browser, and this one


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty, as Safari has it"])
def test_a_device_that_does_not_name_its_user_is_good_too(client, passkey, nothing):
    assert sign_in(client, passkey, user_handle=nothing).status_code == 200


FORGED = {
    "another origin": {"origin": "https://evil.example"},
    "https for http": {"origin": "https://localhost"},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"flags": VERIFIED},
    "nobody verified": {"flags": PRESENT},
    "the other ceremony": {"type": "webauthn.create"},
    "another challenge": {"challenge": encoded(b"x" * 32)},
    "a challenge that is no base64": {"challenge": "é"},
    "a challenge of the wrong type": {"challenge": 7},
    "in another page": {"cross_origin": True},
    "another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "no signature": {"signature": b""},
    "a signature that is none": {"signature": b"\x30\x06\x02\x01\x00\x02\x01\x00"},
    "an unknown passkey": {"credential_id": b"unknown"},
    "an empty id": {"credential_id": b""},
    "another user": {"user_handle": encoded(b"x" * 32)},
    "data cut short": {"data": b"x" * 20},
    "no data": {"data": b""},
    "data with something behind it": {"data": b"x" * 37 + b"more"},
    "client data that is no JSON": {"client_data": b"{"},
    "client data that is a number": {"client_data": b"7"},
    "client data that is no text": {"client_data": b"\xff\xfe"},
}


@pytest.mark.parametrize("lies", FORGED.values(), ids=FORGED)
def test_a_forged_answer_signs_nobody_in(client, passkey, lies):
    before = UserSession.query.count()

    answer = sign_in(client, passkey, **lies)

    assert_problem(answer, 401, "invalid_passkey")
    assert "Set-Cookie" not in answer.headers
    assert UserSession.query.count() == before


def test_every_refusal_looks_alike(client, passkey):
    answers = [sign_in(client, passkey, **lies).get_json() for lies in FORGED.values()]

    assert len({json.dumps(answer) for answer in answers}) == 1


def test_an_answer_is_good_once(client, passkey):
    options = asked(client, "/api/passkeys/challenge")
    credential = passkey.sign(options)

    assert client.post(SIGN_IN, json={"credential": credential}).status_code == 200
    assert_problem(client.post(SIGN_IN, json={"credential": credential}), 401, "invalid_passkey")


def test_a_challenge_that_was_answered_wrongly_signs_nobody_in_later(client, passkey):
    options = asked(client, "/api/passkeys/challenge")
    sign_in(client, passkey, options, flags=PRESENT)

    assert_problem(sign_in(client, passkey, options), 401, "invalid_passkey")


def test_a_challenge_of_long_ago_signs_nobody_in(client, passkey):
    options = asked(client, "/api/passkeys/challenge")
    PasskeyChallenge.query.update({"expires_at": utcnow() - timedelta(seconds=1)})
    db.session.commit()

    assert_problem(sign_in(client, passkey, options), 401, "invalid_passkey")


def test_a_challenge_to_make_a_passkey_signs_nobody_in(client, own, passkey):
    assert_problem(sign_in(client, passkey, asked(own)), 401, "invalid_passkey")


def test_somebody_inactive_is_not_signed_in(client, ada, passkey):
    ada.active = False
    db.session.commit()

    assert_problem(sign_in(client, passkey), 401, "invalid_passkey")


def test_a_count_goes_up_or_the_passkey_is_a_copy(app, passkey):
    assert sign_in(browser(app), passkey, count=5).status_code == 200
    assert_problem(sign_in(browser(app), passkey, count=5), 401, "invalid_passkey")
    assert_problem(sign_in(browser(app), passkey, count=4), 401, "invalid_passkey")
    assert_problem(sign_in(browser(app), passkey, count=0), 401, "invalid_passkey")
    assert sign_in(browser(app), passkey, count=6).status_code == 200


def test_a_device_that_does_not_count_is_good_as_well(app, passkey):
    assert [sign_in(browser(app), passkey, count=0).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "ä"},
        {"id": None},
        {"type": "password"},
        {"response": {}},
        {"response": None},
        {"rawId": "A" * 100_001},
        {"response": {"clientDataJSON": 7, "authenticatorData": "", "signature": ""}},
    ],
)
def test_what_is_no_answer_of_a_browser_is_invalid_input(client, passkey, change):
    credential = passkey.sign(asked(client, "/api/passkeys/challenge")) | change

    wrong = fields(client.post(SIGN_IN, json={"credential": credential}))
    assert all(each.startswith("credential") for each in wrong)


# Taking one away


def test_a_passkey_that_was_removed_signs_nobody_in(app, ada, own, passkey):
    ada.set_password(PASSWORD)
    db.session.commit()

    assert own.delete(f"{OWN}/{Passkey.query.one().id}").status_code == 200

    assert_problem(sign_in(browser(app), passkey), 401, "invalid_passkey")
    assert [each.action for each in AuditTrailEntry.query.filter_by(user_id=ada.id)] == [
        "passkey_added",
        "passkey_removed",
    ]


def test_the_last_way_in_stays(app, own, passkey):
    assert_problem(own.delete(f"{OWN}/{Passkey.query.one().id}"), 409, "last_sign_in_method")
    assert sign_in(browser(app), passkey).status_code == 200


@pytest.mark.every_database
def test_of_two_passkeys_one_may_go(own, passkey):
    enrol(own, Authenticator())
    first, second = [each.id for each in Passkey.query.order_by(Passkey.id)]

    assert own.delete(f"{OWN}/{first}").status_code == 200
    assert_problem(own.delete(f"{OWN}/{second}"), 409, "last_sign_in_method")


def test_somebody_elses_passkey_is_not_there(passkey, signed_in):
    bob = signed_in(make_user("bob", password=PASSWORD))

    assert_problem(bob.delete(f"{OWN}/{Passkey.query.one().id}"), 404, "not_found")
    assert Passkey.query.count() == 1


# Confirming who one is


CONFIRM, TO_CONFIRM = "/api/profile/confirm/passkey", "/api/profile/confirm/challenge"


def confirm(client, passkey, options=None, **lies):
    return client.post(CONFIRM, json={"credential": passkey.sign(options or asked(client, TO_CONFIRM), **lies)})


def can_confirm(client):
    return client.get("/api/profile/confirm").get_json()["passkey"]


@pytest.fixture
def long_ago(own, passkey):
    """Since Ada's browser proved anything."""
    UserSession.query.update({"confirmed_at": utcnow() - timedelta(minutes=31)})
    db.session.commit()


def test_a_passkey_confirms_who_one_is(own, passkey, long_ago):
    assert_problem(own.post(NEW), 403, "confirmation_required")

    confirmed = confirm(own, passkey)

    assert confirmed.status_code == 200
    assert confirmed.get_json() == own.get("/api/profile/confirm").get_json()
    assert own.post(NEW).status_code == 200


def test_to_confirm_ones_own_passkeys_are_asked_for(own, passkey, signed_in):
    enrol(signed_in(make_user("bob")), Authenticator())

    assert [each["id"] for each in asked(own, TO_CONFIRM)["allowCredentials"]] == [encoded(passkey.credential_id)]


def test_where_there_is_a_passkey_it_can_confirm(own, signed_in, passkey, reconfigured):
    assert can_confirm(own)
    assert not can_confirm(signed_in(make_user("bob")))

    reconfigured(public_url="http://127.0.0.1:8000")

    assert not can_confirm(own)


@pytest.mark.parametrize("lies", [{"flags": PRESENT}, {"origin": "https://evil.example"}, {"signature": b""}])
def test_a_forged_answer_confirms_nothing(own, passkey, long_ago, lies):
    assert_problem(confirm(own, passkey, **lies), 403, "invalid_passkey")
    assert_problem(own.post(NEW), 403, "confirmation_required")


def test_somebody_elses_passkey_confirms_nothing(own, passkey, long_ago, signed_in):
    other = Authenticator()
    enrol(signed_in(make_user("mallory")), other)

    assert_problem(confirm(own, other), 403, "invalid_passkey")
    assert_problem(own.post(NEW), 403, "confirmation_required")


def test_a_challenge_of_another_session_or_to_sign_in_confirms_nothing(own, client, ada, passkey, long_ago, signed_in):
    for options in (asked(signed_in(ada), TO_CONFIRM), asked(client, "/api/passkeys/challenge")):
        assert_problem(confirm(own, passkey, options), 403, "invalid_passkey")


def test_a_challenge_to_confirm_makes_no_passkey_and_the_other_way_round(own, passkey):
    made = {**asked(own, TO_CONFIRM), "user": {"id": "eA"}}

    assert_problem(enrol(own, Authenticator(), made), 422, "invalid_passkey")
    assert_problem(confirm(own, passkey, asked(own)), 403, "invalid_passkey")


# Where there can be none


def test_at_an_address_that_is_a_number_there_are_no_passkeys(own, client, reconfigured):
    reconfigured(public_url="http://127.0.0.1:8000")

    assert_problem(own.post(NEW), 409, "passkeys_impossible")
    assert_problem(client.post("/api/passkeys/challenge"), 409, "passkeys_impossible")
    assert own.get("/api/profile/factors").get_json()["passkeys_possible"] is False


def test_another_site_can_neither_ask_nor_answer_with_our_cookie(own, passkey):
    own.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert_problem(own.post(NEW), 403, "cross_site_request")
    assert_problem(own.post(OWN, json={}), 403, "cross_site_request")
