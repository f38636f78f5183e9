"""Items by category, and in another order than that of their names."""

import pytest

from app import db
from tests.integration.accounts import fields
from tests.integration.factories import make_item, make_user


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user(role="staff"))


def names(client, **query):
    return [each["name"] for each in client.get("/api/items", query_string=query).get_json()["items"]]


def test_a_category_lists_what_is_in_it_and_nothing_else(client):
    make_item("Green tea", category="Tea")
    make_item("Black tea", category="Tea")
    make_item("Mug", category="Kitchen")
    make_item("Lamp")

    assert names(client, category="Tea") == ["Black tea", "Green tea"]
    assert names(client, category="Tea", q="green") == ["Green tea"]
    assert names(client, category="tea") == []
    assert names(client) == ["Black tea", "Green tea", "Lamp", "Mug"]


def test_the_categories_are_those_that_have_something_on_offer(client):
    make_item("Green tea", category="Tea")
    make_item("Black tea", category="Tea")
    make_item("Mug", category="Kitchen")
    make_item("Draft", category="Secret", price=None)
    make_item("Lamp")

    assert client.get("/api/categories").get_json() == [{"name": "Kitchen", "items": 1}, {"name": "Tea", "items": 2}]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Lamp", "Mug", "Tea"]),
        ("-name", ["Tea", "Mug", "Lamp"]),
        ("price", ["Mug", "Lamp", "Tea"]),
        ("-price", ["Tea", "Lamp", "Mug"]),
        ("newest", ["Lamp", "Tea", "Mug"]),
    ],
)
def test_they_stand_in_the_order_that_was_asked_for(client, sort, expected):
    for name, price in (("Mug", 100), ("Tea", 300), ("Lamp", 200)):
        make_item(name, price=price)

    assert names(client, sort=sort) == expected


def test_pages_of_one_price_follow_one_another_and_miss_nothing(client):
    for number in range(5):
        make_item(f"Tea {number}", price=100)

    pages = [names(client, sort="-price", page=page, per_page=2) for page in (1, 2, 3)]

    assert sorted(name for page in pages for name in page) == [f"Tea {number}" for number in range(5)]


def test_staff_put_an_item_into_a_category_and_out_of_it(client, staff):
    item = staff.post("/api/items", json={"name": "Tea", "price": 100, "category": "Drinks"}).get_json()
    assert item["category"] == "Drinks"
    assert names(client, category="Drinks") == ["Tea"]

    staff.patch(f"/api/items/{item['id']}", json={"category": None})

    assert names(client, category="Drinks") == []
    assert client.get(f"/api/items/{item['id']}").get_json()["category"] is None
    changes = staff.get(f"/api/items/{item['id']}/changes").get_json()["items"]
    assert changes[0]["changes"] == {"category": ["Drinks", None]}


def test_a_category_that_any_program_changes_shows_in_the_next_answer(client):
    item = make_item("Tea", category="Drinks")
    assert names(client, category="Drinks") == ["Tea"]

    db.session.execute(db.text("UPDATE items SET category = 'Herbs'"))
    db.session.commit()

    assert client.get(f"/api/items/{item.id}").get_json()["category"] == "Herbs"


@pytest.mark.parametrize(
    ("query", "field"), [({"sort": "stars"}, "sort"), ({"sort": ""}, "sort"), ({"category": "x" * 101}, "category")]
)
def test_what_cannot_be_asked_for_is_said(client, query, field):
    assert fields(client.get("/api/items", query_string=query)) == [field]


@pytest.mark.parametrize("category", ["", "two\nlines", "x" * 101, 7])
def test_a_category_has_a_name_on_one_line(staff, category):
    assert fields(staff.post("/api/items", json={"name": "Tea", "category": category})) == ["category"]
