"""What an order's attempts and payments say of it: where to pay, what went back, what can go back."""

from app.models import Attempt, Order, Payment, Refund
from app.payments.ledger import Ledger


def ledger(status: str = "pending", **money) -> Ledger:
    return Ledger(Order(id=7, status=status, total=1200, currency="EUR"), **money)


def test_an_order_is_paid_at_its_open_attempt_only():
    spent = Attempt(status="expired", url="https://pay.example/1")
    alive = Attempt(status="open", url="https://pay.example/2")

    assert ledger(attempts=[spent, alive]).checkout_url == "https://pay.example/2"
    assert ledger(attempts=[spent]).checkout_url is None


def test_there_is_nothing_to_pay_once_it_is_paid():
    assert ledger("paid", attempts=[Attempt(status="open", url="https://pay.example/2")]).checkout_url is None


def test_refunded_counts_what_did_not_fail_of_what_paid_the_order():
    statuses = ("succeeded", "pending", "failed", "canceled")

    def paid(disposition, each):
        return Payment(disposition=disposition, refunds=[Refund(amount=each, status=status) for status in statuses])

    assert ledger(payments=[paid("surplus", 1000), paid("settles", 100)]).refunded == 200
    assert ledger(payments=[paid("late", 1000)]).refunded == 0


def test_what_can_go_back_is_what_is_left_of_the_payment_that_paid():
    payments = [
        Payment(amount=1200, refund_reserved=500, disposition="settles"),
        Payment(amount=1200, refund_reserved=1200, disposition="surplus"),
    ]

    assert ledger("paid", payments=payments).refundable == 700
    assert ledger().refundable == 0
