"""What every kind of answer tells the browser, whatever comes of the request."""

import pytest

from tests.integration.accounts import make_ada, sign_in
from tests.integration.factories import (
    PASSWORD,
    make_item,  # feature: shop
    make_user,
)

pytestmark = pytest.mark.any_database

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOREIGN = {"Origin": "https://evil.example"}
ANSWERS = {
    "the page": ("GET", "/", 200),
    "its head": ("HEAD", "/profile", 200),
    "a path of the page": ("GET", "/staff/users/7", 200),
    "a file that is not there": ("GET", "/assets/nothing.js", 404),
    "the docs": ("GET", "/api/docs", 200),
    "the description": ("GET", "/api/openapi.json", 200),
    "the catalogue": ("GET", "/api/items", 200),  # feature: shop
    "no such path": ("GET", "/api/nothing", 404),
    "no such item": ("GET", "/api/items/999", 404),  # feature: shop
    "signed out": ("GET", "/api/profile", 401),
    "a wrong method": ("GET", "/api/logout", 405),
    "what may be asked": ("OPTIONS", "/api/session", 200),
    "no JSON": ("POST", "/api/session", 415),
    "a webhook of a stranger": ("POST", "/api/payments/webhook", 400),  # feature: shop
    "on the way to a provider": ("GET", "/oauth/login/nobody", 302),
    "back from a provider": ("GET", "/oauth/callback/acme?code=x", 302),
    "back from the payment page": ("GET", "/checkout/return/nobody", 404),  # feature: shop
    "health": ("GET", "/healthz", 200),
    "readiness": ("GET", "/readyz", 200),
}


def careful(response):
    """That an answer carries all that it should, and lets no other origin read it."""
    headers = response.headers
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not [name for name in headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118 -- no mapping
    assert headers["X-Request-ID"]
    return True


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_carries_the_headers_and_is_for_no_other_origin(client, kind):
    method, path, status = ANSWERS[kind]

    response = client.open(path, method=method, headers=FOREIGN if method != "POST" else {}, buffered=True)

    assert response.status_code == status
    assert careful(response)


def test_a_bug_carries_them_too(own_app):
    own_app.config["PROPAGATE_EXCEPTIONS"] = False

    @own_app.get("/api/break")
    def break_down():
        raise LookupError("something is missing")

    response = own_app.test_client().get("/api/break")

    assert response.status_code == 500
    assert careful(response)


def test_who_has_to_wait_is_told_so_with_them(client):
    answers = [sign_in(client, f"nobody-{number}") for number in range(11)]

    assert answers[-1].status_code == 429
    assert careful(answers[-1])
    assert answers[-1].headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/profile"),
        ("GET", "/api/profile/sessions"),
        ("GET", "/api/orders"),  # feature: shop
        ("GET", "/api/todos"),  # feature: todos
        ("GET", "/api/users"),
        ("GET", "/api/nothing"),
        ("GET", "/api/items/999"),  # feature: shop
        ("GET", "/nothing.txt"),
        ("POST", "/api/items"),  # feature: shop
        ("GET", "/oauth/login/nobody"),
        ("GET", "/oauth/callback?code=x&state=y"),
    ],
)
def test_what_is_about_a_person_or_went_wrong_is_kept_by_nobody(signed_in, method, path):
    staff = signed_in(make_user(role="staff"))

    response = staff.open(path, method=method, json={"name": "Tea"} if method == "POST" else None, buffered=True)

    assert response.headers["Cache-Control"] == "no-store"


# feature: shop {
def test_what_staff_alone_may_read_of_an_item_is_kept_by_nobody(signed_in):
    item = make_item()

    response = signed_in(make_user(role="staff")).get(f"/api/items/{item.id}/changes")

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


def test_what_is_for_all_may_be_kept_and_asked_after(client):
    item = make_item()

    for path in ("/api/items", f"/api/items/{item.id}"):
        assert client.get(path).headers["Cache-Control"] == "no-cache"


# }


@pytest.mark.parametrize(
    ("url", "cookie"),
    [
        ("http://localhost", "kiosk=…; HttpOnly; Path=/; SameSite=Lax"),
        ("https://shop.example", "__Host-kiosk=…; Secure; HttpOnly; Path=/; SameSite=Lax"),
    ],
)
def test_the_cookie_is_for_this_host_alone_and_for_no_script(client, reconfigured, url, cookie):
    make_ada()
    reconfigured(public_url=url)

    response = client.post(
        "/api/session", json={"username": "ada", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    name, *rest = response.headers["Set-Cookie"].split("; ")
    kept = [each for each in rest if not each.startswith(("Expires", "Max-Age"))]
    assert "; ".join([name.partition("=")[0] + "=…", *kept]) == cookie
