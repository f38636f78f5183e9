"""What staff know of an order, and a hand-over that is taken back."""

import pytest

from app import db
from app.models import (
    Order,
    Todo,  # feature: todos
)
from tests.integration.accounts import assert_problem, fields
from tests.integration.checkout.buying import SESSIONS, opened, order
from tests.integration.factories import make_item, make_order, make_user


@pytest.fixture
def ada(signed_in):
    return signed_in(make_user("ada", name="Ada Lovelace", email="ada@example.com"))


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user("grace", role="staff"))


@pytest.fixture
def provider(httpx_mock):
    httpx_mock.add_callback(opened, method="POST", url=SESSIONS, is_reusable=True, is_optional=True)


def place(client, note, key="key-1", **more):
    lines = [{"item_id": make_item().id, "quantity": 1}] if "lines" not in more else more["lines"]
    return client.post("/api/orders", json={"lines": lines, "note": note}, headers={"Idempotency-Key": key})


def test_staff_see_who_ordered_and_what_they_wrote(ada, staff, provider):
    placed = place(ada, "  Ring twice, please  ").get_json()

    for seen in (staff.get(f"/api/orders/{placed['id']}").get_json(), staff.get("/api/orders").get_json()["items"][0]):
        buyer = {"username": "ada", "name": "Ada Lovelace", "email": "ada@example.com"}
        assert {name: seen["buyer"][name] for name in buyer} == buyer
        assert seen["note"] == "Ring twice, please"
        assert seen["phone"] is None
        assert seen["shipping_address"] is None
    assert not {"buyer", "note", "phone", "shipping_address", "payments"} & set(placed)


def test_the_total_is_told_in_parts(ada, provider):
    placed = order(ada, make_item(price=700)).get_json()

    parts = ("subtotal", "discount", "shipping", "tax", "total")
    assert [placed[part] for part in parts] == [700, 0, 0, 0, 700]


def test_a_note_is_of_500_characters_at_most(ada, provider):
    assert place(ada, "x" * 500).status_code == 201
    assert fields(place(ada, "x" * 501, key="key-2")) == ["note"]


def test_one_key_stands_for_one_note(ada, provider):
    lines = [{"item_id": make_item().id, "quantity": 1}]
    assert place(ada, "Ring", lines=lines).status_code == 201

    assert place(ada, "Ring", lines=lines).status_code == 200
    assert_problem(place(ada, "Knock", lines=lines), 422, "idempotency_key_reused")


def test_nothing_that_a_buyer_wrote_outlives_the_account(ada, provider):
    placed = place(ada, "For the Lovelaces").get_json()
    row = db.session.get(Order, placed["id"])
    row.phone, row.shipping_address = "012345", {"name": "Ada"}
    db.session.commit()

    assert ada.delete("/api/profile").status_code == 200

    db.session.refresh(row)
    assert (row.note, row.phone, row.shipping_address) == (None, None, None)


def test_a_hand_over_can_be_taken_back(staff):
    number = make_order(make_user(), make_item(), status="paid").id
    assert staff.post(f"/api/orders/{number}/fulfil").status_code == 200

    taken_back = staff.post(f"/api/orders/{number}/unfulfil")

    assert (taken_back.status_code, taken_back.get_json()["status"]) == (200, "paid")
    assert staff.post(f"/api/orders/{number}/fulfil").get_json()["status"] == "fulfilled"


# feature: todos {
def test_a_hand_over_that_is_taken_back_is_to_be_done_again(staff, simulated, ada):
    tea = make_item("Tea", on_hand=5)
    placed = order(ada, tea).get_json()
    simulated.pay(placed["checkout_url"].rpartition("/")[2])
    ada.post(f"/api/orders/{placed['id']}/checkout")
    staff.post(f"/api/orders/{placed['id']}/fulfil")
    assert Todo.query.one().done

    staff.post(f"/api/orders/{placed['id']}/unfulfil")

    db.session.expire_all()
    assert not Todo.query.one().done
    assert (tea.on_hand, tea.held) == (4, 0)


# }


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [("paid", "fulfil", "fulfilled"), ("fulfilled", "unfulfil", "paid"), ("pending", "cancel", "cancelling")],
)
def test_what_staff_do_to_an_order_they_do_to_no_other(staff, before, act, after):
    user, item = make_user(), make_item(on_hand=9)
    orders = [make_order(user, item, status=before) for _ in range(3)]

    assert staff.post(f"/api/orders/{orders[1].id}/{act}").get_json()["status"] == after

    db.session.expire_all()
    assert [each.status for each in orders] == [before, after, before]


@pytest.mark.parametrize("status", ["pending", "paid", "cancelled"])
def test_what_was_not_handed_over_cannot_be_taken_back(staff, status):
    number = make_order(make_user(), make_item(), status=status).id

    assert_problem(staff.post(f"/api/orders/{number}/unfulfil"), 409, "order_not_handed_over")


def test_a_buyer_takes_no_hand_over_back(ada):
    assert ada.post("/api/orders/1/unfulfil").status_code == 403
