"""Answers of the catalogue are kept, and are never older than the database."""

import pytest

from app import db
from tests.integration.factories import make_item


def answers(client, item):
    """The list, a search and the item's own page."""
    return [client.get(path).get_json() for path in ("/api/items", "/api/items?q=tea", f"/api/items/{item.id}")]


@pytest.mark.parametrize("on_hand", [10, None])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE items SET name = 'Green tea'",
        "UPDATE items SET description = 'From the hills'",
        "UPDATE items SET price = 99",
        "UPDATE items SET image_url = '/pictures/tea.svg'",
        "UPDATE items SET on_hand = coalesce(on_hand, 5) - 1",
        "UPDATE items SET on_hand = CASE WHEN on_hand IS NULL THEN 3 END",
        "UPDATE items SET withdrawn_at = CURRENT_TIMESTAMP",
        "DELETE FROM items",
    ],
)
def test_what_any_program_changes_shows_in_the_next_answer(client, change, on_hand):
    item = make_item("Tea", on_hand=on_hand)
    before = answers(client, item)
    assert answers(client, item) == before

    db.session.execute(db.text(change))
    db.session.commit()

    after = answers(client, item)
    assert all(now != then for now, then in zip(after, before, strict=True))


def test_what_an_order_sets_aside_shows_in_the_next_answer(client):
    item = make_item("Tea", on_hand=10)
    assert [each["available"] for each in answers(client, item)[0]["items"]] == [10]

    db.session.execute(db.text("UPDATE items SET held = 3"))
    db.session.commit()

    listed, found, alone = answers(client, item)
    assert [listed["items"][0]["available"], found["items"][0]["available"], alone["available"]] == [7, 7, 7]


def test_a_new_item_shows_in_the_next_answer(client):
    make_item("Tea")
    assert client.get("/api/items").get_json()["total"] == 1

    make_item("Coffee")

    assert [each["name"] for each in client.get("/api/items").get_json()["items"]] == ["Coffee", "Tea"]


def test_an_item_that_becomes_a_draft_is_hidden_at_once(client):
    item = make_item("Tea")
    assert client.get(f"/api/items/{item.id}").status_code == 200

    item.price = None
    db.session.commit()

    assert client.get(f"/api/items/{item.id}").status_code == 404
