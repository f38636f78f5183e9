"""Disputes: a fact beside the order, as the provider tells it; a person answers them."""

import pytest

from app.models import Attempt
from tests.integration.payments.refunding import ALL, DISPUTED, Till, paid_twice

pytestmark = pytest.mark.any_database


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


@pytest.mark.parametrize(("inquiry", "end"), [(False, "won"), (True, "warning_closed")])
def test_a_dispute_that_is_dismissed_needs_nobody(till, inquiry, end):
    number = till.dispute(inquiry=inquiry)
    till.hear("charge.dispute.created")
    till.control.move_dispute(number, end)

    till.hear("charge.dispute.closed")

    assert till.disputes == [(end, True)]
    assert till.findings == []
    assert "cannot be refunded" not in shown(till)[0]["words"]


def test_a_dispute_that_is_lost_needs_a_person(till):
    number = till.dispute()
    till.hear("charge.dispute.created")
    till.control.move_dispute(number, "lost")

    till.hear("charge.dispute.closed")

    words = "The dispute over 178.00 EUR is lost. The money is gone. Hand nothing over for it that is still here."
    assert till.findings == [("dispute", words)]
    [entry] = shown(till)
    assert entry["words"] == "The payer disputes 178.00 EUR at their bank. It cannot be refunded now."
    assert entry["problem"] == "The money is gone. Hand nothing over for it that is still here."


@pytest.mark.parametrize("status", ["appeal_needs_response", "a_state_with_a_name_that_no_column_is_wide_enough_for"])
def test_a_dispute_in_a_state_that_nobody_knows_needs_a_person(till, status):
    number = till.dispute()
    till.control.move_dispute(number, "lost")
    till.control.move_dispute(number, status)

    till.hear(*DISPUTED)

    [(kind, words)] = till.findings
    assert kind == "dispute"
    assert words.startswith(f"178.00 EUR are disputed: it is in a state that Kiosk does not know, '{status[:40]}'")
    assert words.endswith("look at it at the provider.")


@pytest.mark.parametrize("status", ["needs_response", "under_review", "lost", "prevented", "appeal_needs_response"])
def test_a_disputed_order_is_not_handed_over_without_a_word(till, status):
    number = till.dispute()
    if status != "needs_response":
        till.control.move_dispute(number, status)
    till.hear(*DISPUTED)

    refused = till.fulfil()

    assert (refused.status_code, refused.json()["error"]) == (409, "order_disputed")
    assert till.shop.status == "paid"


# feature: todos {
@pytest.mark.parametrize("status", ["needs_response", "under_review", "prevented", "appeal_needs_response"])
def test_ticking_the_to_do_of_a_disputed_order_hands_nothing_over(till, status):
    number = till.dispute()
    if status != "needs_response":
        till.control.move_dispute(number, status)
    till.hear(*DISPUTED)
    [todo] = till.shop.http.get("/api/todos").json()["items"]

    ticked = till.shop.http.patch(f"/api/todos/{todo['id']}", json={"done": True})

    assert (ticked.status_code, ticked.json()["error"]) == (409, "order_disputed")
    assert till.shop.status == "paid"


# }


def test_staff_may_hand_a_disputed_order_over_all_the_same(till):
    till.dispute()
    till.hear("charge.dispute.created")

    assert till.fulfil(despite_dispute=True).json()["status"] == "fulfilled"
    assert not till.to_hand_over


@pytest.mark.parametrize("inquiry", [False, True])
def test_a_dispute_that_was_dismissed_keeps_nothing_from_being_handed_over(till, inquiry):
    till.control.move_dispute(till.dispute(inquiry=inquiry), "warning_closed" if inquiry else "won")
    till.hear(*DISPUTED)

    assert till.fulfil().json()["status"] == "fulfilled"


def test_an_order_whose_money_the_bank_took_is_not_on_the_list_and_one_that_lost_a_part_is(till):
    part = till.dispute(amount=100)
    till.control.move_dispute(part, "lost")
    till.hear(*DISPUTED)
    assert till.to_hand_over

    till.control.move_dispute(till.dispute(amount=ALL - 100), "lost")
    till.hear(*DISPUTED)

    assert not till.to_hand_over
    assert till.fulfil().json()["error"] == "order_disputed"


def test_a_dispute_of_money_that_no_order_needs_keeps_nothing_from_being_handed_over(shop):
    till = paid_twice(shop)
    shop.control.dispute(session=shop.rows(Attempt)[0].session_id)
    till.hear("charge.dispute.created")
    assert [kind for kind, _ in till.findings] == ["dispute"]

    assert till.fulfil().json()["status"] == "fulfilled"


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


def test_a_refund_that_the_bank_has_made_needless_needs_nobody(till):
    number = till.dispute()
    till.refund()
    till.control.move_dispute(number, "lost")

    till.hear(*DISPUTED)

    assert [kind for kind, _ in till.findings] == ["dispute"]


def test_a_refund_that_failed_is_shown_beside_a_dispute_over_other_money(till):
    till.refund(300)
    till.control.fail_refund(till.control.listed("refunds")[0]["id"])
    till.hear("refund.failed")

    till.control.move_dispute(till.dispute(amount=5000), "lost")
    till.hear(*DISPUTED)

    assert [kind for kind, _ in till.findings] == ["refund", "dispute"]


def test_a_won_dispute_leaves_the_refused_refund_to_a_person_who_may_ask_again(till):
    number = till.dispute()
    till.refund()
    till.control.move_dispute(number, "won")
    till.hear(*DISPUTED)
    assert [kind for kind, _ in till.findings] == ["refund"]

    assert till.refund(key="again").status_code == 201

    assert till.findings == []


@pytest.mark.every_database
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
