"""Who of staff changed an item, and what."""

import pytest

from tests.integration.factories import make_user


@pytest.fixture
def grace(signed_in):
    return signed_in(make_user("grace", role="staff"))


def changes(client, item_id):
    return client.get(f"/api/items/{item_id}/changes").get_json()["items"]


def test_each_change_of_an_item_is_told_with_its_author_and_its_values(grace, signed_in):
    item = grace.post("/api/items", json={"name": "Tea", "price": 500}).get_json()["id"]
    hopper = signed_in(make_user("hopper", role="staff"))
    hopper.patch(f"/api/items/{item}", json={"price": 600, "name": "Tea"})
    grace.delete(f"/api/items/{item}")

    withdrawn, changed, added = changes(grace, item)

    assert (added["action"], added["actor"]["username"]) == ("added", "grace")
    assert added["changes"]["price"] == [None, 500]
    assert (changed["action"], changed["actor"]["username"]) == ("changed", "hopper")
    assert changed["changes"] == {"price": [500, 600]}
    assert (withdrawn["action"], withdrawn["changes"]) == ("withdrawn", {})


def test_a_change_that_changes_nothing_or_is_refused_is_not_in_the_log(grace):
    made = grace.post("/api/items", json={"name": "Tea", "price": 500}).get_json()
    stale = {"If-Match": '"99"'}

    grace.patch(f"/api/items/{made['id']}", json={"price": 500})
    assert grace.patch(f"/api/items/{made['id']}", json={"price": 900}, headers=stale).status_code == 412

    assert [each["action"] for each in changes(grace, made["id"])] == ["added"]


def test_the_log_is_staffs_alone(grace, signed_in):
    assert signed_in(make_user()).get("/api/items/1/changes").status_code == 403
    assert grace.get("/api/items/999999/changes").status_code == 404
