"""A name that shows nothing is refused wherever staff and users give one."""

import pytest

from tests.integration.accounts import fields
from tests.integration.factories import (
    make_item,  # feature: shop
    make_user,
)

BLANK = (" ", "\u200b", "\u2067\u2069", "\u3000\u00a0")


@pytest.fixture
def staff(app, signed_in):
    return signed_in(make_user("grace", role="staff"))


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/api/items", {}, "name"),  # feature: shop
        ("POST", "/api/items", {"name": "Tea"}, "category"),  # feature: shop
        ("PUT", "/api/pages/imprint", {"text": "Kiosk"}, "title"),  # feature: shop
        ("PATCH", "/api/shop", {}, "name"),  # feature: shop
        ("POST", "/api/todos", {}, "title"),  # feature: todos
        ("PATCH", "/api/profile", {}, "name"),
        ("POST", "/api/users", {"username": "ada"}, "name"),
    ],
)
def test_a_name_that_shows_nothing_is_refused(staff, method, path, body, field, blank):
    answer = staff.open(path, method=method, json={**body, field: blank})

    assert fields(answer) == [field]


# feature: shop {
@pytest.mark.parametrize("field", ["name", "category"])
def test_an_item_does_not_lose_its_name_by_a_change(staff, field):
    item = make_item("Tea")

    answer = staff.patch(f"/api/items/{item.id}", json={field: "\u200b"})

    assert fields(answer) == [field]
    assert staff.get(f"/api/items/{item.id}").get_json()["name"] == "Tea"


def test_what_was_done_about_a_finding_is_said_in_words_that_show(staff):
    answer = staff.post("/api/findings/none/close", json={"reason": "\n \u200b"})

    assert fields(answer) == ["reason"]


# }
# feature: todos {
def test_a_to_do_does_not_lose_its_title_by_a_change(staff):
    made = staff.post("/api/todos", json={"title": "Tea"}).get_json()

    assert fields(staff.patch(f"/api/todos/{made['id']}", json={"title": " "})) == ["title"]


# }
