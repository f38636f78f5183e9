"""Disputes: a fact beside the order, as the provider tells it; a person answers them."""

import pytest

from tests.integration.payments.refunding import ALL, DISPUTED, Till


@pytest.fixture
def till(shop):
    return Till(shop)


def shown(till):
    return [entry for entry in till.history if entry["kind"] == "dispute"]


def test_an_open_dispute_needs_a_person_and_stands_in_the_history(till):
    number = till.dispute()

    till.hear("charge.dispute.created")

    assert till.disputes == [("needs_response", False)]
    assert till.findings == [("dispute", "178.00 EUR are disputed: answer at the provider.")]
    [entry] = shown(till)
    assert (entry["reference"], entry["status"]) == (number, "needs_response")
    assert entry["words"] == "The payer disputes 178.00 EUR at their bank. It cannot be refunded now."
    assert entry["problem"] == "Answer at the provider."


def test_a_dispute_that_was_answered_needs_nobody_while_the_bank_decides(till):
    number = till.dispute()
    till.hear("charge.dispute.created")
    till.control.move_dispute(number, "under_review")

    till.hear("charge.dispute.updated")

    assert till.disputes == [("under_review", False)]
    assert till.findings == []
    assert shown(till)[0]["problem"] is None


@pytest.mark.parametrize(("end", "refundable"), [("won", True), ("lost", False)])
def test_a_dispute_that_is_closed_needs_nobody(till, end, refundable):
    number = till.dispute()
    till.hear("charge.dispute.created")
    till.control.move_dispute(number, end)

    till.hear("charge.dispute.closed")

    assert till.disputes == [(end, refundable)]
    assert till.findings == []
    assert ("cannot be refunded" in shown(till)[0]["words"]) is not refundable


def test_the_order_stays_as_it_is(till):
    till.dispute()

    till.hear("charge.dispute.created")

    assert (till.shop.status, till.shop.found["refunded"], till.to_hand_over) == ("paid", 0, True)


def test_a_message_is_not_believed_but_looked_up_so_any_order_will_do(till):
    number = till.dispute()
    till.control.move_dispute(number, "under_review")
    till.control.move_dispute(number, "lost")

    for kind in reversed(DISPUTED):
        till.hear(kind)

    assert till.disputes == [("lost", False)]


def test_a_bank_that_only_asks_does_not_keep_staff_from_refunding(till):
    till.dispute(inquiry=True)
    till.hear("charge.dispute.created")
    assert till.disputes == [("warning_needs_response", True)]
    assert "cannot be refunded" not in shown(till)[0]["words"]

    assert till.refund().json()["status"] == "succeeded"
    assert till.went_back == [("succeeded", ALL)]


@pytest.mark.parametrize(("status", "refundable"), [("under_review", True), ("won", False)])
def test_the_providers_word_decides_whether_it_can_be_refunded_and_not_the_status(till, status, refundable):
    till.control.move_dispute(till.dispute(), status, refundable=refundable)
    till.hear(*DISPUTED)

    answer = till.refund()

    assert answer.status_code == (201 if refundable else 409)
    assert ("cannot be refunded" in shown(till)[0]["words"]) is not refundable


def test_a_refund_that_the_bank_has_made_needless_needs_nobody_once_the_dispute_is_over(till):
    number = till.dispute()
    till.refund()
    till.control.move_dispute(number, "lost")

    till.hear(*DISPUTED)

    assert till.findings == []


def test_a_won_dispute_leaves_the_refused_refund_to_a_person_who_may_ask_again(till):
    number = till.dispute()
    till.refund()
    till.control.move_dispute(number, "won")
    till.hear(*DISPUTED)
    assert [kind for kind, _ in till.findings] == ["refund"]

    assert till.refund(key="again").status_code == 201

    assert till.findings == []


def test_a_dispute_of_somebody_elses_payment_is_none_of_ours(till):
    other = till.control.open_session()
    till.control.pay(other["id"])
    till.control.dispute(session=other["id"])

    till.hear("charge.dispute.created")

    assert (till.disputes, till.events) == ([], ["done"])


def test_a_provider_that_is_away_leaves_the_message_to_the_sweep(till):
    till.dispute()
    till.control.refuse(500, method="GET", path="/v1/disputes/*", times=None)
    till.hear("charge.dispute.created")
    assert (till.disputes, till.events) == ([], ["new"])

    till.control.mend()
    till.shop.sweep()

    assert (till.disputes, till.events) == ([("needs_response", False)], ["done"])
