"""To-dos: one's own, and for staff those of orders."""

import pytest

from app.models import Todo, User
from app.runtime.db import utcnow
from tests.integration.accounts import assert_problem, fields
from tests.integration.factories import make_order, make_user, saved


@pytest.fixture
def ada(signed_in):
    return signed_in(make_user("ada"))


@pytest.fixture
def bob(signed_in):
    return signed_in(make_user("bob"))


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user("grace", role="staff"))


def add(client, title="Tea", **more):
    response = client.post("/api/todos", json={"title": title, **more})
    assert response.status_code == 201, response.text
    return response.get_json()


def titles(client, **query):
    return [each["title"] for each in client.get("/api/todos", query_string=query).get_json()["items"]]


def test_a_to_do_is_added_read_ticked_and_dropped(ada):
    made = add(ada)
    path = f"/api/todos/{made['id']}"

    assert made == {"id": made["id"], "title": "Tea", "done": False, "order_id": None}
    assert ada.get(path).get_json() == made
    assert ada.patch(path, json={"done": True}).get_json() == {**made, "done": True}
    assert ada.put(path, json={"title": "Coffee"}).get_json() == {**made, "title": "Coffee", "done": False}
    assert ada.delete(path).get_json() == {"deleted": True}
    assert_problem(ada.get(path), 404, "not_found")


def test_the_open_ones_come_first_then_the_newest(ada):
    for title, done in (("one", False), ("two", True), ("three", False)):
        add(ada, title, done=done)

    assert titles(ada) == ["three", "one", "two"]


def test_a_change_of_nothing_changes_nothing(ada):
    made = add(ada)

    assert ada.patch(f"/api/todos/{made['id']}", json={}).get_json() == made


def test_to_dos_come_in_pages(ada):
    for number in range(5):
        add(ada, f"{number}")

    assert [titles(ada, page=page, per_page=2) for page in (1, 2, 3, 4)] == [["4", "3"], ["2", "1"], ["0"], []]
    assert ada.get("/api/todos?per_page=2").get_json()["total"] == 5


def test_somebody_elses_to_do_is_as_if_it_were_not_there(ada, bob, staff):
    path = f"/api/todos/{add(ada)['id']}"

    for other in (bob, staff):
        for ask in (other.get, other.put, other.patch, other.delete):
            assert_problem(ask(path, json={"title": "Mine"}), 404, "not_found")
        assert titles(other) == []
    assert titles(ada) == ["Tea"]


def test_somebody_elses_answer_is_the_same_as_for_none_at_all(ada, bob):
    theirs, none = bob.get(f"/api/todos/{add(ada)['id']}"), bob.get("/api/todos/999999")

    assert theirs.data == none.data


def test_a_stranger_has_no_to_dos(client):
    assert_problem(client.post("/api/todos", json={"title": "Tea"}), 401, "sign_in_required")
    assert_problem(client.get("/api/todos"), 401, "sign_in_required")
    assert Todo.query.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"title": ["Tea"]}, "title"),
        ({"title": "a" * 201}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a\n"}, "title"),
        ({"title": "Tea", "done": "yes"}, "done"),
        ({"title": "Tea", "done": None}, "done"),
        ([], ""),
        ("Tea", ""),
    ],
)
def test_a_to_do_that_is_wrong_names_the_field(ada, body, field):
    made = add(ada)

    assert fields(ada.post("/api/todos", json=body)) == [field]
    assert fields(ada.put(f"/api/todos/{made['id']}", json=body)) == [field]
    assert titles(ada) == ["Tea"]


@pytest.mark.parametrize("title", [b"\\ud800", b"\\udc00\\ud800", b"\xed\xa0\x80", b"\xff"])
def test_half_a_character_is_no_json(ada, title):
    response = ada.post("/api/todos", data=b'{"title": "' + title + b'"}', content_type="application/json")

    assert_problem(response, 400, "malformed_body")


@pytest.mark.parametrize("title", ["😀", "<script>alert(1)</script>", "'; --", "שלום abc", "x" * 200])
def test_a_title_comes_back_as_it_was_written(ada, title):
    assert add(ada, title)["title"] == title
    assert titles(ada) == [title]


# ---------------------------------------------------------------- of orders


@pytest.fixture
def of_order(app):
    order = make_order(make_user("buyer"), status="pending")
    return saved(Todo(order_id=order.id, title="Hand over order K1001"))


def test_staff_see_the_to_dos_of_orders_and_customers_do_not(of_order, staff, ada):
    assert titles(staff) == ["Hand over order K1001"]
    assert staff.get(f"/api/todos/{of_order.id}").get_json()["order_id"] == of_order.order_id
    assert titles(ada) == []
    assert_problem(ada.get(f"/api/todos/{of_order.id}"), 404, "not_found")


def test_staff_see_who_gets_the_order_of_a_to_do(app, staff):
    buyer = make_user("buyer", name="Bea Buyer", email="bea@example.org")
    address = {"name": "Bea Buyer", "line1": "1 Quay", "line2": None, "postal_code": "12345", "city": "Harbour"}
    address |= {"state": None, "country": "DE"}
    reached = {"note": "Please knock twice.", "phone": "+49 30 1234567", "shipping_address": address}
    made = saved(Todo(order_id=make_order(buyer, status="paid", **reached).id, title="Hand over order K1001"))
    add(staff, "Tea")
    wanted = {
        "buyer": {"id": buyer.id, "username": "buyer", "name": "Bea Buyer", "email": "bea@example.org"},
        **reached,
    }

    own, of_order = staff.get("/api/todos").get_json()["items"]

    assert set(own) == {"id", "title", "done", "order_id"}
    assert {name: of_order[name] for name in wanted} == wanted
    assert staff.get(f"/api/todos/{made.id}").get_json() == of_order
    assert staff.patch(f"/api/todos/{made.id}", json={"title": made.title}).get_json() == of_order


def test_a_to_do_whose_buyer_has_left_shows_no_more_of_them_than_the_order(app, signed_in, staff):
    buyer = make_user("buyer", name="Bea Buyer", email="bea@example.org")
    order_id = make_order(buyer, status="paid", note="Please knock twice.").id
    saved(Todo(order_id=order_id, title="Hand over order K1001"))
    assert signed_in(buyer).delete("/api/profile").status_code == 200

    [todo] = staff.get("/api/todos").get_json()["items"]
    order = staff.get(f"/api/orders/{order_id}").get_json()

    shown = ("buyer", "note", "phone", "shipping_address")
    assert {name: todo[name] for name in shown} == {name: order[name] for name in shown}
    assert (todo["buyer"]["name"], todo["buyer"]["email"], todo["note"]) == (None, None, None)


def test_the_to_do_of_an_order_is_told_in_the_language_of_the_reader(of_order, staff):
    german = {"Accept-Language": "de"}
    path = f"/api/todos/{of_order.id}"

    [listed] = staff.get("/api/todos", headers=german).get_json()["items"]
    response = staff.get(path, headers=german)

    assert listed["title"] == response.get_json()["title"] == "Bestellung K1001 übergeben"
    assert "Accept-Language" in response.vary
    assert staff.patch(path, json={"title": listed["title"]}, headers=german).status_code == 200
    assert titles(staff) == ["Hand over order K1001"]


def test_a_to_do_of_a_user_is_as_they_wrote_it_in_each_language(ada):
    made = add(ada, "Hand over order K1001")

    assert ada.get(f"/api/todos/{made['id']}", headers={"Accept-Language": "de"}).get_json() == made


def test_a_done_to_do_of_an_order_is_still_shown(of_order, staff):
    of_order.done = True
    saved(of_order)

    assert titles(staff) == ["Hand over order K1001"]


def test_a_to_do_whose_order_was_handed_over_can_be_ticked(app, staff):
    order = make_order(make_user("buyer"), status="fulfilled", fulfilled_at=utcnow())
    left = saved(Todo(order_id=order.id, title="Hand over order K1001"))

    assert staff.patch(f"/api/todos/{left.id}", json={"done": True}).get_json()["done"] is True


def test_the_to_do_of_an_order_is_not_renamed_taken_back_or_dropped(of_order, staff):
    path = f"/api/todos/{of_order.id}"

    assert_problem(staff.patch(path, json={"title": "Forget it"}), 409, "todo_belongs_to_order")
    assert_problem(staff.delete(path), 409, "todo_belongs_to_order")
    of_order.done = True
    saved(of_order)
    assert_problem(staff.patch(path, json={"done": False}), 409, "todo_belongs_to_order")
    assert titles(staff) == ["Hand over order K1001"]


def test_to_dos_go_with_the_account(ada, staff, bob):
    add(ada)
    add(bob)
    [owner] = User.query.filter_by(username="bob")

    assert ada.delete("/api/profile").status_code == 200
    assert staff.delete(f"/api/users/{owner.id}").status_code == 200

    assert Todo.query.count() == 0
