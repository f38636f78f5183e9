"""What the provider tells before, or instead of, the message of the payment that it belongs to."""

import pytest

from app.models import Attempt, Dispute, Event, Refund
from tests.integration.payments.refunding import ALL, DISPUTED, REFUNDED, Till, audited, reconciled, send

pytestmark = pytest.mark.any_database


@pytest.fixture
def paid(shop):
    """Two lamps are paid for, and the shop has not heard of it."""
    shop.place(quantity=2)
    shop.pay()
    return shop


def intent(shop):
    return shop.control.listed("payment_intents", status="succeeded")[0]["id"]


def refund(shop, amount):
    shop.control.api.post("/v1/refunds", data={"payment_intent": intent(shop), "amount": amount}).raise_for_status()


def hear(shop, *kinds):
    for event in shop.control.listed("events"):
        if event["type"] in kinds:
            assert send(shop.http, event).status_code == 200


def states(shop):
    return {each.state for each in shop.rows(Event)}


@pytest.mark.parametrize("kind", REFUNDED[:1] + REFUNDED[3:])
def test_a_refund_heard_before_its_payment_brings_the_payment_too(paid, kind):
    refund(paid, 300)

    hear(paid, kind)

    assert (paid.status, paid.found["refunded"]) == ("paid", 300)
    assert states(paid) == {"done"}


def test_a_dispute_heard_before_its_payment_brings_the_payment_too(paid):
    paid.control.dispute(session=paid.attempt.session_id)

    hear(paid, *DISPUTED)

    assert (paid.status, [each.status for each in paid.rows(Dispute)]) == ("paid", ["needs_response"])
    assert states(paid) == {"done"}


@pytest.mark.every_database
@pytest.mark.parametrize("what", ["refund", "dispute"])
def test_what_is_heard_while_its_payment_cannot_be_asked_for_is_parked_and_taken_in_later(paid, what):
    session = f"/v1/checkout/sessions/{paid.attempt.session_id}"
    if what == "refund":
        refund(paid, 300)
    else:
        paid.control.dispute(session=paid.attempt.session_id)
    paid.control.refuse(500, path=session, times=None)

    hear(paid, "refund.created", "charge.dispute.created")
    assert (paid.status, states(paid)) == ("pending", {"new"})

    paid.control.mend()
    for _ in range(2):
        paid.let_pass(minutes=2)
        paid.sweep(whole=False)
    assert (paid.status, states(paid)) == ("paid", {"done"})
    assert len(paid.rows(Refund if what == "refund" else Dispute)) == 1


def test_what_is_parked_says_so_in_the_history_and_is_no_finding_yet(paid):
    refund(paid, 300)
    paid.control.refuse(500, path=f"/v1/checkout/sessions/{paid.attempt.session_id}", times=None)
    hear(paid, "refund.created")
    paid.signed_in("grace", role="staff")

    [entry] = [each for each in paid.http.get(f"{paid.where}/history").json() if each["kind"] == "event"]

    assert (entry["status"], entry["problem"]) == ("new", "It waits: what it is about is not settled yet.")
    assert paid.http.get("/api/findings").json() == []


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "the last first"])
def test_messages_of_a_purchase_may_come_in_any_order(paid, order):
    refund(paid, 300)
    refund(paid, 200)
    paid.control.dispute(session=paid.attempt.session_id, amount=500)

    for event in paid.control.listed("events")[::order]:
        send(paid.http, event)

    assert (paid.status, paid.found["refunded"]) == ("paid", 500)
    assert sorted(paid.given_back) == [("succeeded", 200), ("succeeded", 300)]
    assert len(paid.rows(Dispute)) == 1
    assert states(paid) == {"done"}


def test_a_refund_that_failed_before_its_payment_was_heard_of_leaves_all_to_refund(paid):
    refund(paid, 300)
    paid.control.fail_refund(paid.control.listed("refunds")[0]["id"])

    hear(paid, *REFUNDED)

    assert (paid.status, paid.found["refunded"], paid.found["refundable"]) == ("paid", 0, ALL)


def test_the_audit_finds_refunds_and_disputes_that_nobody_told_of(shop):
    till = Till(shop)
    till.refund_at_the_provider(300)
    till.dispute(amount=1000)

    assert [kind for kind, _ in till.audit()] == ["dispute"]
    assert (shop.found["refunded"], till.disputes) == (300, [("needs_response", False)])


def test_the_audit_sees_how_refunds_and_disputes_have_moved_on(shop):
    till = Till(shop)
    till.refund(300)
    number = till.dispute(amount=1000, inquiry=True)
    till.hear("charge.dispute.created")
    till.control.fail_refund(till.control.listed("refunds")[0]["id"])
    till.control.move_dispute(number, "lost")

    assert [kind for kind, _ in till.audit()] == ["dispute", "refund"]
    assert (shop.given_back, till.disputes) == ([("failed", 300)], [("lost", False)])


def test_the_audit_brings_a_payment_and_its_refund_that_nobody_told_of(paid):
    refund(paid, 300)
    paid.change(Attempt, status="expired")  # so that the sweep has no reason to ask

    audited(paid)

    assert (paid.status, paid.found["refunded"]) == ("paid", 300)


@pytest.mark.every_database
def test_a_refund_that_is_not_at_the_provider_is_shown(shop):
    till = Till(shop)
    till.refund(300)
    shop.change(Refund, provider_id="re_nowhere", status="succeeded")
    shop.control.alter_refund(till.control.listed("refunds")[0]["id"], amount=300)

    found = dict(till.audit())

    assert found["refund_differs"] == "Refund re_nowhere is in our books and not in the provider's."


def test_a_refund_of_another_amount_than_the_providers_is_shown_until_it_is_right(shop):
    till = Till(shop)
    till.refund(300)
    [made] = till.control.listed("refunds")
    till.control.alter_refund(made["id"], amount=250)

    words = f"2.50 EUR of refund {made['id']} are in the provider's books, 3.00 EUR in ours."
    assert till.audit() == [("refund_differs", words)]

    till.control.alter_refund(made["id"], amount=300)
    assert till.audit() == []


def test_refunds_and_disputes_are_taken_in_by_reconcile_which_then_changes_nothing(shop):
    till = Till(shop)
    till.refund_at_the_provider(300)
    till.control.move_dispute(till.dispute(amount=1000, inquiry=True), "warning_closed")

    assert reconciled(shop).is_clean
    again = reconciled(shop)

    assert (again.mended, again.fetched, again.is_clean) == ([], 0, True)
    assert shop.found["refunded"] == 300
