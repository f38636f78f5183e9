"""Names, addresses and codes as people write them, in any script and on any keyboard."""

from datetime import timedelta

import pytest

from app import db
from app.models import Outgoing
from app.runtime.db import utcnow
from tests.attacks import came_of
from tests.integration.accounts import WRONG, fields, login, make_ada, sign_in
from tests.integration.auth.totp.phone import Phone  # feature: totp
from tests.integration.factories import PASSWORD, make_user

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

NO_MAILBOX = [
    "ada",
    "a..b@shop.example",
    "zoë@shop.example",
    "ada@shop.example.",
    "ada@exam\u200bple.com",
    "ada@exam\u00adple.com",
    "ada@shop_1.example",
    "ada@xn--n3h.example",
    "ada@gmail",
    "ada@127.0.0.1",
    "ada@shop.123",
    "ada@" + "x" * 64 + ".example",
]


def register(client, username="ada", email="ada@example.com"):
    return client.post("/api/register", json={"username": username, "email": email, "password": PASSWORD})


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("email", NO_MAILBOX)
def test_an_address_that_no_mail_can_be_sent_to_is_refused_at_every_door(client, signed_in, email):
    staff, customer = signed_in(make_user("grace", role="staff")), signed_in(make_user("alice"))
    path = f"/api/users/{make_user('bob').id}"

    for answer in (
        register(client, email=email),
        client.post("/api/password/forgot", json={"email": email}),
        customer.patch("/api/profile", json={"email": email}),
        staff.post("/api/users", json={"username": "eve", "email": email}),
        staff.patch(path, json={"email": email}),
    ):
        assert fields(answer) == ["email"]
    assert Outgoing.query.count() == 0


def test_an_address_is_kept_as_it_is_written_without_the_space_behind_it(client):
    made = register(client, email="Ada@Bücher.example ")

    assert (made.status_code, made.get_json()["email"]) == (201, "Ada@Bücher.example")


@pytest.mark.parametrize("other", ["ada@XN--BCHER-KVA.example", "ADA@bücher.example", "ada@bu\u0308cher.example"])
def test_another_spelling_of_a_verified_address_is_the_same_address(client, signed_in, other):
    ada = make_user("ada", email="ada@bücher.example", verified=False)
    ada.verified_email = "ada@xn--bcher-kva.example"
    db.session.commit()
    browser = signed_in(ada)

    assert browser.get("/api/profile").get_json()["email_verified"] is True
    client.post("/api/password/forgot", json={"email": other})
    register(client, username="eve", email=other)

    assert sorted(mail.kind for mail in Outgoing.query) == ["reset_password", "verify_email"]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["山田\u3000太郎", "👩\u200d💻 Ada", "Zoë"])
def test_a_name_is_kept_as_it_is_written(signed_in, name):
    own = signed_in(make_user("ada"))

    assert own.patch("/api/profile", json={"name": name}).get_json()["name"] == name


@pytest.mark.attack
@pytest.mark.parametrize("name", ["Ada\x85Bcc: eve", "Ada\u2028eve", "Ada\u2029eve"])
def test_a_name_that_breaks_the_line_is_refused(signed_in, name):
    own = signed_in(make_user("ada"))

    assert fields(own.patch("/api/profile", json={"name": name})) == ["name"]


@pytest.mark.attack
@pytest.mark.parametrize("name", ["gpj.\u202eexe", "Ada\u2066eve", "\u200b", "\u3164"])
def test_a_name_that_turns_what_is_around_it_or_shows_nothing_is_refused_whoever_gives_it(signed_in, name):
    own, staff = signed_in(make_user("ada")), signed_in(make_user("grace", role="staff"))
    path = f"/api/users/{make_user('bob').id}"

    for answer in (
        own.patch("/api/profile", json={"name": name}),
        staff.post("/api/users", json={"username": "eve", "name": name}),
        staff.patch(path, json={"name": name}),
    ):
        came_of(f"{answer.status_code} {fields(answer)}", "422 ['name']")


@pytest.mark.parametrize("name", ["山田\u3000太郎", "👩\u200d💻 Ada"])
def test_a_name_from_a_provider_is_kept_as_it_is_written(journey, acme, name):
    acme.userinfo["name"] = name

    journey.sign_in()

    assert journey.browser.get("/api/profile").get_json()["name"] == name


# ---------------------------------------------------------------- usernames


@pytest.mark.parametrize("username", ["प्रिया", "สมชาย", "தமிழ்", "Łukasz"])
def test_a_username_may_be_of_any_script(client, username):
    assert register(client, username=username).status_code == 201
    assert sign_in(client, username).get_json()["username"] == username


@pytest.mark.attack
@pytest.mark.parametrize("username", ["ada\u200b", "ada\ufe0f", "ad\u00ada", "\u3164"])
def test_a_username_with_something_invisible_is_refused(client, username):
    make_ada()

    assert fields(register(client, username=username, email="eve@example.com")) == ["username"]


@pytest.mark.parametrize("typed", ["ada ", " ada", "ada\u3000", "ADA\u00a0"])
@pytest.mark.parametrize("door", [sign_in, login])
def test_a_space_beside_a_username_is_no_part_of_it(client, door, typed):
    make_ada()

    assert door(client, typed).status_code == 200


def test_a_space_behind_a_new_username_is_no_part_of_it(client):
    assert register(client, username="ada ").get_json()["username"] == "ada"


# ---------------------------------------------------------------- an email as the name to sign in with


@pytest.mark.parametrize("door", [sign_in, login])
@pytest.mark.parametrize("typed", ["ada@example.com", "ADA@Example.COM", " ada@example.com "])
def test_a_verified_email_signs_in_as_the_username_does(client, door, typed):
    make_ada()

    assert door(client, typed).status_code == 200


def test_an_email_of_another_script_signs_in_in_every_spelling(client):
    ada = make_ada(email="ada@bücher.example", verified=False)
    ada.verified_email = "ada@xn--bcher-kva.example"
    db.session.commit()

    for typed in ("ada@bücher.example", "Ada@XN--BCHER-KVA.example"):
        assert sign_in(client, typed).status_code == 200


@pytest.mark.attack
def test_an_email_that_is_not_verified_signs_nobody_in(client):
    make_ada(verified=False)

    answer = sign_in(client, "ada@example.com")

    came_of(f"{answer.status_code} {answer.get_json()['error']}", "401 invalid_credentials")


@pytest.mark.attack
def test_tries_count_for_the_account_whichever_of_its_names_they_are_made_with(client):
    make_ada()
    names = ["ada", "ada@example.com", "ADA", "Ada@Example.com", "ada "]

    wrong = [sign_in(client, name, WRONG).status_code for name in names]
    right = [login(client, name).status_code for name in names]

    came_of(f"{wrong}, then {right}", f"{[401] * 5}, then {[429] * 5}")


@pytest.mark.attack
@pytest.mark.parametrize("names", [["nobody", "NOBODY "], ["nobody@example.com", "Nobody@EXAMPLE.com"]])
def test_names_of_nobody_are_counted_alike(client, names):
    answers = [sign_in(client, names[number % 2], WRONG) for number in range(7)]

    came_of(str([each.status_code for each in answers]), str([401] * 5 + [429] * 2))
    assert {each.get_json()["error"] for each in answers} == {"invalid_credentials", "too_many_tries"}


# ---------------------------------------------------------------- codes


# feature: totp {
@pytest.fixture
def phone(signed_in):
    phone = Phone(signed_in(make_ada()))
    phone.codes = phone.confirm().get_json()["recovery_codes"]
    return phone


def with_code(client, code):
    return client.post("/api/session", json={"username": "ada", "password": PASSWORD, "code": code})


@pytest.mark.parametrize("digits", [ARABIC, WIDE, {}], ids=["Arabic", "full-width", "ASCII"])
def test_a_code_of_the_app_may_be_typed_in_any_digits(client, phone, digits):
    code = phone.code().translate(digits)

    assert with_code(client, f"{code[:3]}\u00a0{code[3:]}").status_code == 200


@pytest.mark.parametrize("digits", [ARABIC, WIDE], ids=["Arabic", "full-width"])
def test_an_app_is_set_up_by_a_code_in_any_digits(signed_in, digits):
    phone = Phone(signed_in(make_ada()))
    code = phone.code(utcnow() - timedelta(seconds=30)).translate(digits)

    assert phone.client.put("/api/profile/totp", json={"code": code}).status_code == 200


@pytest.mark.parametrize("between", ["", " ", "–", "—", "−", "\u2011", "\u3000", "- ", "ー", "_"])
def test_a_recovery_code_may_be_typed_with_any_dash_or_space(client, phone, between):
    assert with_code(client, phone.codes[0].upper().replace("-", between)).status_code == 200


# }
