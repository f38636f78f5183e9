"""The rules that live on an order itself."""

from datetime import UTC, datetime

import pytest

from app.models import Order
from app.orders.models import NEXT, IllegalTransition

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def order(status: str = "pending") -> Order:
    return Order(id=7, status=status, total=1200, currency="EUR")


def test_a_pending_order_becomes_paid():
    placed = order()

    placed.mark_paid(NOW)

    assert (placed.status, placed.paid_at) == ("paid", NOW)


def test_a_paid_order_is_handed_over():
    placed = order("paid")

    placed.mark_fulfilled(NOW)

    assert (placed.status, placed.fulfilled_at) == ("fulfilled", NOW)


def test_a_hand_over_that_is_taken_back_leaves_a_paid_order():
    placed = order("paid")
    placed.mark_fulfilled(NOW)

    placed.take_back()

    assert (placed.status, placed.fulfilled_at) == ("paid", None)


def test_an_order_that_is_handed_over_is_not_paid_again():
    with pytest.raises(IllegalTransition):
        order("fulfilled").mark_paid(NOW)


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


def test_an_orders_number_is_for_people():
    assert order().number == "K1007"
