"""Signing in by password, as a browser and as an API client do it."""

from app.models import User
from tests.attacks import came_of
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user

WRONG = "not-the-password-of-anybody"


def make_ada(**more) -> User:
    return make_user("ada", password=PASSWORD, **more)


def sign_in(client, username="ada", password=PASSWORD):
    """The browser's way, by cookie."""
    return client.post("/api/session", json={"username": username, "password": password})


def login(client, username="ada", password=PASSWORD):
    """The API client's way, by tokens."""
    return client.post("/api/login", json={"username": username, "password": password})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def tokens_of(app, **credentials) -> dict:
    response = login(browser(app), **credentials)
    assert response.status_code == 200, response.text
    return response.get_json()


def refresh(client, token: str):
    return client.post("/api/token/refresh", json={"refresh_token": token})


def assert_problem(response, status: int, error: str) -> dict:
    """`response` is an RFC 9457 problem of this status and code. Its body."""
    assert response.mimetype == "application/problem+json", response.text
    body = response.get_json()
    came_of(f"{response.status_code} {body['error']}", f"{status} {error}", response.text)
    assert body["status"] == status
    assert body["type"]
    assert body["title"]
    assert body["detail"]
    return body


def fields(response) -> list[str]:
    """The fields that were wrong."""
    return [each["field"] for each in assert_problem(response, 422, "invalid_input")["errors"]]
