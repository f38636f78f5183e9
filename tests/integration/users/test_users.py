"""Staff's API: who has an account, what they may do, and what was done to them."""

import pytest

from app import db
from app.models import AuditTrailEntry, Identity, OneTimeToken, User, UserSession
from tests.integration.accounts import assert_problem, bearer, fields, make_ada, refresh, sign_in, tokens_of
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user, saved


@pytest.fixture
def grace(app):
    return make_user("grace", role="staff")


@pytest.fixture
def staff(signed_in, grace):
    return signed_in(grace)


@pytest.fixture
def ada(app):
    return make_user("ada", name="Ada Lovelace")


def path(user):
    return f"/api/users/{user.id}"


def change(client, user, **changes):
    return client.patch(path(user), json=changes)


def changed(client, user, **changes):
    response = change(client, user, **changes)
    assert response.status_code == 200, response.text
    return response.get_json()


def names(client, **query):
    response = client.get("/api/users", query_string=query)
    assert response.status_code == 200, response.text
    return [each["username"] for each in response.get_json()["items"]]


def trail(client, user):
    """What staff did, the newest last."""
    found = client.get(f"{path(user)}/trail").get_json()["items"]
    return [each["action"] for each in reversed(found) if each["action"] != "sign_in"]


# ---------------------------------------------------------------- finding


def test_everybody_is_listed_by_username(staff):
    for name in ("Zoe", "ada", "Bob"):
        make_user(name)

    assert names(staff) == ["ada", "Bob", "grace", "Zoe"]


def test_a_user_is_shown_as_they_see_themselves(staff, signed_in, ada):
    saved(Identity(user_id=ada.id, provider="acme", issuer="https://id.example", subject="7"))

    assert staff.get(path(ada)).get_json() == signed_in(ada).get("/api/profile").get_json()
    assert staff.get("/api/users?q=ada").get_json()["items"] == [staff.get(path(ada)).get_json()]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("LOVE", ["ada"]),
        ("lace ada", ["ada"]),
        ("ada bob", []),
        ("@EXAMPLE.ORG", ["bob"]),
        ("ＢＯＢ", ["bob"]),
        ("straße", ["STRASSE"]),
        ("100%", ["bob"]),
        ("a_b", ["bob"]),
        ("%", ["bob"]),
        ("_", ["bob"]),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("   ", ["ada", "bob", "grace", "STRASSE"]),
    ],
)
def test_a_search_looks_into_username_name_and_email(staff, ada, q, found):
    make_user("bob", email="Bob@Example.org", name="100% a_b")
    make_user("STRASSE")

    assert names(staff, q=q) == found


def test_a_search_can_be_for_a_role_and_for_who_is_active(staff, ada):
    make_user("bob", active=False)
    make_user("heidi", role="staff", active=False)

    assert names(staff, role="staff") == ["grace", "heidi"]
    assert names(staff, role="customer", active="true") == ["ada"]
    assert names(staff, active="false") == ["bob", "heidi"]
    assert fields(staff.get("/api/users?role=root")) == ["role"]


def test_users_come_in_pages_and_a_page_behind_the_last_is_empty(staff):
    for each in range(4):
        make_user(f"u{each}")

    pages = [names(staff, page=page, per_page=2) for page in (1, 2, 3, 4)]

    assert pages == [["grace", "u0"], ["u1", "u2"], ["u3"], []]
    assert staff.get("/api/users?per_page=2").get_json()["total"] == 5


@pytest.mark.attack
def test_nobody_but_staff_gets_to_know_who_is_here(signed_in, client, ada):
    customer = signed_in(ada)

    for ask in (customer.get, customer.patch, customer.delete):
        assert_problem(ask(path(ada), json={"role": "staff"}), 403, "forbidden")
    assert_problem(customer.get("/api/users"), 403, "forbidden")
    assert_problem(client.get("/api/users"), 401, "sign_in_required")


def test_no_answer_holds_a_secret(staff):
    ada = make_ada()

    answers = staff.get(path(ada)).text + staff.get("/api/users").text + staff.get(f"{path(ada)}/trail").text

    assert ada.password_hash not in answers
    assert "argon2" not in answers
    assert "password" not in answers


@pytest.mark.parametrize("way", ["", "/trail", "/sessions"])
def test_a_user_who_is_not_there_is_not_found(staff, way):
    ask = staff.delete if way == "/sessions" else staff.get

    assert_problem(ask(f"/api/users/999999{way}"), 404, "not_found")
    assert_problem(staff.delete("/api/users/999999"), 404, "not_found")
    assert_problem(staff.patch("/api/users/999999", json={}), 404, "not_found")


# ---------------------------------------------------------------- making


def test_staff_make_an_account_that_can_be_used_at_once(staff, client):
    body = {"username": "bob", "email": "bob@example.com", "name": "Bob", "password": PASSWORD, "role": "staff"}

    response = staff.post("/api/users", json=body)

    assert response.status_code == 201, response.text
    made = response.get_json()
    assert {name: made[name] for name in ("username", "email", "name", "role")} == {
        name: body[name] for name in ("username", "email", "name", "role")
    }
    assert (made["active"], made["email_verified"]) == (True, False)
    assert sign_in(client, "bob").status_code == 200
    assert trail(staff, User.query.filter_by(username="bob").one()) == ["account_made"]


@pytest.mark.attack
def test_a_username_alone_is_enough_and_nobody_signs_in_by_it(staff, client):
    made = staff.post("/api/users", json={"username": "bob"}).get_json()

    assert (made["role"], made["email"], made["name"]) == ("customer", None, None)
    assert_problem(sign_in(client, "bob", "x"), 401, "invalid_credentials")


def test_a_username_that_somebody_has_in_other_letters_is_taken(staff, ada):
    assert_problem(staff.post("/api/users", json={"username": "ＡＤＡ"}), 409, "username_taken")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "username"),
        ({"username": "closed:7"}, "username"),
        ({"username": "bob", "password": "short"}, "password"),
        ({"username": "bob", "password": "x" * 257}, "password"),
        ({"username": "bob", "email": "bob"}, "email"),
        ({"username": "bob", "role": "root"}, "role"),
        ({"username": "bob", "name": "a\nb"}, "name"),
    ],
)
def test_an_account_that_is_wrong_names_the_field_and_is_not_made(staff, body, field):
    assert fields(staff.post("/api/users", json=body)) == [field]
    assert names(staff) == ["grace"]


# ---------------------------------------------------------------- changing


def test_a_change_of_role_holds_from_the_next_request_for_cookies_and_tokens(staff, app):
    ada = make_ada()
    by_cookie, by_token = browser(app), app.test_client()
    sign_in(by_cookie)
    headers = bearer(tokens_of(app)["access_token"])

    for role, status in (("staff", 200), ("customer", 403)):
        assert changed(staff, ada, role=role)["role"] == role
        assert by_cookie.get("/api/users").status_code == status
        assert by_token.get("/api/users", headers=headers).status_code == status

    assert trail(staff, ada) == ["role_changed", "role_changed"]


def test_a_change_of_role_renews_the_cookie(staff, signed_in, ada):
    signed_in(ada)

    changed(staff, ada, role="staff")

    assert UserSession.query.filter_by(user_id=ada.id).one().must_rotate
    assert not UserSession.query.filter(UserSession.user_id != ada.id).one().must_rotate


def test_whoever_is_deactivated_is_signed_in_nowhere_and_does_not_come_back_by_it(staff, app):
    ada = make_ada()
    by_cookie, pair = browser(app), tokens_of(app)
    sign_in(by_cookie)

    assert changed(staff, ada, active=False)["active"] is False

    assert by_cookie.get("/api/profile").status_code == 401
    assert app.test_client().get("/api/profile", headers=bearer(pair["access_token"])).status_code == 401
    assert refresh(app.test_client(), pair["refresh_token"]).status_code == 401
    assert_problem(sign_in(browser(app)), 401, "invalid_credentials")
    assert changed(staff, ada, active=True)["active"] is True
    assert by_cookie.get("/api/profile").status_code == 401
    assert sign_in(browser(app)).status_code == 200
    assert trail(staff, ada) == ["deactivated", "activated"]


@pytest.mark.attack
def test_a_sign_in_that_was_on_its_way_while_somebody_was_deactivated_is_worth_nothing_later(staff, signed_in, ada):
    changed(staff, ada, active=False)
    late = signed_in(ada)  # at a provider or by a passkey, which wait for nobody

    changed(staff, ada, active=True)

    assert_problem(late.get("/api/profile"), 401, "sign_in_required")


def test_staff_sign_somebody_out_everywhere(staff, app):
    ada = make_ada()
    by_cookie, pair = browser(app), tokens_of(app)
    sign_in(by_cookie)

    assert staff.delete(f"{path(ada)}/sessions").get_json() == {"signed_out": True}

    assert by_cookie.get("/api/profile").status_code == 401
    assert refresh(app.test_client(), pair["refresh_token"]).status_code == 401
    assert sign_in(browser(app)).status_code == 200
    assert staff.get("/api/profile").status_code == 200
    assert trail(staff, ada) == ["sessions_ended"]


def test_name_and_email_can_be_corrected_and_the_new_address_is_not_verified(staff, ada):
    body = changed(staff, ada, name=None, email="countess@example.com")

    assert (body["name"], body["email"], body["email_verified"]) == (None, "countess@example.com", False)
    assert trail(staff, ada) == ["name_changed", "email_changed"]


def test_what_stays_as_it_was_is_no_change(staff, ada):
    before = staff.get(path(ada)).get_json()

    assert changed(staff, ada) == before
    assert changed(staff, ada, name=ada.name, email=ada.email, role=ada.role, active=True) == before
    assert trail(staff, ada) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "root"}, "role"),
        ({"role": None}, "role"),
        ({"active": None}, "active"),
        ({"active": "no"}, "active"),
        ({"email": "ada"}, "email"),
        ({"name": ""}, "name"),
        ({"role": "staff", "email": "ada"}, "email"),
    ],
)
def test_a_change_that_is_wrong_names_the_field_and_changes_nothing(staff, ada, body, field):
    before = staff.get(path(ada)).get_json()

    assert fields(change(staff, ada, **body)) == [field]

    assert staff.get(path(ada)).get_json() == before
    assert trail(staff, ada) == []


def test_staff_change_no_secret_and_no_username(staff, ada):
    make_it = {"username": "root", "password": PASSWORD, "password_hash": "x", "email_verified": True, "id": 1}

    changed(staff, ada, **make_it)

    db.session.expire_all()
    assert (ada.username, ada.password_hash) == ("ada", None)


# ---------------------------------------------------------------- deleting


@pytest.mark.attack
def test_a_deleted_user_is_nobody_any_more(staff, app):
    ada = make_ada(name="Ada Lovelace", avatar_url="https://example.com/ada.png")
    saved(Identity(user_id=ada.id, provider="acme", issuer="https://id.example", subject="7"))
    app.test_cli_runner().invoke(args=["users", "reset-link", "ada"])
    by_cookie, pair = browser(app), tokens_of(app)
    sign_in(by_cookie)

    assert staff.delete(path(ada)).get_json() == {"deleted": True}

    assert by_cookie.get("/api/profile").status_code == 401
    assert refresh(app.test_client(), pair["refresh_token"]).status_code == 401
    assert_problem(sign_in(browser(app)), 401, "invalid_credentials")
    assert_problem(staff.get(path(ada)), 404, "not_found")
    assert_problem(staff.delete(path(ada)), 404, "not_found")
    assert_problem(change(staff, ada, active=True), 404, "not_found")
    assert names(staff) == ["grace"]
    db.session.expire_all()
    assert [ada.username, ada.email, ada.verified_email, ada.name, ada.avatar_url, ada.password_hash] == [
        f"closed:{ada.id}",
        *[None] * 5,
    ]
    assert [kept.query.filter_by(user_id=ada.id).count() for kept in (Identity, OneTimeToken, UserSession)] == [0] * 3


def test_the_name_of_a_deleted_user_is_free_again(staff, ada):
    staff.delete(path(ada))

    assert staff.post("/api/users", json={"username": "ada"}).status_code == 201


def test_the_trail_outlives_the_user_without_telling_who_it_was(staff, grace, ada):
    saved(
        AuditTrailEntry(
            user_id=ada.id, actor_id=ada.id, action="password_changed", address="192.0.2.7", details={"a": "b"}
        )
    )
    staff.delete(path(ada))

    found = staff.get(f"{path(ada)}/trail").get_json()["items"]

    assert [(each["action"], each["actor"]["id"], each["address"], each["details"]) for each in found] == [
        ("account_closed", grace.id, "127.0.0.1", {}),
        ("password_changed", ada.id, None, {}),
    ]


# ---------------------------------------------------------------- the last member of staff


@pytest.mark.parametrize("changes", [{"role": "customer"}, {"active": False}, {"active": False, "role": "staff"}])
@pytest.mark.attack
def test_the_last_member_of_staff_cannot_be_changed_away(staff, grace, changes):
    make_user("heidi", role="staff", active=False)

    assert_problem(change(staff, grace, **changes), 409, "last_staff")

    assert changed(staff, grace)["role"] == "staff"
    assert trail(staff, grace) == []


@pytest.mark.attack
def test_the_last_member_of_staff_cannot_be_deleted(staff, grace):
    assert_problem(staff.delete(path(grace)), 409, "last_staff")

    assert names(staff, role="staff", active="true") == ["grace"]


def test_where_there_is_another_one_staff_may_go_themselves(staff, grace):
    make_user("heidi", role="staff")

    assert changed(staff, grace, role="customer")["role"] == "customer"

    assert_problem(staff.get("/api/users"), 403, "forbidden")


# ---------------------------------------------------------------- the trail


def test_the_trail_tells_who_did_what_and_from_where(staff, grace, ada):
    changed(staff, ada, role="staff")
    changed(staff, ada, active=False)

    body = staff.get(f"{path(ada)}/trail").get_json()

    assert body["total"] == 2
    newest, first = body["items"]
    assert newest["action"] == "deactivated"
    assert first == {
        "id": first["id"],
        "at": first["at"],
        "action": "role_changed",
        "actor": {"id": grace.id, "username": "grace"},
        "address": "127.0.0.1",
        "details": {"before": "customer", "after": "staff"},
    }
    assert first["at"].endswith("Z")


def test_the_trail_of_the_command_line_has_no_actor(staff, runner, ada):
    runner.invoke(args=["staff", "grant", "ada"])

    [entry] = staff.get(f"{path(ada)}/trail").get_json()["items"]

    assert (entry["actor"], entry["details"]["by"]) == (None, "command line")


@pytest.mark.attack
def test_a_change_that_is_refused_leaves_no_trace(staff, grace):
    assert_problem(change(staff, grace, name="Grace", active=False), 409, "last_staff")

    assert trail(staff, grace) == []
    assert changed(staff, grace)["name"] is None
