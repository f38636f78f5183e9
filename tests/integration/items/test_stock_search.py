"""Staff look for items by their stock."""

import pytest

from tests.integration.accounts import assert_problem, fields
from tests.integration.factories import make_item, make_user


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user("grace", role="staff"))


@pytest.fixture(autouse=True)
def shelf(app):
    make_item("Plenty", on_hand=50)
    make_item("Few", on_hand=3)
    make_item("Gone", on_hand=2, held=2)
    make_item("Endless", on_hand=None)
    make_item("Sketch", price=None, on_hand=0)


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ("on_sale", ["Endless", "Few", "Gone", "Plenty"]),
        ("drafts", ["Sketch"]),
        ("low", ["Few", "Gone"]),
        ("sold_out", ["Gone"]),
    ],
)
def test_staff_see_the_items_of_one_kind(staff, only, names):
    found = staff.get(f"/api/items?drafts=true&only={only}").get_json()

    assert [item["name"] for item in found["items"]] == names
    assert found["total"] == len(names)


def test_words_and_stock_go_together(staff):
    found = staff.get("/api/items?q=e&only=low").get_json()

    assert [item["name"] for item in found["items"]] == ["Few", "Gone"]


def test_what_has_just_run_low_is_found_at_once(staff):
    item = staff.get("/api/items?only=on_sale&q=plenty").get_json()["items"][0]
    assert len(staff.get("/api/items?only=low").get_json()["items"]) == 2

    staff.patch(f"/api/items/{item['id']}", json={"on_hand": 4})

    assert [each["name"] for each in staff.get("/api/items?only=low").get_json()["items"]] == ["Few", "Gone", "Plenty"]


def test_others_do_not_search_by_stock(client):
    assert_problem(client.get("/api/items?only=low"), 403, "forbidden")


def test_a_kind_that_is_not_known_is_refused(staff):
    assert fields(staff.get("/api/items?only=blue")) == ["only"]
