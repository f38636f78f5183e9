"""Staff refund a payment: of an order that was paid twice, either; and a refund that failed is hidden by no other."""

import pytest

from app.models import Attempt
from tests.integration.payments.refunding import ALL, Till, paid_twice

pytestmark = pytest.mark.any_database


@pytest.fixture
def till(shop):
    """The second payment could not go back: the account was empty."""
    till = paid_twice(shop)
    till.control.empty_balance(times=1)
    till.shop.fetch_events()
    till.shop.sweep()
    return till


def payments(till):
    return {each["disposition"]: each for each in till.shop.found["payments"]}


def test_staff_see_what_money_came_for_an_order_and_what_is_left_of_it(till):
    assert {name: (each["amount"], each["refunded"], each["refundable"]) for name, each in payments(till).items()} == {
        "settles": (ALL, 0, ALL),
        "surplus": (ALL, 0, ALL),
    }
    intents = {each["id"] for each in till.control.listed("payment_intents")}
    assert {each["id"] for each in till.shop.found["payments"]} == intents


def test_customers_see_no_payments(shop):
    shop.place()
    shop.pay()
    shop.come_back()

    assert "payments" not in shop.found
    assert "payments" not in shop.http.get("/api/orders").json()["items"][0]


def test_a_second_payment_that_could_not_go_back_needs_a_person_who_is_told_what_it_is(till):
    words = (
        "Refund of 178.00 EUR that no order needs: The provider refused it:"
        " there is not enough money in the account at the provider."
    )
    assert till.findings == [("refund", words)]


def test_staff_send_the_second_payment_back_and_the_first_one_stays(till):
    surplus = payments(till)["surplus"]["id"]

    answer = till.refund(payment=surplus)

    assert (answer.status_code, answer.json()["payment"]) == (201, surplus)
    [made] = till.control.listed("refunds")
    assert (made["payment_intent"], made["amount"]) == (surplus, ALL)
    assert (payments(till)["settles"]["refundable"], payments(till)["surplus"]["refundable"]) == (ALL, 0)
    assert (till.shop.found["refunded"], till.to_hand_over, till.findings) == (0, True, [])
    assert till.fulfil().status_code == 200


def test_a_refund_of_what_paid_the_order_does_not_hide_that_the_other_did_not_go_back(till):
    till.refund()

    assert [kind for kind, _ in till.findings] == ["refund"]
    assert till.shop.found["refunded"] == ALL


@pytest.mark.parametrize("payment", ["pi_of_another_order", "1", "none:"])
def test_a_payment_of_another_order_is_refused(till, payment):
    answer = till.refund(payment=payment)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "payment")
    assert till.went_back == []


@pytest.mark.parametrize("payment", [0, 1, "", None, ["pi_1"], "x" * 256], ids=str)
def test_what_is_no_payments_id_is_invalid_and_null_is_the_one_that_paid(till, payment):
    answer = till.refund(payment=payment)

    assert answer.status_code == (201 if payment is None else 422)


def test_nothing_goes_back_on_the_shelf_for_a_payment_that_bought_nothing(till):
    answer = till.refund(payment=payments(till)["surplus"]["id"], restock=True)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "restock")
    assert (till.went_back, till.shop.stock) == ([], (1, 1))


def test_more_than_is_left_of_a_payment_is_refused(till):
    surplus = payments(till)["surplus"]["id"]
    till.refund(300, payment=surplus)

    answer = till.refund(ALL, payment=surplus, key="more")

    assert (answer.status_code, answer.json()["error"]) == (409, "refund_too_large")


def test_the_same_key_for_another_payment_is_refused(till):
    till.refund(300)

    answer = till.refund(300, payment=payments(till)["surplus"]["id"])

    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")


@pytest.mark.every_database
def test_a_late_payment_that_could_not_go_back_is_refunded_though_its_order_is_cancelled(shop):
    shop.place(quantity=2)
    shop.change(Attempt, status="expired")  # or so the shop believes
    assert shop.cancel().json()["status"] == "cancelled"
    shop.change_stock(1)
    shop.pay()
    shop.control.empty_balance()
    shop.come_back()
    shop.sweep()
    shop.signed_in("grace", role="staff")
    [late] = shop.found["payments"]
    assert (shop.status, late["disposition"], late["refundable"]) == ("cancelled", "late", ALL)
    [finding] = shop.http.get("/api/findings").json()
    assert finding["words"].startswith("Refund of 178.00 EUR that came too late: ")

    key = {"Idempotency-Key": "once"}
    assert shop.http.post(f"{shop.where}/refunds", json={}, headers=key).json()["error"] == "order_not_paid"
    answer = shop.http.post(f"{shop.where}/refunds", json={"payment": late["id"]}, headers=key)

    assert (answer.status_code, answer.json()["amount"]) == (201, ALL)
    assert (shop.found["refunded"], shop.http.get("/api/findings").json()) == (0, [])


def fail(till, number):
    till.control.fail_refund(till.control.listed("refunds")[number]["id"])
    till.hear("refund.failed", last=True)


@pytest.fixture
def plain(shop):
    return Till(shop)


def test_a_newer_refund_of_another_amount_hides_no_failed_one(plain):
    plain.refund(1000, key="first")
    fail(plain, 0)

    plain.refund(200, key="second")

    assert plain.findings == [("refund", "Refund of 10.00 EUR: It failed: lost_or_stolen_card.")]


def test_an_older_refund_of_the_same_amount_does_not_make_up_for_one_that_fails_later(plain):
    plain.refund(1000, key="first")
    plain.refund(1000, key="second")

    fail(plain, 0)

    assert [kind for kind, _ in plain.findings] == ["refund"]


def test_a_refund_that_is_made_anew_makes_up_for_one_that_failed_and_for_no_more(plain):
    for number, key in enumerate(("first", "second")):
        plain.refund(1000, key=key)
        fail(plain, number)
    assert len(plain.findings) == 2

    plain.refund(1000, key="anew")
    assert len(plain.findings) == 1

    plain.refund_at_the_provider(1000)
    plain.hear("refund.created", last=True)
    assert plain.findings == []


def test_a_refund_with_our_mark_that_is_another_one_is_taken_in_too(plain):
    plain.refund(300)
    [made] = plain.control.listed("refunds")
    copy = {"payment_intent": plain.intent, "amount": 300, "metadata[refund]": made["metadata"]["refund"]}
    plain.control.api.post("/v1/refunds", data=copy).raise_for_status()

    plain.hear("refund.created", "charge.refunded")

    assert (plain.shop.found["refunded"], plain.left) == (600, ALL - 600)
    assert plain.shop.given_back == [("succeeded", 300)] * 2
