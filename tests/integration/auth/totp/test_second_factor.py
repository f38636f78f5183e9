"""An authenticator app and recovery codes: set up, asked for, taken once, taken away."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from app import db
from app.auth.totp import codes
from app.models import AuditTrailEntry, Outgoing, RecoveryCode, Totp, UserSession
from app.runtime.db import utcnow
from tests.integration.accounts import assert_problem, fields, make_ada
from tests.integration.auth.totp.phone import Phone, wrong
from tests.integration.conftest import browser
from tests.integration.conftest import sign_in as signed_in_to
from tests.integration.factories import PASSWORD, make_user

pytestmark = pytest.mark.any_database


@pytest.fixture
def ada(app):
    return make_ada()


@pytest.fixture
def own(ada, signed_in):
    """Ada's browser."""
    return signed_in(ada)


@pytest.fixture
def phone(own):
    """Ada's phone, set up; the code of this moment was not used yet."""
    phone = Phone(own)
    phone.codes = phone.confirm().get_json()["recovery_codes"]
    return phone


def sign_in(app, way="/api/session", **more):
    return browser(app).post(way, json={"username": "ada", "password": PASSWORD, **more})


def standing(client):
    return client.get("/api/profile/factors").get_json()


def done_to(user):
    return [each.action for each in AuditTrailEntry.query.filter_by(user_id=user.id).order_by(AuditTrailEntry.id)]


# Setting up


def test_an_app_is_given_a_key_as_text_address_and_picture(own):
    given = own.post("/api/profile/totp").get_json()

    assert len(given["secret"]) == 32
    assert given["uri"] == f"otpauth://totp/Kiosk:ada?secret={given['secret']}&issuer=Kiosk"
    assert given["qr"].startswith("<svg ")
    assert given["secret"] not in given["qr"]


def test_the_key_is_kept_encrypted(own):
    given = own.post("/api/profile/totp").get_json()

    assert given["secret"] not in Totp.query.one().secret


def test_an_app_that_showed_no_code_yet_is_asked_for_none(app, own):
    own.post("/api/profile/totp")

    assert standing(own)["totp"] is False
    assert sign_in(app).status_code == 200


@pytest.mark.every_database
def test_a_code_of_the_app_makes_it_count_and_gives_ten_recovery_codes(own, ada):
    codes = Phone(own).confirm().get_json()["recovery_codes"]

    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) * 5 for code in codes} == {120}  # five bits in each
    assert standing(own) == {
        "has_password": True,
        "totp": True,
        "recovery_codes_left": 10,
        "passkeys": [],  # feature: passkeys
        "passkeys_possible": True,  # feature: passkeys
    }
    assert done_to(ada) == ["totp_added"]


@pytest.mark.attack
def test_a_wrong_code_does_not_make_it_count(app, own):
    phone = Phone(own)

    refused = own.put("/api/profile/totp", json={"code": wrong(phone.code())})

    assert_problem(refused, 422, "invalid_code")
    assert sign_in(app).status_code == 200


def test_asking_again_before_the_first_code_starts_over(own):
    first, second = Phone(own), Phone(own)

    assert first.given["secret"] != second.given["secret"]
    assert_problem(first.confirm(), 422, "invalid_code")
    assert second.confirm().status_code == 200


def test_an_app_that_counts_is_not_put_aside_by_another_one(own, phone):
    assert_problem(own.post("/api/profile/totp"), 409, "totp_already_on")
    assert_problem(phone.confirm(steps=0), 409, "totp_already_on")


@pytest.mark.attack
def test_a_code_without_an_app_sets_up_nothing(own):
    assert_problem(own.put("/api/profile/totp", json={"code": "123456"}), 409, "totp_not_on")


@pytest.mark.parametrize("code", ["", None, 123456, "12\n34", "1" * 201])
def test_a_code_of_the_wrong_shape_names_the_field(own, code):
    assert fields(own.put("/api/profile/totp", json={"code": code})) == ["code"]


# Signing in


@pytest.mark.parametrize("way", ["/api/session", "/api/login"])
def test_the_password_alone_signs_in_no_more(app, phone, way):
    answer = sign_in(app, way)

    assert_problem(answer, 401, "second_factor_required")
    assert "Set-Cookie" not in answer.headers
    assert sign_in(app, way, code=phone.code()).status_code == 200


@pytest.mark.parametrize("way", ["/api/session", "/api/login"])
@pytest.mark.attack
def test_a_wrong_code_signs_nobody_in(app, phone, way):
    before = UserSession.query.count()

    assert_problem(sign_in(app, way, code=wrong(phone.code())), 401, "invalid_code")
    assert UserSession.query.count() == before


@pytest.mark.attack
def test_wrong_codes_are_failures_of_the_account(app, phone):
    for _ in range(5):
        sign_in(app, code=wrong(phone.code()))

    assert_problem(sign_in(app, code=phone.code()), 429, "too_many_tries")


def guessed(times):
    """So many wrong codes in a row, over however many days."""
    Totp.query.update({"wrong": times})
    db.session.commit()


@pytest.mark.every_database
@pytest.mark.attack
def test_after_a_hundred_wrong_codes_in_a_row_the_right_one_signs_nobody_in(app, phone):
    guessed(99)
    assert_problem(sign_in(app, code=wrong(phone.code())), 401, "invalid_code")

    assert_problem(sign_in(app, code=phone.code()), 401, "invalid_code")


def test_a_recovery_code_makes_the_apps_codes_good_again(app, phone):
    guessed(100)

    assert sign_in(app, code=phone.codes[0]).status_code == 200
    assert sign_in(app, code=phone.code()).status_code == 200


def test_so_does_a_reset_link_of_an_operator(app, phone):
    guessed(100)

    app.test_cli_runner().invoke(args=["users", "reset-link", "ada"])

    assert sign_in(app, code=phone.code()).status_code == 200


def test_a_right_code_ends_the_row_of_wrong_ones(app, phone):
    guessed(99)

    assert sign_in(app, code=phone.code()).status_code == 200
    assert_problem(sign_in(app, code=wrong(phone.code())), 401, "invalid_code")
    assert sign_in(app, code=phone.code(steps=1)).status_code == 200


def test_the_owner_hears_once_that_somebody_guesses_codes(app, phone):
    guessed(9)

    for _ in range(3):
        sign_in(app, code=wrong(phone.code()))

    assert Outgoing.query.filter_by(kind="codes_guessed").count() == 1


def test_the_question_for_a_code_neither_counts_as_a_failure_nor_wipes_one_out(app, phone):
    for _ in range(4):
        sign_in(app, code=wrong(phone.code()))
        sign_in(app)

    assert_problem(sign_in(app, code=wrong(phone.code())), 401, "invalid_code")
    assert_problem(sign_in(app), 429, "too_many_tries")


@pytest.mark.attack
def test_with_a_wrong_password_nothing_tells_that_there_is_an_app(app, phone):
    assert_problem(sign_in(app, password="not-the-password-of-ada", code=phone.code()), 401, "invalid_credentials")
    assert_problem(sign_in(app, password="not-the-password-of-ada"), 401, "invalid_credentials")


def test_an_inactive_user_is_not_asked_for_a_code(app, ada, phone):
    ada.active = False
    db.session.commit()

    assert_problem(sign_in(app), 401, "invalid_credentials")


def test_a_code_that_nobody_asked_for_does_no_harm(app, ada):
    assert sign_in(app, code="123456").status_code == 200


@pytest.mark.attack
def test_a_code_signs_in_once(app, phone):
    code = phone.code()

    assert sign_in(app, code=code).status_code == 200
    assert_problem(sign_in(app, code=code), 401, "invalid_code")


@pytest.mark.attack
def test_the_code_that_set_the_app_up_signs_nobody_in(app, own):
    code = Phone(own).code()

    assert own.put("/api/profile/totp", json={"code": code}).status_code == 200
    assert_problem(sign_in(app, code=code), 401, "invalid_code")


@pytest.mark.attack
def test_an_older_code_is_worth_nothing_after_a_newer_one(app, phone):
    newer, older = phone.code(steps=1), phone.code(steps=0)

    assert sign_in(app, code=newer).status_code == 200
    assert_problem(sign_in(app, code=older), 401, "invalid_code")


@pytest.mark.attack
def test_a_code_of_long_ago_is_worth_nothing(app, ada, phone):
    stale = phone.code(utcnow() - timedelta(seconds=3 * codes.SECONDS))

    assert_problem(sign_in(app, code=stale), 401, "invalid_code")


def test_a_code_may_be_typed_in_groups(app, phone):
    code = phone.code()

    assert sign_in(app, code=f" {code[:3]} {code[3:]} ").status_code == 200


@pytest.mark.attack
def test_somebody_elses_app_is_no_help(app, phone, signed_in):
    other = Phone(signed_in(make_user("mallory")))
    other.confirm()

    assert_problem(sign_in(app, code=other.code()), 401, "invalid_code")


def test_an_app_of_a_key_that_is_gone_refuses_and_recovery_codes_still_work(app, phone, reconfigured):
    reconfigured(secret_key="another-1d7a90e8b36c5f24-9e03cd-55")

    assert_problem(sign_in(app, code=phone.code()), 401, "invalid_code")
    assert sign_in(app, code=phone.codes[0]).status_code == 200


# Recovery codes


@pytest.mark.attack
def test_a_recovery_code_signs_in_once(app, own, phone):
    assert sign_in(app, code=phone.codes[0]).status_code == 200
    assert_problem(sign_in(app, code=phone.codes[0]), 401, "invalid_code")
    assert standing(own)["recovery_codes_left"] == 9


def test_a_recovery_code_may_be_typed_in_capitals_and_without_dashes(app, phone):
    assert sign_in(app, code=phone.codes[0].upper().replace("-", " ")).status_code == 200


@pytest.mark.every_database
def test_recovery_codes_are_kept_as_hashes_alone(phone):
    kept = [each.code_hash for each in RecoveryCode.query]

    assert {len(each) for each in kept} == {32}
    assert not {code.encode() for code in phone.codes} & set(kept)


def test_new_recovery_codes_make_the_old_ones_worthless(app, own, ada, phone):
    fresh = own.post("/api/profile/recovery-codes").get_json()["recovery_codes"]

    assert len(fresh) == 10
    assert_problem(sign_in(app, code=phone.codes[0]), 401, "invalid_code")
    assert sign_in(app, code=fresh[0]).status_code == 200
    assert done_to(ada) == ["totp_added", "recovery_codes_made", "sign_in"]


def test_without_an_app_there_are_no_recovery_codes(own):
    assert_problem(own.post("/api/profile/recovery-codes"), 409, "totp_not_on")


# Taking it away


def remove(client, password=PASSWORD):
    return client.delete("/api/profile/totp", json={"password": password})


def test_without_the_app_the_password_alone_signs_in_again(app, own, ada, phone):
    assert remove(own).status_code == 200

    assert (standing(own)["totp"], standing(own)["recovery_codes_left"]) == (False, 0)
    assert sign_in(app).status_code == 200
    assert done_to(ada) == ["totp_added", "totp_removed", "sign_in"]


def test_an_app_that_was_removed_may_be_set_up_anew(app, own, phone):
    remove(own)

    anew = Phone(own)

    assert anew.confirm().status_code == 200
    assert_problem(sign_in(app, code=phone.code()), 401, "invalid_code")
    assert sign_in(app, code=anew.code()).status_code == 200


@pytest.mark.parametrize("password", [None, "not-the-password-of-ada"])
def test_the_app_is_not_removed_without_the_password(own, phone, password):
    assert_problem(remove(own, password), 403, "wrong_password")
    assert standing(own)["totp"] is True


@pytest.mark.attack
def test_the_password_cannot_be_guessed_there(app, own, phone):
    for _ in range(5):
        remove(own, "not-the-password-of-ada")

    assert_problem(remove(own), 429, "too_many_tries")
    assert_problem(sign_in(app, code=phone.code()), 429, "too_many_tries")


@pytest.mark.parametrize("typed", ["short-one", "u\u0308u\u0308u\u0308u\u0308u\u0308u\u0308u\u0308u\u0308"])
def test_a_password_too_short_to_stand_alone_keeps_the_app(own, ada, phone, typed):
    ada.set_password(typed)
    db.session.commit()

    refused = assert_problem(remove(own, typed), 409, "password_too_short")

    assert refused["detail"] == "Choose a password of at least 15 characters first."
    assert standing(own)["totp"] is True


def test_whoever_has_no_password_is_asked_for_none(signed_in):
    own = signed_in(make_user("bob"))
    Phone(own).confirm()

    assert standing(own)["has_password"] is False
    assert own.delete("/api/profile/totp", json={}).status_code == 200


def test_where_no_app_is_there_is_none_to_remove(own):
    own.post("/api/profile/totp")  # begun, and no more

    assert_problem(remove(own), 409, "totp_not_on")


# At once


def at_once(app, *requests):
    """What came of requests of browsers of their own, all let go at the same moment."""
    gate = threading.Barrier(len(requests))

    def send(request):
        gate.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


@pytest.mark.every_database
@pytest.mark.parametrize("kind", ["of the app", "for recovery"])
def test_of_many_who_use_one_code_at_once_one_gets_in(own_app, kind):
    with own_app.app_context():
        ada = make_ada()
    phone = Phone(signed_in_to(own_app, ada))
    codes = phone.confirm().get_json()["recovery_codes"]
    code = phone.code() if kind == "of the app" else codes[0]

    answers = at_once(own_app, *[partial(sign_in, own_app, code=code)] * 4)

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


# Who may


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/api/profile/totp", None),
        ("put", "/api/profile/totp", {"code": "123456"}),
        ("delete", "/api/profile/totp", {}),
        ("post", "/api/profile/recovery-codes", None),
        ("delete", "/api/profile/passkeys/1", None),  # feature: passkeys
        ("post", "/api/profile/passkeys/challenge", None),  # feature: passkeys
    ],
)
@pytest.mark.attack
def test_what_changes_factors_takes_a_confirmation_of_late(own, method, path, body):
    UserSession.query.update({"confirmed_at": utcnow() - timedelta(minutes=31)})
    db.session.commit()

    assert_problem(getattr(own, method)(path, json=body), 403, "confirmation_required")


def test_answers_with_secrets_in_them_are_stored_nowhere(own):
    answer = own.post("/api/profile/totp")

    assert answer.headers["Cache-Control"] == "no-store"
