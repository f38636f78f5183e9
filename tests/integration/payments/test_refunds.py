"""Refunds: what staff ask for goes back, once, and never more than came in."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.models import Refund
from tests.integration.payments.refunding import ALL, POST, Till, paid_twice


@pytest.fixture
def till(shop):
    return Till(shop)


def test_all_of_it_goes_back(till):
    answer = till.refund()

    assert answer.status_code == 201
    assert (answer.json()["amount"], answer.json()["currency"], answer.json()["status"]) == (ALL, "EUR", "succeeded")
    assert till.went_back == [("succeeded", ALL)]
    assert (till.shop.found["refunded"], till.left) == (ALL, 0)


def test_a_part_of_it_goes_back_and_then_all_that_is_left(till):
    assert till.refund(300, key="part").json()["amount"] == 300

    assert till.refund(key="rest").json()["amount"] == ALL - 300

    assert till.went_back == [("succeeded", 300), ("succeeded", ALL - 300)]
    assert till.shop.found["refunded"] == ALL


@pytest.mark.parametrize("amount", [1, None], ids=["more", "all again"])
def test_more_than_is_left_is_refused_and_the_provider_not_asked(till, amount):
    till.refund(ALL, key="all")

    answer = till.refund(amount, key="more")

    assert (answer.status_code, answer.json()["error"]) == (409, "refund_too_large")
    assert till.went_back == [("succeeded", ALL)]
    assert len(till.sent) == 1


def test_two_that_fit_one_by_one_but_not_together_are_not_both_made(till):
    statuses = [till.refund(10000, key=key).status_code for key in ("one", "two")]

    assert statuses == [201, 409]
    assert till.went_back == [("succeeded", 10000)]


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1", 10**12])
def test_an_amount_that_is_none_is_invalid(till, amount):
    answer = till.refund(amount)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "amount")


def test_an_unpaid_order_has_nothing_to_refund(shop):
    shop.place()
    shop.signed_in("grace", role="staff")

    answer = shop.http.post(f"{shop.where}/refunds", json={}, headers={"Idempotency-Key": "once"})

    assert (answer.status_code, answer.json()["error"]) == (409, "order_not_paid")
    assert shop.given_back == []


def test_customers_refund_nothing_not_even_their_own(till):
    till.shop.signed_in("mallory")

    assert till.refund().status_code == 403
    assert till.sent == []


@pytest.mark.parametrize("key", ["", "x" * 256], ids=["none", "too long"])
def test_a_refund_needs_a_key(till, key):
    answer = till.refund(key=key)

    assert (answer.status_code, answer.json()["error"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize("other", [{"amount": 200}, {"amount": None}, {"amount": 100, "restock": True}], ids=str)
def test_the_same_key_for_another_wish_is_refused(till, other):
    till.refund(100)

    answer = till.refund(**other)

    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")
    assert till.went_back == [("succeeded", 100)]


def test_the_same_wish_under_the_same_key_is_one_refund(till):
    first, again = till.refund(100), till.refund(100)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert till.went_back == [("succeeded", 100)]


OF_THE_PREVIOUS_RELEASE = {"wish_amount": None, "wish_restock": None, "wish_payment": None}
"""It has no such columns, and goes on making refunds while this release is rolled out."""


def test_a_refund_that_the_previous_release_made_is_known_by_its_key(till):
    first = till.refund(100)
    till.shop.change(Refund, **OF_THE_PREVIOUS_RELEASE)

    again, other = till.refund(100), till.refund(200)

    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["error"]) == (422, "idempotency_key_reused")
    assert till.went_back == [("succeeded", 100)]


def test_what_the_previous_release_was_to_put_back_on_the_shelf_is_put_there(till):
    till.control.refuse(503, times=None, **POST)
    assert till.refund(restock=True).json()["status"] == "unknown"
    till.shop.change(Refund, **OF_THE_PREVIOUS_RELEASE)
    till.control.mend()

    till.shop.sweep()

    assert till.went_back == [("succeeded", ALL)]
    assert till.shop.stock == (3, 3)


def test_two_equal_ones_under_two_keys_are_both_paid(till):
    numbers = {till.refund(100, key=key).json()["id"] for key in ("one", "two")}

    assert len(numbers) == 2
    assert till.went_back == [("succeeded", 100)] * 2


def test_two_members_of_staff_may_choose_the_same_key(till):
    till.refund(100)
    till.shop.signed_in("heidi", role="staff")

    assert till.refund(100).status_code == 201
    assert till.went_back == [("succeeded", 100)] * 2


def test_one_key_from_eight_at_once_is_paid_once(own_shop):
    till = Till(own_shop)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: till.refund(100), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert till.went_back == [("succeeded", 100)]


def test_eight_keys_at_once_send_back_no_more_than_came_in(own_shop):
    till = Till(own_shop)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda each: till.refund(5000, key=f"key-{each}").status_code, range(8)))

    assert sorted(answers) == [201] * 3 + [409] * 5
    assert till.went_back == [("succeeded", 5000)] * 3
    assert till.left == ALL - 15000


def test_with_all_of_it_back_there_is_nothing_to_hand_over(till):
    till.refund()

    assert not till.to_hand_over
    assert (till.fulfil().status_code, till.fulfil().json()["error"]) == (409, "order_refunded")
    assert till.shop.status == "paid"


def test_with_a_part_of_it_back_the_order_is_handed_over(till):
    till.refund(100)

    assert till.to_hand_over
    assert till.fulfil().json()["status"] == "fulfilled"


def test_what_was_handed_over_can_be_refunded(till):
    till.fulfil()

    assert till.refund().status_code == 201
    assert (till.shop.status, till.shop.found["refunded"]) == ("fulfilled", ALL)


def test_nothing_goes_back_on_the_shelf_by_itself(till):
    till.refund()

    assert till.shop.stock == (1, 1)


def test_what_is_still_to_be_handed_over_does_not_go_back_on_the_shelf_for_a_part_of_the_money(till):
    answer = till.refund(1, restock=True)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "restock")
    assert (till.shop.stock, till.went_back) == ((1, 1), [])
    assert till.refund(restock=True).status_code == 201
    assert till.shop.stock == (3, 3)


def test_staff_put_what_was_sold_back_on_the_shelf_once(till):
    till.fulfil()

    till.refund(100, key="one", restock=True)
    assert till.shop.stock == (3, 3)

    till.refund(100, key="two", restock=True)
    till.refund(100, key="one", restock=True)

    assert till.shop.stock == (3, 3)


def test_an_item_without_a_stock_gets_none_by_a_refund(till):
    item = till.shop.http.get(f"/api/items/{till.shop.lamp}").json()
    change = {"name": item["name"], "price": item["price"], "on_hand": None}
    till.shop.http.patch(f"/api/items/{till.shop.lamp}", json=change).raise_for_status()

    till.refund(restock=True)

    assert till.shop.stock == (None, None)


def test_a_second_payment_goes_back_once_and_by_itself(shop):
    till = paid_twice(shop)

    for _ in range(3):
        till.shop.fetch_events()
        till.shop.sweep()

    assert till.shop.money == [("settles", ALL), ("surplus", ALL)]
    assert till.went_back == [("succeeded", ALL)]
    assert len(till.sent) == 1


def test_an_order_whose_second_payment_went_back_is_still_to_be_handed_over(shop):
    till = paid_twice(shop)
    till.shop.fetch_events()
    till.shop.sweep()

    assert (till.to_hand_over, till.left) == (True, ALL)
    assert till.fulfil().json()["status"] == "fulfilled"
