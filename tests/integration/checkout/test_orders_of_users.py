"""A user's orders: staff see them, and they outlive the account, without its person."""

import pytest

from app import db
from app.models import Order, User
from tests.integration.accounts import fields, make_ada, sign_in
from tests.integration.factories import make_item, make_order, make_user


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user("grace", role="staff"))


def test_staff_see_the_orders_of_one_user(staff, signed_in):
    ada, bob = make_user("ada"), make_user("bob")
    theirs = make_order(ada, make_item())
    make_order(bob, make_item())

    def orders(client, **query):
        return [each["id"] for each in client.get("/api/orders", query_string=query).get_json()["items"]]

    assert orders(staff, user_id=ada.id) == [theirs.id]
    assert len(orders(staff)) == 2
    assert orders(staff, user_id=999_999) == []
    assert orders(signed_in(bob), user_id=ada.id) == []
    assert fields(staff.get("/api/orders?user_id=x")) == ["user_id"]


def test_orders_of_a_closed_account_stay(client):
    make_ada()
    sign_in(client)
    order = make_order(User.query.one(), make_item(), status="paid")

    assert client.delete("/api/profile").status_code == 200

    assert db.session.get(Order, order.id).user_id == User.query.one().id


def test_orders_of_a_deleted_user_stay(staff):
    ada = make_user("ada")
    order = make_order(ada, make_item())

    assert staff.delete(f"/api/users/{ada.id}").status_code == 200

    assert db.session.get(Order, order.id).user_id == ada.id
    assert [each["id"] for each in staff.get("/api/orders").get_json()["items"]] == [order.id]
