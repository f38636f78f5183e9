"""The basket that is kept with an account, until its order is paid."""

import pytest

from app import db
from app.models import Basket
from tests.integration.accounts import assert_problem, fields, make_ada, sign_in
from tests.integration.checkout.buying import SESSIONS, opened
from tests.integration.factories import make_item, make_user


@pytest.fixture
def ada(signed_in):
    return signed_in(make_user("ada"))


def of(item, quantity):
    return {"item_id": item.id, "quantity": quantity}


def put(client, *basket, **more):
    return client.put("/api/basket", json={"lines": list(basket), **more})


def kept(client):
    return client.get("/api/basket").get_json()


def order(client, *basket, key="key-1", **more):
    wish = {"lines": list(basket), "from_basket": True, **more}
    return client.post("/api/orders", json=wish, headers={"Idempotency-Key": key}).get_json()


def pay(client, simulated, placed):
    simulated.pay(placed["checkout_url"].rpartition("/")[2])
    assert client.post(f"/api/orders/{placed['id']}/checkout").get_json()["status"] == "paid"


def test_a_basket_is_there_at_every_browser_of_its_user_and_at_no_other(signed_in):
    ada, tea = make_user("ada"), make_item("Tea")
    assert kept(signed_in(ada)) == {"lines": [], "orders": [], "version": 0}

    assert put(signed_in(ada), of(tea, 2)).get_json()["lines"] == [of(tea, 2)]

    assert kept(signed_in(ada))["lines"] == [of(tea, 2)]
    assert kept(signed_in(make_user("bob")))["lines"] == []


def test_a_visitor_has_no_basket_here(client):
    assert_problem(client.get("/api/basket"), 401, "sign_in_required")
    assert_problem(client.put("/api/basket", json={"lines": []}), 401, "sign_in_required")


def test_what_is_bought_beside_the_basket_leaves_it_as_it_is(ada, simulated):
    tea = make_item("Tea", on_hand=5)
    put(ada, of(tea, 2))

    wish, key = {"lines": [of(tea, 2)]}, {"Idempotency-Key": "key-1"}
    pay(ada, simulated, ada.post("/api/orders", json=wish, headers=key).get_json())

    assert kept(ada)["lines"] == [of(tea, 2)]


def test_a_thousand_of_one_thing_are_the_most(ada):
    tea = make_item("Tea")

    assert put(ada, of(tea, 1000)).get_json()["lines"] == [of(tea, 1000)]
    assert fields(put(ada, of(tea, 1001))) == ["lines[0].quantity"]


def test_what_no_order_could_have_is_not_kept(ada):
    assert fields(put(ada, {"item_id": 7, "quantity": 0})) == ["lines[0].quantity"]
    assert fields(put(ada, *({"item_id": each + 1, "quantity": 1} for each in range(51)))) == ["lines"]


def test_a_basket_stays_until_its_order_is_paid(ada, simulated):
    tea, cups = make_item("Tea", on_hand=5), make_item("Cups")
    put(ada, of(tea, 2))

    placed = order(ada, of(tea, 2))

    assert kept(ada)["lines"] == [of(tea, 2)]
    [waiting] = kept(ada)["orders"]
    assert (waiting["number"], waiting["status"], waiting["from_basket"]) == (placed["number"], "pending", True)
    assert [(line["name"], line["quantity"]) for line in waiting["lines"]] == [("Tea", 2)]

    put(ada, of(tea, 3), of(cups, 1))
    pay(ada, simulated, placed)

    assert kept(ada)["lines"] == [of(tea, 1), of(cups, 1)]
    assert kept(ada)["orders"] == []


def test_what_was_bought_beside_the_basket_takes_nothing_out_of_it(ada, simulated):
    tea = make_item("Tea", on_hand=5)
    put(ada, of(tea, 2))

    placed = order(ada, of(tea, 2), from_basket=False)

    assert [waiting["from_basket"] for waiting in kept(ada)["orders"]] == [False]
    pay(ada, simulated, placed)
    assert kept(ada)["lines"] == [of(tea, 2)]


def test_of_two_orders_from_one_basket_each_takes_out_its_own(ada, simulated):
    tea, cups = make_item("Tea", on_hand=5), make_item("Cups", on_hand=5)
    put(ada, of(tea, 2), of(cups, 1))
    first, second = order(ada, of(tea, 2)), order(ada, of(cups, 1), key="key-2")
    assert [each["from_basket"] for each in kept(ada)["orders"]] == [True, True]

    pay(ada, simulated, first)
    assert kept(ada)["lines"] == [of(cups, 1)]

    pay(ada, simulated, second)
    assert kept(ada)["lines"] == []


def test_an_order_that_is_cancelled_leaves_the_basket_as_it_is(ada, simulated):
    tea = make_item("Tea", on_hand=5)
    put(ada, of(tea, 2))

    ada.post(f"/api/orders/{order(ada, of(tea, 2))['id']}/cancel")

    assert kept(ada)["lines"] == [of(tea, 2)]
    assert kept(ada)["orders"] == []


def test_what_is_ordered_before_it_was_kept_is_kept_from_then_on(ada, httpx_mock):
    httpx_mock.add_callback(opened, method="POST", url=SESSIONS)
    tea = make_item("Tea", on_hand=5)

    order(ada, of(tea, 2))

    assert kept(ada)["lines"] == [of(tea, 2)]


def test_a_basket_goes_with_its_account_and_those_of_others_stay(client, signed_in):
    tea, before = make_item("Tea"), signed_in(make_user())
    make_ada()
    sign_in(client)
    after = signed_in(make_user())
    for each in (before, client, after):
        put(each, of(tea, 2))

    assert client.delete("/api/profile").status_code == 200

    assert db.session.query(Basket).count() == 2
    assert kept(before)["lines"] == kept(after)["lines"] == [of(tea, 2)]


def test_a_version_is_a_number_that_every_client_can_hold(ada):
    tea = make_item("Tea")
    put(ada, of(tea, 1))

    assert_problem(put(ada, of(tea, 2), version=2**53), 409, "basket_changed")
    assert fields(put(ada, of(tea, 2), version=2**53 + 1)) == ["version"]


def test_each_change_order_and_payment_of_a_basket_is_another_version(ada, simulated):
    tea = make_item("Tea", on_hand=5)
    versions = [kept(ada)["version"], put(ada, of(tea, 2)).get_json()["version"]]

    placed = order(ada, of(tea, 2))
    versions.append(kept(ada)["version"])
    pay(ada, simulated, placed)
    versions.append(kept(ada)["version"])

    assert versions[0] == 0
    assert versions == sorted(set(versions))


def test_what_was_paid_does_not_come_back_from_a_window_that_has_not_heard_of_it(ada, simulated):
    tea, cups = make_item("Tea", on_hand=5), make_item("Cups")
    seen = put(ada, of(tea, 2)).get_json()["version"]
    pay(ada, simulated, order(ada, of(tea, 2)))

    answer = put(ada, of(tea, 2), of(cups, 1), version=seen)

    assert_problem(answer, 409, "basket_changed")
    assert kept(ada)["lines"] == []


def test_a_change_whose_answer_was_lost_may_be_sent_again(ada):
    tea = make_item("Tea")
    first = put(ada, of(tea, 2), version=0).get_json()

    assert put(ada, of(tea, 2), version=0).get_json() == first


def test_one_basket_is_ordered_once_from_two_windows(ada, simulated):
    tea = make_item("Tea", on_hand=5)
    seen = put(ada, of(tea, 2)).get_json()["version"]
    placed = order(ada, of(tea, 2), basket_version=seen)

    again = order(ada, of(tea, 2), key="key-2", basket_version=seen)

    assert again["error"] == "basket_changed"
    assert [each["number"] for each in kept(ada)["orders"]] == [placed["number"]]
    assert ada.get(f"/api/items/{tea.id}").get_json()["available"] == 3
    pay(ada, simulated, placed)
    assert order(ada, of(tea, 2), key="key-3", basket_version=seen)["error"] == "basket_changed"


def test_a_double_click_on_a_basket_gives_the_same_order_twice(ada, simulated):
    tea = make_item("Tea", on_hand=5)
    seen = put(ada, of(tea, 2)).get_json()["version"]

    assert order(ada, of(tea, 2), basket_version=seen)["id"] == order(ada, of(tea, 2), basket_version=seen)["id"]
