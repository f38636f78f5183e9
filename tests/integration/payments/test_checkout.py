"""Coming back to pay: in two tabs, after an attempt died, and where more was paid than was asked for."""

import pytest

from app.models import Attempt, Item, Order
from simulators.payments.control import SESSIONS

POST = {"method": "POST", "path": SESSIONS}


def test_two_tabs_lead_to_the_same_page(shop):
    placed = shop.place().json()

    tabs = [shop.check_out() for _ in range(2)]

    assert [tab.status_code for tab in tabs] == [200, 200]
    assert {tab.json()["checkout_url"] for tab in tabs} == {placed["checkout_url"]}
    assert (len(shop.posts), shop.tried) == (1, ["open"])


def test_coming_back_to_an_attempt_that_was_not_heard_learns_where_to_pay(shop):
    shop.control.drop(when="after", times=3, **POST)
    assert shop.place().status_code == 202

    again = shop.check_out()

    assert (again.status_code, bool(again.json()["checkout_url"])) == (200, True)
    assert (shop.tried, shop.sessions) == (["open"], ["open"])


def test_coming_back_while_the_provider_is_away_is_a_202_and_makes_no_second_attempt(shop):
    shop.control.drop(when="after", times=None, **POST)
    shop.place()

    assert shop.check_out().status_code == 202
    assert shop.tried == ["unknown"]


def test_coming_back_to_a_session_that_is_over_leads_to_a_new_one(shop):
    dead = shop.place().json()["checkout_url"]
    shop.control.api.post(f"{SESSIONS}/{shop.attempt.session_id}/expire").raise_for_status()

    again = shop.check_out()

    assert again.status_code == 200
    assert again.json()["checkout_url"] not in (None, dead)
    assert (shop.sessions, shop.tried, shop.stock) == (["expired", "open"], ["expired", "open"], (3, 2))


def test_coming_back_to_a_session_that_is_paid_finds_the_order_paid_and_no_link(shop):
    shop.place()
    shop.pay()

    again = shop.check_out()

    assert (again.status_code, again.json()["status"], again.json()["checkout_url"]) == (200, "paid", None)
    assert (shop.tried, shop.money) == (["paid"], [("settles", 8900)])
    assert shop.check_out().json()["error"] == "nothing_to_pay"


def test_coming_back_while_the_provider_is_away_gives_the_link_that_is_known(shop):
    placed = shop.place().json()
    shop.control.drop(times=None)

    again = shop.check_out()

    assert (again.status_code, again.json()["checkout_url"]) == (200, placed["checkout_url"])


def test_an_order_that_is_sent_again_later_gives_no_dead_link(shop):
    placed = shop.place().json()
    shop.control.api.post(f"{SESSIONS}/{shop.attempt.session_id}/expire").raise_for_status()

    at_once = shop.place()
    shop.let_pass(minutes=2)
    later = shop.place()

    assert [each.headers["Idempotency-Replayed"] for each in (at_once, later)] == ["true", "true"]
    assert at_once.json()["checkout_url"] == placed["checkout_url"]
    assert (later.status_code, later.json()["checkout_url"], later.json()["status"]) == (200, None, "pending")


@pytest.fixture
def refused(shop):
    """An order whose first attempt the provider would not have."""
    shop.control.refuse(400, times=1, **POST)
    assert shop.place().status_code == 409
    assert (shop.status, shop.tried, shop.stock) == ("pending", ["rejected"], (3, 3))
    return shop


def test_after_a_dead_attempt_the_buyer_tries_anew_and_pays(refused):
    again = refused.check_out()

    assert again.status_code == 200
    assert refused.stock == (3, 2)
    refused.pay()
    refused.come_back()
    assert (refused.status, refused.stock, refused.effects) == ("paid", (2, 2), 1)
    assert refused.money == [("settles", 8900)]


def test_what_was_given_back_meanwhile_may_be_sold_to_another(refused):
    refused.change(Item, on_hand=1)
    refused.signed_in("bob")
    assert refused.place().status_code == 201
    refused.signed_in("staff", role="staff")

    again = refused.check_out()

    assert (again.status_code, again.json()["error"]) == (409, "sold_out")
    assert (refused.status, refused.stock) == ("pending", (1, 0))
    assert refused.in_line()


def test_an_order_can_be_tried_anew_although_its_items_stock_is_no_longer_counted(refused):
    refused.change(Item, on_hand=None)

    assert refused.check_out().status_code == 200


def test_an_order_that_is_over_cannot_be_paid(shop):
    shop.place()
    shop.cancel()

    again = shop.check_out()

    assert (again.status_code, again.json()["error"]) == (409, "nothing_to_pay")
    assert len(shop.posts) == 1


def test_an_order_that_nobody_tried_anew_is_over_when_its_time_is(refused):
    refused.let_pass(hours=2)

    refused.sweep()

    assert (refused.status, refused.stock) == ("cancelled", (3, 3))
    assert refused.check_out().json()["error"] == "nothing_to_pay"


@pytest.fixture
def two_open(shop):
    """An order with two sessions that can be paid: we took the first for dead, and it was not."""
    shop.place()
    shop.change(Attempt, status="rejected", url=None)
    assert shop.check_out().status_code == 200
    assert shop.sessions == ["open", "open"]
    return shop


@pytest.mark.parametrize("first", [0, 1])
def test_where_both_sessions_are_paid_one_settles_and_the_other_goes_back(two_open, first):
    sessions = [each.session_id for each in two_open.rows(Attempt)]
    for session in sessions:
        two_open.pay(session)

    for number in (first, 1 - first):
        two_open.http.get(f"/checkout/return/{two_open.rows(Attempt)[number].idem_key}")
    two_open.sweep()

    assert (two_open.status, two_open.stock, two_open.effects) == ("paid", (2, 2), 1)
    assert two_open.money == [("settles", 8900), ("surplus", 8900)]
    assert two_open.given_back == [("succeeded", 8900)]
    assert two_open.found["refunded"] == 0  # what paid the order stays
    assert two_open.sweep() == []


def test_once_one_session_is_paid_the_other_is_ended_at_the_next_turn(two_open):
    first = two_open.rows(Attempt)[0]
    two_open.pay(first.session_id)
    two_open.http.get(f"/checkout/return/{first.idem_key}")

    two_open.sweep(whole=False)

    assert two_open.sessions == ["complete", "expired"]
    assert two_open.tried == ["paid", "expired"]
    assert (two_open.status, two_open.stock) == ("paid", (2, 2))


def test_a_price_that_changes_after_the_session_was_made_changes_nothing(shop):
    shop.place()
    shop.change(Item, price=9900)

    shop.pay()
    shop.come_back()

    assert (shop.status, shop.money, shop.given_back) == ("paid", [("settles", 8900)], [])


@pytest.mark.parametrize("wrong", [{"amount": 100}, {"amount": 8901}, {"currency": "usd"}], ids=str)
def test_another_sum_than_was_asked_for_pays_nothing_and_goes_back(shop, wrong):
    shop.place()
    shop.pay(**wrong)

    shop.come_back()
    shop.sweep()

    amount = wrong.get("amount", 8900)
    assert (shop.status, shop.effects, shop.stock) == ("pending", 0, (3, 2))
    assert (shop.money, shop.given_back) == ([("surplus", amount)], [("succeeded", amount)])
    assert shop.check_out().status_code == 200
    shop.pay()
    shop.come_back()
    assert (shop.status, shop.effects, shop.stock) == ("paid", 1, (2, 2))


def test_another_sum_that_comes_days_later_ends_the_order_and_frees_the_stock(shop):
    shop.place()
    shop.control.pay_later(shop.attempt.session_id)
    shop.come_back()
    shop.control.settle(shop.attempt.session_id)
    shop.control.alter(shop.attempt.session_id, amount_total=8901)

    shop.come_back()

    assert (shop.rows(Order)[0].status, shop.money) == ("cancelled", [("surplus", 8901)])
    assert (shop.stock, shop.in_line()) == ((3, 3), True)
