"""What holds for every route, whoever adds the next one."""

import re
from datetime import timedelta

import pytest

from app import db
from app.models import (
    Todo,  # feature: todos
    UserSession,
)
from app.runtime.db import utcnow
from app.web.api import JSON, Access, operations
from tests.attacks import came_of
from tests.integration.accounts import assert_problem
from tests.integration.conftest import browser, sign_in
from tests.integration.factories import (
    make_item,  # feature: shop
    make_order,  # feature: shop
    make_user,
    saved,
)

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
BARRED = (Access.SIGNED_IN, Access.OWNER, Access.STAFF)


def call(client, operation, body="{}", content_type="application/json", headers=None, **ids):
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(ids.get(found[1], 999_999)), operation.path)
    data = body if operation.method in UNSAFE else None
    kind = None if data is None else content_type
    return client.open(path, method=operation.method, data=data, content_type=kind, headers=headers, buffered=True)


def wrong(answers, expected):
    """The routes that answer otherwise."""
    return [f"{each.method} {each.path}: {answer.status_code}" for each, answer in answers if not expected(answer)]


def assert_all(answers, status, error):
    """Every route answers with this problem."""
    for each, answer in answers:
        came_of(told(answer), f"{status} {error}", at=f"{each.method} {each.path}")


def told(response):
    """Status and stable code of a problem."""
    return f"{response.status_code} {(response.get_json(silent=True) or {}).get('error')}"


@pytest.fixture
def customer(signed_in):
    return signed_in(make_user())


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user(role="staff"))


def test_every_path_of_the_application_is_declared_with_who_may_call_it(app):
    declared = {(each.path, each.method) for each in operations()}
    ruled = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}

    assert ruled - declared == {("/assets/<path:name>", "GET")}
    assert len(declared) > 30


@pytest.mark.attack
def test_a_stranger_is_asked_to_sign_in_wherever_a_user_is_needed(app):
    answers = [(each, call(app.test_client(), each)) for each in operations() if each.access in BARRED]

    assert_all(answers, 401, "sign_in_required")


@pytest.mark.attack
def test_a_wrong_token_is_refused_wherever_a_user_is_needed(app):
    headers = {"Authorization": "Bearer wrong"}
    answers = [(each, call(app.test_client(), each, headers=headers)) for each in operations() if each.access in BARRED]

    assert_all(answers, 401, "invalid_token")


@pytest.mark.attack
def test_a_customer_may_not_do_what_is_staffs(customer):
    answers = [(each, call(customer, each)) for each in operations() if each.access is Access.STAFF]

    assert len(answers) >= 3
    assert_all(answers, 403, "forbidden")


def test_what_is_for_all_asks_nobody_to_sign_in(app):
    answers = [(each, call(browser(app), each)) for each in operations() if each.access is Access.ALL]

    assert wrong(answers, lambda answer: answer.status_code not in (401, 403)) == []


def test_what_is_read_needs_no_transaction(own_app):
    """On a database whose connections are real: that of the other tests has one for all, in a transaction."""
    with own_app.app_context():
        make_user("bob")
        make_order(make_user("ada"), make_item("Mug"), make_item("Lamp"))  # feature: shop
        staff = sign_in(own_app, make_user("grace", role="staff"))
        read = [each for each in operations() if each.method == "GET" and not each.writes]

    answers = [(each, call(staff, each, user_id=1, order_id=1, item_id=1)) for each in read]

    assert wrong(answers, lambda answer: answer.status_code in (200, 302, 404)) == []


def test_a_query_parameter_that_no_route_knows_is_refused(staff):
    api = [each for each in operations() if each.is_strict]
    answers = [
        (each, staff.get(each.path + "?colour=red")) for each in api if each.method == "GET" and "<" not in each.path
    ]

    assert len(answers) > 7
    assert_all(answers, 422, "invalid_input")
    assert answers[0][1].get_json()["errors"] == [{"field": "colour", "message": "There is no such parameter here."}]
    assert staff.post("/api/logout?colour=red").status_code == 422


def test_what_other_systems_add_to_an_address_is_no_matter(client):
    assert client.get("/healthz?probe=1").status_code == 200
    assert client.get("/oauth/callback?session_state=1").status_code == 302


# feature: shop {
@pytest.mark.attack
def test_what_is_for_the_provider_needs_its_signature(app, staff):
    for client in (browser(app), staff):
        answers = [(each, call(client, each)) for each in operations() if each.access is Access.PROVIDER]
        assert_all(answers, 400, "bad_signature")


@pytest.mark.attack
def test_what_belongs_to_somebody_else_is_not_found(customer):
    other = make_user()
    ids = {
        "todo_id": saved(Todo(user_id=other.id, title="Tea")).id,  # feature: todos
        "order_id": make_order(other, make_item()).id,
    }
    body = '{"title": "Mine"}'

    answers = [
        (each, call(customer, each, body, **ids))
        for each in operations()
        if each.access is Access.OWNER and "<" in each.path
    ]

    assert answers
    assert_all(answers, 404, "not_found")


# }


TAKE_A_CONFIRMATION = [
    "DELETE /api/pages/<slug:slug>",  # feature: shop
    "DELETE /api/profile",
    "DELETE /api/profile/identities/<provider>",
    "DELETE /api/profile/passkeys/<id:passkey_id>",  # feature: passkeys
    "DELETE /api/profile/totp",  # feature: totp
    "DELETE /api/users/<id:user_id>",
    "PATCH /api/shop",  # feature: shop
    "PATCH /api/users/<id:user_id>",
    "POST /api/profile/passkeys",  # feature: passkeys
    "POST /api/profile/passkeys/challenge",  # feature: passkeys
    "POST /api/profile/recovery-codes",  # feature: totp
    "POST /api/profile/totp",  # feature: totp
    "POST /api/users",
    "PUT /api/pages/<slug:slug>",  # feature: shop
    "PUT /api/profile/totp",  # feature: totp
]


@pytest.mark.attack
def test_what_a_thief_would_do_next_takes_a_confirmation(staff):
    UserSession.query.update({"confirmed_at": utcnow() - timedelta(minutes=31)})
    db.session.commit()
    by_name = {f"{each.method} {each.path}": each for each in operations()}

    answers = [(by_name[name], call(staff, by_name[name])) for name in TAKE_A_CONFIRMATION]

    assert [name for name, each in sorted(by_name.items()) if each.confirmed] == TAKE_A_CONFIRMATION
    assert_all(answers, 403, "confirmation_required")


@pytest.mark.attack
@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_a_foreign_page_can_write_nowhere_with_the_cookie(staff, site):
    del staff.environ_base["HTTP_SEC_FETCH_SITE"]
    headers = {"Sec-Fetch-Site": site} if site else {}

    answers = [
        (each, call(staff, each, headers=headers))
        for each in operations()
        if each.method in UNSAFE and each.access is not Access.PROVIDER
    ]

    assert len(answers) > 15
    assert_all(answers, 403, "cross_site_request")


def test_nothing_is_written_by_a_get(staff):
    assert [each.path for each in operations() if each.method == "GET" and each.writes and "/api/" in each.path] == []


def takes_json():
    """The operations that take a body, but for those that take a file."""
    return [each for each in operations() if "body" in each.reads and each.takes == JSON]


@pytest.mark.attack
def test_every_body_is_json_and_says_so(staff):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"):
        answers = [(each, call(staff, each, content_type=kind)) for each in takes_json()]
        assert_all(answers, 415, "json_required")


@pytest.mark.attack
@pytest.mark.parametrize("body", ["", "{", "{'a': 1}", "NaN", "}", "\x00", '{"a":' * 3000])
@pytest.mark.any_database
def test_every_body_that_is_no_json_is_malformed(staff, body):
    answers = [(each, call(staff, each, body)) for each in takes_json()]

    assert_all(answers, 400, "malformed_body")


@pytest.mark.attack
@pytest.mark.parametrize("body", ["[]", "null", '"text"', "7", "true", "1e999"])
@pytest.mark.any_database
def test_every_body_of_another_shape_is_invalid(staff, body):
    answers = [(each, call(staff, each, body)) for each in takes_json()]

    assert_all(answers, 422, "invalid_input")


@pytest.mark.attack
@pytest.mark.any_database
def test_every_body_has_a_limit(staff):
    answers = [(each, call(staff, each, " " * 300_000)) for each in takes_json()]

    assert_all(answers, 413, "request_entity_too_large")


def test_no_answer_about_a_person_is_kept_by_anybody(customer, staff):
    for client in (customer, staff):
        answers = [(each, call(client, each)) for each in operations() if each.access in (*BARRED, Access.PROVIDER)]
        personal = [each for each in answers if not each[0].path.startswith("/api/items")]
        assert wrong(personal, lambda answer: answer.headers["Cache-Control"] == "no-store") == []


# ---------------------------------------------------------------- the description


@pytest.fixture
def description(client):
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    return response.get_json()


@pytest.mark.any_database
def test_the_description_is_valid_openapi_3_1(description):
    from openapi_spec_validator import OpenAPIV31SpecValidator  # half a second, for the process that runs this alone

    assert description["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(description).iter_errors()] == []


@pytest.mark.any_database
def test_every_route_is_described_as_it_is_declared(description):
    for each in operations():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.path)
        described = description["paths"][path][each.method.lower()]
        assert described["x-access"] == each.access.value
        assert ("security" in described) == (each.access in (*BARRED, Access.OPERATOR))
        assert ("requestBody" in described) == ("body" in each.reads)
        assert str(each.status) in described["responses"]
        assert {str(each.status.value) for each in each.raises} <= set(described["responses"])
        assert described["summary"].endswith(".")


@pytest.mark.any_database
def test_operations_have_names_of_their_own(description):
    names = [each["operationId"] for path in description["paths"].values() for each in path.values()]

    assert len(set(names)) == len(names)


@pytest.mark.any_database
def test_errors_are_described_as_problems(description):
    responses = description["paths"]["/api/profile"]["patch"]["responses"]

    for status in ("400", "401", "413", "415", "422"):
        assert list(responses[status]["content"]) == ["application/problem+json"]


@pytest.mark.any_database
def test_the_description_can_be_read_offline(client):
    response = client.get("/api/docs", buffered=True)

    assert response.mimetype == "text/html"
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", response.text)


# ---------------------------------------------------------------- what every answer carries


@pytest.mark.any_database
def test_a_request_id_is_made_and_told(client):
    first, second = (client.get(path).headers["X-Request-ID"] for path in ("/api/providers", "/api/nothing"))

    assert first != second
    assert len(first) >= 16


@pytest.mark.any_database
def test_a_request_id_of_the_callers_is_taken_over(client):
    for path in ("/api/providers", "/api/nothing", "/profile", "/healthz"):
        response = client.get(path, headers={"X-Request-ID": "from-a-caller.7"}, buffered=True)
        assert response.headers["X-Request-ID"] == "from-a-caller.7"


@pytest.mark.parametrize("given", ["short", "a" * 65, "with space", "line\x0bbreak", "<script>=", "ünïcödé-ids", ""])
@pytest.mark.any_database
def test_a_request_id_that_could_do_harm_is_not(client, given):
    assert client.get("/api/providers", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


@pytest.mark.parametrize(
    "path", ["/", "/api/providers", "/api/nothing", "/api/profile", "/assets/nothing.js", "/healthz"]
)
@pytest.mark.any_database
def test_browsers_are_told_to_be_careful(client, path):
    headers = client.get(path, buffered=True).headers

    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers  # this is plain http
    assert not [name for name, _ in headers if name.startswith("Access-Control")]


@pytest.mark.any_database
def test_a_path_that_is_not_there_is_a_problem(client):
    body = assert_problem(client.get("/api/nothing"), 404, "not_found")

    assert body["title"] == "Not Found"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/logout"), ("GET", "/api/session"), ("POST", "/api/profile")]
)
@pytest.mark.any_database
def test_a_wrong_method_is_told_which_are_right(client, method, path):
    response = client.open(path, method=method)

    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"]
