"""API clients: access tokens to the letter, refresh tokens that work once."""

import base64
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app import db
from app.auth import sessions
from app.models import RefreshToken, UserSession
from app.runtime.db import utcnow
from tests.forgery import merged, signed
from tests.integration.accounts import assert_problem, bearer, make_ada, refresh, sign_in, tokens_of
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user
from tests.settings import JWT_SECRET_KEY, SECRET_KEY

KEY = OctKey.import_key(JWT_SECRET_KEY)


@pytest.fixture
def ada(app):
    return make_ada()


@pytest.fixture
def tokens(app, ada):
    return tokens_of(app)


def profile(app, access_token):
    return browser(app).get("/api/profile", headers=bearer(access_token))


def forged(token, key=KEY, header=None, **claims):
    """`token` with claims and header overridden, None leaving one out, signed by `key`."""
    decoded = jwt.decode(token, KEY)
    return signed(merged(decoded.header, header or {}), merged(decoded.claims, claims), key)


def test_a_login_gives_a_pair_of_tokens(app, tokens):
    assert sorted(tokens) == ["access_token", "expires_in", "refresh_token", "token_type"]
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert profile(app, tokens["access_token"]).get_json()["username"] == "ada"


def test_a_login_sets_no_cookie_and_is_not_stored(app, ada):
    response = browser(app).post("/api/login", json={"username": "ada", "password": "lantern-tide-77-orchard"})

    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_an_access_token_says_what_it_is_for(tokens, ada):
    decoded = jwt.decode(tokens["access_token"], KEY, algorithms=["HS256"])

    assert (decoded.header["alg"], decoded.header["typ"]) == ("HS256", "at+jwt")
    assert decoded.header["kid"]
    claims = decoded.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("http://localhost", "kiosk-api", ada.public_id)
    assert claims["exp"] - claims["iat"] == 900
    assert abs(claims["iat"] - time.time()) < 60
    assert claims["jti"]


def test_no_two_access_tokens_have_the_same_number(app, ada):
    numbers = {jwt.decode(tokens_of(app)["access_token"], KEY).claims["jti"] for _ in range(3)}

    assert len(numbers) == 3


def test_a_token_that_was_only_signed_anew_is_still_good(app, tokens):
    assert profile(app, forged(tokens["access_token"])).status_code == 200


@pytest.mark.parametrize(
    "header",
    [{"typ": "JWT"}, {"typ": None}, {"kid": "other"}, {"kid": None}, {"cty": "x"}, {"x5t": "x"}],
)
@pytest.mark.attack
@pytest.mark.any_database
def test_a_header_of_another_kind_is_refused(app, tokens, header):
    assert_problem(profile(app, forged(tokens["access_token"], header=header)), 401, "invalid_token")


CLAIMS = [
    {"iss": "https://evil.example"},
    {"iss": "http://localhost/"},
    {"aud": "other"},
    {"aud": ["kiosk-api", "other"]},
    {"exp": 1_700_000_000},
    {"exp": "4000000000"},
    {"iat": 4_000_000_000},
    {"exp": 10**400},
    {"exp": 4_000_000_000.5},
    {"exp": True},
    {"iat": -1},
    {"nbf": 4_000_000_000},
    {"nbf": "now"},
    {"sub": 1},
    {"sub": "1"},
    {"sub": ["1"]},
    {"sub": "0" * 32},
    {"sid": 1},
    {"sid": "1"},
    {"sid": "0" * 32},
    *({name: text} for name in ("iss", "aud", "sub", "jti", "sid") for text in ("", "\0", "\ud800", "é")),
    {"jti": 1},
    *({name: None} for name in ("iss", "aud", "sub", "exp", "iat", "jti", "sid")),
]


@pytest.mark.parametrize("claims", CLAIMS, ids=str)
@pytest.mark.attack
@pytest.mark.any_database
def test_a_token_with_another_claim_or_without_one_is_refused(app, tokens, claims):
    assert_problem(profile(app, forged(tokens["access_token"], **claims)), 401, "invalid_token")


@pytest.mark.attack
@pytest.mark.any_database
def test_a_token_of_another_key_is_refused(app, tokens):
    for key in (SECRET_KEY, JWT_SECRET_KEY + "x", "0" * 32):
        token = forged(tokens["access_token"], key=OctKey.import_key(key))
        assert_problem(profile(app, token), 401, "invalid_token")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "RS256"])
@pytest.mark.attack
@pytest.mark.any_database
def test_a_token_of_another_algorithm_is_refused(app, tokens, algorithm):
    key = RSAKey.generate_key(2048) if algorithm == "RS256" else KEY
    decoded = jwt.decode(tokens["access_token"], KEY)
    token = jwt.encode({**decoded.header, "alg": algorithm}, decoded.claims, key, algorithms=[algorithm])

    assert_problem(profile(app, token), 401, "invalid_token")


@pytest.mark.parametrize("header", ["eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0", "eyJhbGciOiJOb25lIn0", "e30", ""])
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.attack
@pytest.mark.any_database
def test_an_unsigned_token_is_refused(app, tokens, header, signed):
    _, claims, signature = tokens["access_token"].split(".")

    response = profile(app, f"{header}.{claims}.{signature if signed else ''}")

    assert_problem(response, 401, "invalid_token")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b", "a.b.c.d.e", "é", "null", "a" * 5000, "."])
@pytest.mark.attack
@pytest.mark.any_database
def test_what_is_no_token_is_refused(app, token):
    assert_problem(profile(app, token), 401, "invalid_token")


@pytest.mark.parametrize(
    "header", [{"crit": 1}, {"crit": ["x"]}, {"b64": 1}, {"kid": []}, {"typ": {}}, {"alg": 1}], ids=str
)
@pytest.mark.attack
@pytest.mark.any_database
def test_a_hostile_header_is_refused_like_any_other(app, tokens, header):
    encoded = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", **header}).encode()).rstrip(b"=").decode()
    _, claims, signature = tokens["access_token"].split(".")

    assert_problem(profile(app, f"{encoded}.{claims}.{signature}"), 401, "invalid_token")


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"], "exp": 1}, {"crit": ["x"], "x": 1}, {"crit": []}, {"crit": 1}], ids=str
)
@pytest.mark.attack
@pytest.mark.any_database
def test_a_header_that_asks_for_what_kiosk_does_not_know_is_refused_however_well_signed(app, tokens, header):
    """https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11"""
    first, claims, _ = tokens["access_token"].split(".")
    known = json.loads(base64.urlsafe_b64decode(first + "=="))
    signed = base64.urlsafe_b64encode(json.dumps({**known, **header}).encode()).rstrip(b"=").decode() + "." + claims
    mac = hmac.digest(JWT_SECRET_KEY.encode(), signed.encode(), "sha256")
    token = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    assert_problem(profile(app, token), 401, "invalid_token")


@pytest.mark.attack
def test_a_changed_signature_is_refused(app, tokens):
    token = tokens["access_token"]
    middle = token.rindex(".") + 10
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]

    assert_problem(profile(app, changed), 401, "invalid_token")


@pytest.mark.attack
def test_a_refresh_token_is_no_access_token(app, tokens):
    assert_problem(profile(app, tokens["refresh_token"]), 401, "invalid_token")


@pytest.mark.attack
def test_a_bearer_header_means_that_the_cookie_is_not_looked_at(client, ada):
    sign_in(client)

    for value in ("Bearer wrong", "Bearer", "Basic YWRhOng=", "wrong"):
        assert_problem(client.get("/api/profile", headers={"Authorization": value}), 401, "invalid_token")
    assert client.get("/api/profile").status_code == 200


@pytest.mark.attack
def test_a_token_of_a_session_that_is_over_is_never_good_for_the_next_user(app, tokens):
    """SQLite would give the highest id, once its row is deleted, to the row that comes next."""
    make_user("staff", role="staff", password=PASSWORD)
    app.test_client().post("/api/logout", headers=bearer(tokens["access_token"]))
    tokens_of(app, username="staff")

    assert_problem(profile(app, tokens["access_token"]), 401, "invalid_token")


@pytest.mark.attack
def test_a_token_names_the_session_and_its_user_and_each_has_to_be_right(app, tokens):
    make_user("staff", role="staff", password=PASSWORD)
    other = jwt.decode(tokens_of(app, username="staff")["access_token"], KEY).claims

    for claims in ({"sid": other["sid"]}, {"sub": other["sub"]}):
        assert_problem(profile(app, forged(tokens["access_token"], **claims)), 401, "invalid_token")


def test_a_bearer_needs_no_page_of_ours(app, tokens):
    api = app.test_client()

    response = api.patch("/api/profile", json={"name": "Ada L."}, headers=bearer(tokens["access_token"]))

    assert response.status_code == 200


def test_a_token_of_a_server_whose_clock_is_ahead_is_good(app, tokens):
    now = int(time.time())

    assert profile(app, forged(tokens["access_token"], iat=now + 5, nbf=now + 5)).status_code == 200
    assert_problem(profile(app, forged(tokens["access_token"], iat=now + 90)), 401, "invalid_token")


# ---------------------------------------------------------------- refresh


def test_a_client_that_refreshes_without_end_adds_no_rows_without_end(app, tokens, monkeypatch):
    monkeypatch.setattr("app.auth.tokens.AT_ONCE", 3)
    first = tokens["refresh_token"]
    for _ in range(6):
        tokens = refresh(app.test_client(), tokens["refresh_token"]).get_json()

    assert profile(app, tokens["access_token"]).status_code == 200
    assert RefreshToken.query.count() == 4

    used_earlier(timedelta(minutes=5))
    assert_problem(refresh(app.test_client(), first), 401, "invalid_token")
    assert_problem(profile(app, tokens["access_token"]), 401, "invalid_token")


def test_a_refresh_token_gives_the_next_pair(app, tokens):
    following = refresh(app.test_client(), tokens["refresh_token"]).get_json()

    assert following["refresh_token"] != tokens["refresh_token"]
    assert profile(app, following["access_token"]).status_code == 200
    assert refresh(app.test_client(), following["refresh_token"]).status_code == 200


def test_a_refresh_token_that_comes_again_within_the_grace_gets_the_very_same_answer(app, tokens):
    first, second = (refresh(app.test_client(), tokens["refresh_token"]) for _ in range(2))

    assert second.get_json() == first.get_json()
    assert RefreshToken.query.count() == 2


@pytest.mark.attack
def test_a_refresh_token_that_comes_again_later_ends_the_whole_family(app, tokens):
    following = refresh(app.test_client(), tokens["refresh_token"]).get_json()
    used_earlier(timedelta(seconds=31))

    again = refresh(app.test_client(), tokens["refresh_token"])

    assert_problem(again, 401, "invalid_token")
    assert_problem(refresh(app.test_client(), following["refresh_token"]), 401, "invalid_token")
    for pair in (tokens, following):
        assert_problem(profile(app, pair["access_token"]), 401, "invalid_token")


def test_the_end_of_a_family_leaves_others_alone(app, tokens, client):
    sign_in(client)
    others = tokens_of(app)
    refresh(app.test_client(), tokens["refresh_token"])
    used_earlier(timedelta(minutes=5))

    refresh(app.test_client(), tokens["refresh_token"])

    assert profile(app, others["access_token"]).status_code == 200
    assert client.get("/api/profile").status_code == 200


def test_a_refresh_and_a_sign_out_at_once_do_not_wait_for_each_other(own_app, monkeypatch):
    with own_app.app_context():
        make_ada()
    tokens = tokens_of(own_app)
    both, find = Barrier(2), sessions.find

    def meet(*given):
        found = find(*given)
        with suppress(BrokenBarrierError):
            both.wait(0.5)  # where one is kept waiting elsewhere, as it ought to be, the other goes on
        return found

    monkeypatch.setattr(sessions, "find", meet)
    with ThreadPoolExecutor(2) as threads:
        refreshed = threads.submit(refresh, browser(own_app), tokens["refresh_token"])
        left = threads.submit(browser(own_app).post, "/api/logout", headers=bearer(tokens["access_token"]))

    assert left.result().status_code == 200
    assert refreshed.result().status_code in (200, 401)


def used_earlier(by):
    RefreshToken.query.filter(RefreshToken.used_at.is_not(None)).update({"used_at": utcnow() - by})
    db.session.commit()


@pytest.mark.parametrize("token", ["x", "a" * 43, "é"])
@pytest.mark.attack
def test_a_refresh_token_of_nobody_is_refused(client, token):
    assert_problem(refresh(client, token), 401, "invalid_token")


@pytest.mark.attack
def test_a_family_ends_when_its_time_has_come_however_often_it_was_refreshed(app, tokens):
    UserSession.query.update({"expires_at": utcnow() - timedelta(seconds=1)})
    db.session.commit()

    assert_problem(refresh(app.test_client(), tokens["refresh_token"]), 401, "invalid_token")
    assert_problem(profile(app, tokens["access_token"]), 401, "invalid_token")


@pytest.mark.attack
def test_logging_out_ends_access_and_refresh_at_once(app, tokens):
    response = app.test_client().post("/api/logout", headers=bearer(tokens["access_token"]))

    assert response.status_code == 200
    assert_problem(profile(app, tokens["access_token"]), 401, "invalid_token")
    assert_problem(refresh(app.test_client(), tokens["refresh_token"]), 401, "invalid_token")


def test_the_database_holds_no_token(app, tokens):
    assert tokens["refresh_token"].encode() not in RefreshToken.query.one().token_hash
    assert len(RefreshToken.query.one().token_hash) == 32


# ---------------------------------------------------------------- keys that change

NEW_KEY, NEWER_KEY = "next-key-of-tests-92b1f07ce4d8", "key-after-that-of-tests-5ce01b77a"


def test_what_the_old_key_signed_is_good_until_the_key_is_removed(app, tokens, reconfigured):
    reconfigured(jwt_secret_key=NEW_KEY, jwt_secret_key_fallbacks=f"{NEWER_KEY},{JWT_SECRET_KEY}")
    assert profile(app, tokens["access_token"]).status_code == 200

    reconfigured(jwt_secret_key_fallbacks=NEWER_KEY)
    assert_problem(profile(app, tokens["access_token"]), 401, "invalid_token")


def test_a_fallback_signs_nothing(app, ada, reconfigured):
    reconfigured(jwt_secret_key=NEW_KEY, jwt_secret_key_fallbacks=JWT_SECRET_KEY)
    token = tokens_of(app)["access_token"]

    assert jwt.decode(token, OctKey.import_key(NEW_KEY)).claims["sub"] == ada.public_id
    reconfigured(jwt_secret_key_fallbacks="")
    assert profile(app, token).status_code == 200


def test_a_token_is_read_by_the_key_that_it_names_alone(app, tokens, reconfigured):
    reconfigured(jwt_secret_key=NEW_KEY, jwt_secret_key_fallbacks=JWT_SECRET_KEY)
    token = forged(tokens["access_token"], key=OctKey.import_key(NEW_KEY))

    assert_problem(profile(app, token), 401, "invalid_token")


def test_a_refresh_token_outlives_a_change_of_keys(app, tokens, reconfigured):
    reconfigured(secret_key=NEW_KEY, jwt_secret_key=NEWER_KEY)

    following = refresh(app.test_client(), tokens["refresh_token"]).get_json()

    assert profile(app, following["access_token"]).status_code == 200
    assert refresh(app.test_client(), following["refresh_token"]).status_code == 200


def test_a_change_of_keys_within_the_grace_mints_nothing_new(app, tokens, reconfigured):
    first = refresh(app.test_client(), tokens["refresh_token"]).get_json()

    reconfigured(secret_key=NEW_KEY, secret_key_fallbacks=SECRET_KEY)
    again = refresh(app.test_client(), tokens["refresh_token"]).get_json()

    assert again == first
    assert RefreshToken.query.count() == 2


def test_an_answer_that_no_key_can_repeat_is_refused_and_ends_nothing(app, tokens, reconfigured):
    first = refresh(app.test_client(), tokens["refresh_token"]).get_json()

    reconfigured(secret_key=NEW_KEY)

    assert_problem(refresh(app.test_client(), tokens["refresh_token"]), 401, "invalid_token")
    assert profile(app, first["access_token"]).status_code == 200
