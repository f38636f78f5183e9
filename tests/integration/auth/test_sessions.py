"""The browser's session: its cookie, how long it lasts, and who may use it."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from app import create_app, db
from app.models import User, UserSession
from app.runtime.db import utcnow
from tests.integration.accounts import assert_problem, make_ada, sign_in
from tests.integration.conftest import close
from tests.integration.factories import PASSWORD, make_user
from tests.settings import settings

OWN = "http://localhost"


def cookie_of(response):
    found = SimpleCookie()
    for header in response.headers.getlist("Set-Cookie"):
        found.load(header)
    return found


def test_on_plain_http_the_cookie_is_called_kiosk_and_is_not_secure(client):
    make_ada()

    cookie = cookie_of(sign_in(client))["kiosk"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert (cookie["secure"], cookie["domain"]) == ("", "")
    assert int(cookie["max-age"]) == 30 * 24 * 3600
    assert len(cookie.value) == 43


@pytest.fixture
def secure_client(own_database):
    app = create_app(settings(own_database, public_url="https://shop.example", TESTING=True))
    with app.app_context():
        make_ada()
    client = app.test_client()
    client.environ_base |= {"HTTP_SEC_FETCH_SITE": "same-origin", "wsgi.url_scheme": "https"}
    yield client
    close(app)


def test_on_https_the_cookie_is_bound_to_host_and_transport(secure_client):
    cookie = cookie_of(sign_in(secure_client))["__Host-kiosk"]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert secure_client.get("/api/profile").status_code == 200


def test_on_https_the_plain_cookie_is_not_looked_at(secure_client):
    token = cookie_of(sign_in(secure_client))["__Host-kiosk"].value
    secure_client.delete_cookie("__Host-kiosk")
    secure_client.set_cookie("kiosk", token)

    assert secure_client.get("/api/profile").status_code == 401


def test_on_https_signing_out_drops_the_cookie_in_a_way_that_browsers_obey(secure_client):
    sign_in(secure_client)

    cookie = cookie_of(secure_client.delete("/api/session"))["__Host-kiosk"]

    assert (cookie.value, cookie["max-age"], cookie["secure"], cookie["path"]) == ("", "0", True, "/")


def test_browsers_are_told_to_stay_on_https(secure_client):
    assert secure_client.get("/api/providers").headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é", '"quoted"', "a" * 4000])
@pytest.mark.attack
def test_a_cookie_of_nobody_signs_nobody_in(client, token):
    client.set_cookie("kiosk", token)

    assert_problem(client.get("/api/profile"), 401, "sign_in_required")


def test_who_signs_in_again_ends_the_session_of_this_browser_alone(client, signed_in):
    make_ada()
    others = [signed_in(make_user()) for _ in range(8)]
    UserSession.query.update({"must_rotate": True})
    db.session.commit()
    for browser in others:
        browser.get("/api/profile")  # brings a new cookie, and for a moment the one before holds too

    for _ in range(2):
        sign_in(client)

    assert [each.get("/api/profile").status_code for each in others] == [200] * 8
    assert UserSession.query.count() == 9


def test_a_session_that_nobody_uses_for_a_week_is_over(client):
    make_ada()
    sign_in(client)
    set_times(used_at=utcnow() - timedelta(days=7, seconds=1))

    assert client.get("/api/profile").status_code == 401


def test_a_session_that_is_used_goes_on(client):
    make_ada()
    sign_in(client)
    set_times(used_at=utcnow() - timedelta(days=6))

    client.get("/api/profile")

    db.session.expire_all()
    assert UserSession.query.one().used_at > utcnow() - timedelta(minutes=1)


def test_a_session_is_over_after_a_month_however_much_it_is_used(client):
    make_ada()
    sign_in(client)
    set_times(expires_at=utcnow() - timedelta(seconds=1))

    assert client.get("/api/profile").status_code == 401


def set_times(**times):
    UserSession.query.update(times)
    db.session.commit()


# ---------------------------------------------------------------- requests that another site makes a browser send


@pytest.fixture
def bare(app, signed_in):
    """A signed-in browser that tells nothing of where a request comes from."""
    client = signed_in(make_user("ada"))
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    return client


def write(client, **headers):
    return client.patch("/api/profile", json={"name": "Ada L."}, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": OWN},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://behind-a-proxy.example"},
    ],
)
def test_the_shops_own_page_may_write(bare, headers):
    assert write(bare, **headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
        {"Origin": "https://evil.example"},
        {"Origin": f"{OWN}.evil.example"},
        {"Origin": f"{OWN}/"},
        {"Origin": f"{OWN}:8000"},
        {"Origin": "https://localhost"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Referer": f"{OWN}/profile"},
    ],
    ids=str,
)
@pytest.mark.attack
@pytest.mark.any_database
def test_another_page_may_not_write(bare, headers):
    assert_problem(write(bare, **headers), 403, "cross_site_request")
    assert User.query.one().name is None


@pytest.mark.attack
def test_another_page_may_not_sign_anybody_out(bare):
    assert_problem(bare.delete("/api/session"), 403, "cross_site_request")
    assert bare.get("/api/profile").status_code == 200


@pytest.mark.attack
def test_another_page_may_not_change_who_a_browser_is_signed_in_as(bare):
    make_user("mallory", password="mallory-of-the-lake")

    response = sign_in(bare, "mallory", "mallory-of-the-lake")

    assert_problem(response, 403, "cross_site_request")


def test_reading_is_allowed_from_anywhere_and_tells_other_pages_nothing(bare):
    response = bare.get("/api/profile", headers={"Origin": "https://evil.example"})

    assert response.status_code == 200
    assert not [name for name in response.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


def test_a_program_without_a_cookie_needs_no_headers_of_a_browser(app):
    make_ada()

    assert sign_in(app.test_client()).status_code == 200


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Authorization": "Bearer x"},
    {"Origin": "https://evil.example", "Authorization": "Basic eDp5"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.attack
@pytest.mark.any_database
def test_another_site_signs_no_browser_in_whatever_cookie_it_has(app, headers):
    make_ada()
    client = app.test_client()

    response = client.post("/api/session", json={"username": "ada", "password": PASSWORD}, headers=headers)

    assert_problem(response, 403, "cross_site_request")
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(
    "path",
    [
        "/api/register",
        "/api/login",
        "/api/token/refresh",
        "/api/passkeys/challenge",  # feature: passkeys
        "/api/session/passkey",  # feature: passkeys
        "/api/password/forgot",
        "/api/password/reset",
        "/api/email/verify",
    ],
)
@pytest.mark.attack
@pytest.mark.any_database
def test_another_site_does_nothing_in_the_name_of_a_visitor_without_a_session(app, path, headers):
    assert_problem(app.test_client().post(path, json={}, headers=headers), 403, "cross_site_request")


@pytest.mark.attack
def test_an_empty_token_excuses_no_foreign_page_that_comes_with_the_cookie(client):
    make_ada()
    sign_in(client)
    del client.environ_base["HTTP_SEC_FETCH_SITE"]

    response = write(client, Authorization="")

    assert_problem(response, 403, "cross_site_request")


@pytest.mark.attack
def test_a_cookie_that_is_over_is_still_no_excuse_for_a_foreign_page(app):
    client = app.test_client()
    client.set_cookie("kiosk", "over")

    assert_problem(write(client), 403, "cross_site_request")
