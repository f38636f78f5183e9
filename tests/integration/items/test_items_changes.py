"""The catalogue: written by staff."""

import pytest

from app import db
from app.models import Item
from tests.integration.accounts import assert_problem, fields
from tests.integration.factories import make_item, make_user

TEA = {"name": "Tea", "description": "Green", "price": 450, "on_hand": 7, "image_url": "/pictures/tea.svg"}


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user(role="staff"))


def test_staff_put_something_on_offer(staff, client):
    response = staff.post("/api/items", json=TEA)

    assert response.status_code == 201
    made = response.get_json()
    assert {name: made[name] for name in TEA} == TEA
    assert (made["on_sale"], made["version"]) == (True, 1)
    assert client.get(f"/api/items/{made['id']}").get_json() == made


def test_a_name_is_enough_for_a_draft(staff):
    made = staff.post("/api/items", json={"name": "Plan"}).get_json()

    assert (made["price"], made["on_sale"], made["on_hand"]) == (None, False, None)


def test_put_changes_all_and_patch_changes_some(staff):
    path = f"/api/items/{staff.post('/api/items', json=TEA).get_json()['id']}"

    patched = staff.patch(path, json={"price": None}).get_json()
    assert (patched["price"], patched["description"], patched["version"]) == (None, "Green", 2)

    put = staff.put(path, json={"name": "Chai"}).get_json()
    assert (put["name"], put["description"], put["on_hand"], put["image_url"]) == ("Chai", "", None, None)
    assert put["version"] == 3


def test_a_deleted_item_is_gone(staff, client):
    item = make_item("Tea")

    assert staff.delete(f"/api/items/{item.id}").get_json() == {"deleted": True}

    assert client.get("/api/items").get_json()["items"] == []
    assert_problem(client.get(f"/api/items/{item.id}"), 404, "not_found")
    for again in (staff.delete, staff.put, staff.patch):
        assert_problem(again(f"/api/items/{item.id}", json=TEA), 404, "not_found")


WRONG = [
    ({"name": ""}, "name"),
    ({"name": None}, "name"),
    ({"name": 7}, "name"),
    ({"name": "a" * 201}, "name"),
    ({"name": "a\x00"}, "name"),
    ({"name": "a\n"}, "name"),
    ({"description": "a" * 10_001}, "description"),
    ({"description": "a\x00"}, "description"),
    ({"description": None}, "description"),
    ({"price": 0}, "price"),
    ({"price": -5}, "price"),
    ({"price": 12.5}, "price"),
    ({"price": "450"}, "price"),
    ({"price": True}, "price"),
    ({"price": 100_000_000}, "price"),
    ({"price": 10**30}, "price"),
    ({"on_hand": -1}, "on_hand"),
    ({"on_hand": 2**31}, "on_hand"),
    ({"image_url": "javascript:alert(1)"}, "image_url"),
    ({"image_url": "http://img.example/1.png"}, "image_url"),
    ({"image_url": "//img.example/1.png"}, "image_url"),
    ({"image_url": "/\\img.example"}, "image_url"),
    ({"image_url": "/tea.svg\n"}, "image_url"),
    ({"image_url": ""}, "image_url"),
]


@pytest.mark.parametrize(("change", "field"), WRONG, ids=lambda value: str(value)[:40])
def test_an_item_that_is_wrong_names_the_field(staff, change, field):
    item = make_item("Tea")

    for answer in (
        staff.post("/api/items", json={**TEA, **change}),
        staff.put(f"/api/items/{item.id}", json={**TEA, **change}),
        staff.patch(f"/api/items/{item.id}", json=change),
    ):
        assert fields(answer) == [field]
    assert Item.query.one().version == 1


# ---------------------------------------------------------------- two who change one item


def test_a_change_of_a_version_that_is_no_longer_is_refused(staff):
    path = f"/api/items/{make_item('Tea').id}"
    tag = staff.get(path).headers["ETag"]
    assert staff.patch(path, json={"price": 500}, headers={"If-Match": tag}).status_code == 200

    for change in (staff.put, staff.patch, staff.delete):
        assert_problem(change(path, json=TEA, headers={"If-Match": tag}), 412, "stale_version")

    assert staff.get(path).get_json()["price"] == 500


def test_the_tag_of_a_change_is_good_for_the_next_one(staff):
    path = f"/api/items/{make_item('Tea').id}"
    tag = staff.patch(path, json={"price": 500}).headers["ETag"]

    assert staff.patch(path, json={"price": 600}, headers={"If-Match": tag}).status_code == 200
    assert staff.patch(path, json={"price": 700}, headers={"If-Match": "*"}).status_code == 200


def test_a_sale_in_between_makes_no_change_stale(staff):
    item = make_item("Tea")
    tag = staff.get(f"/api/items/{item.id}").headers["ETag"]
    item.held = 1
    db.session.commit()

    assert staff.patch(f"/api/items/{item.id}", json={"price": 500}, headers={"If-Match": tag}).status_code == 200


def test_a_count_of_the_stock_does_not_undo_a_sale_in_between(staff):
    item = make_item("Tea", on_hand=5)
    tag = staff.get(f"/api/items/{item.id}").headers["ETag"]
    item.on_hand = 2
    db.session.commit()

    answer = staff.patch(f"/api/items/{item.id}", json={"on_hand": 6}, headers={"If-Match": tag})

    assert_problem(answer, 412, "stale_version")
    assert staff.get(f"/api/items/{item.id}").get_json()["on_hand"] == 2


@pytest.mark.parametrize("tag", ['"x"', '"0-1-2"', '"99999999999"', '""', "W/", "é", '"1', "-1"])
def test_a_tag_that_was_never_ours_is_stale(staff, tag):
    path = f"/api/items/{make_item().id}"

    if tag == '"1':  # a forgotten quotation mark is forgiven
        assert staff.patch(path, json={"price": 500}, headers={"If-Match": tag}).status_code == 200
    else:
        assert_problem(staff.patch(path, json={"price": 500}, headers={"If-Match": tag}), 412, "stale_version")


@pytest.mark.parametrize("change", [{"on_hand": 2}, {"on_hand": 0}])
def test_stock_that_is_set_aside_for_orders_cannot_be_taken_away(staff, change):
    item = make_item(on_hand=5, held=3)

    assert_problem(staff.patch(f"/api/items/{item.id}", json=change), 409, "stock_held")
    assert_problem(staff.put(f"/api/items/{item.id}", json={**TEA, **change}), 409, "stock_held")


def test_stock_can_be_changed_down_to_what_is_set_aside_or_to_no_end(staff):
    item = make_item(on_hand=5, held=3)

    for on_hand in (3, 9, None):
        body = staff.patch(f"/api/items/{item.id}", json={"on_hand": on_hand}).get_json()
        assert body["on_hand"] == on_hand
