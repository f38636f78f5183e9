"""The rules that live on an order itself."""

from datetime import UTC, datetime

import pytest

from app.models import Attempt, Order, Payment, Refund
from app.orders.models import NEXT, IllegalTransition

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def order(status: str = "pending", **more) -> Order:
    return Order(id=7, status=status, total=1200, currency="EUR", **more)


def test_a_pending_order_becomes_paid():
    placed = order()

    placed.mark_paid(NOW)

    assert (placed.status, placed.paid_at) == ("paid", NOW)


def test_a_paid_order_is_handed_over():
    placed = order("paid")

    placed.mark_fulfilled(NOW)

    assert (placed.status, placed.fulfilled_at) == ("fulfilled", NOW)


LEGAL = {
    ("pending", "processing"),
    ("pending", "paid"),
    ("pending", "cancelling"),
    ("processing", "paid"),
    ("processing", "cancelling"),
    ("cancelling", "cancelled"),
    ("cancelling", "paid"),
    ("cancelled", "paid"),
    ("paid", "fulfilled"),
}


@pytest.mark.parametrize("target", NEXT)
@pytest.mark.parametrize("status", NEXT)
def test_an_order_moves_along_the_picture_and_nowhere_else(status, target):
    placed = order(status)

    if (status, target) in LEGAL:
        placed.move(target)
        assert placed.status == target
    else:
        with pytest.raises(IllegalTransition):
            placed.move(target)
        assert placed.status == status


def test_one_pays_at_the_open_attempt_only():
    spent = Attempt(status="expired", url="https://pay.example/1")
    alive = Attempt(status="open", url="https://pay.example/2")

    assert order(attempts=[spent, alive]).checkout_url == "https://pay.example/2"
    assert order(attempts=[spent]).checkout_url is None


def test_there_is_nothing_to_pay_once_it_is_paid():
    assert order("paid", attempts=[Attempt(status="open", url="https://pay.example/2")]).checkout_url is None


def test_refunded_counts_what_did_not_fail_of_what_paid_the_order():
    statuses = ("succeeded", "pending", "failed", "canceled")

    def paid(disposition, each):
        return Payment(disposition=disposition, refunds=[Refund(amount=each, status=status) for status in statuses])

    assert order(payments=[paid("surplus", 1000), paid("settles", 100)]).refunded == 200
    assert order(payments=[paid("late", 1000)]).refunded == 0


def test_an_orders_number_is_for_people():
    assert order().number == "K1007"


def test_what_can_go_back_is_what_is_left_of_the_payment_that_paid():
    paid = order("paid")
    paid.payments = [
        Payment(amount=1200, refund_reserved=500, disposition="settles"),
        Payment(amount=1200, refund_reserved=1200, disposition="surplus"),
    ]

    assert paid.refundable == 700
    assert order().refundable == 0
