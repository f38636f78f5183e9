"""What becomes of refunds at the provider: some take their time, some fail later, some are made there by hand."""

import pytest

from tests.integration.payments.refunding import ALL, POST, REFUNDED, Till

pytestmark = pytest.mark.any_database


@pytest.fixture
def till(shop):
    return Till(shop)


def provider_id(till):
    return till.control.listed("refunds")[-1]["id"]


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_that_takes_its_time_counts_until_it_arrives(till, status):
    till.control.next_refunds(status)

    assert till.refund(100).json()["status"] == status
    till.shop.sweep()
    assert (till.row.status, till.shop.found["refunded"], till.left) == (status, 100, ALL - 100)

    till.control.succeed_refund(provider_id(till))
    till.shop.sweep()
    assert (till.row.status, till.shop.found["refunded"]) == ("succeeded", 100)
    assert len(till.sent) == 1


@pytest.mark.parametrize("status", ["pending", "succeeded"])
def test_a_refund_that_fails_later_is_free_again_and_a_person_is_told(till, status):
    till.control.next_refunds(status)
    till.refund()
    till.control.fail_refund(provider_id(till))

    till.hear("refund.failed")

    assert (till.row.status, till.shop.found["refunded"], till.left) == ("failed", 0, ALL)
    assert till.to_hand_over
    assert till.findings == [("refund", "Refund of 178.00 EUR: It failed: lost_or_stolen_card.")]


def test_a_failure_that_nobody_told_of_is_found_by_the_backfill(till):
    till.refund()
    till.control.fail_refund(provider_id(till))

    till.shop.fetch_events()
    till.shop.sweep()

    assert (till.row.status, till.left) == ("failed", ALL)


def test_a_failure_is_heard_once_however_often_it_is_told(till):
    till.refund(1000)
    till.refund(200, key="other")
    till.control.fail_refund(provider_id(till))

    till.hear("refund.failed", "refund.updated", "charge.refunded")

    assert (till.shop.found["refunded"], till.left) == (1000, ALL - 1000)
    assert set(till.events) == {"done"}


def test_messages_of_a_failed_refund_may_come_in_any_order(till):
    till.refund(100)
    till.control.fail_refund(provider_id(till))

    for kind in ("refund.failed", "refund.updated", "charge.refunded", "refund.created"):
        till.hear(kind)

    assert (till.row.status, till.left) == ("failed", ALL)


def test_what_failed_can_be_asked_for_again_and_then_nobody_is_needed(till):
    till.refund()
    till.control.fail_refund(provider_id(till))
    till.hear("refund.failed")

    assert till.refund(key="again").status_code == 201

    assert till.shop.given_back == [("failed", ALL), ("succeeded", ALL)]
    assert till.shop.found["refunded"] == ALL
    assert (till.findings, till.to_hand_over) == ([], False)


def test_an_order_whose_refund_failed_can_be_handed_over_after_all(till):
    till.refund()
    till.control.fail_refund(provider_id(till))
    till.hear("refund.failed")

    assert till.fulfil().status_code == 200
    assert not till.to_hand_over


@pytest.mark.parametrize("kind", ["charge.refunded", "refund.created"])
def test_a_refund_made_at_the_providers_dashboard_is_taken_into_the_books(till, kind):
    till.refund_at_the_provider(300)

    till.hear(kind)

    assert till.shop.given_back == [("succeeded", 300)]
    assert (till.shop.found["refunded"], till.left) == (300, ALL - 300)
    assert till.refund(key="rest").json()["amount"] == ALL - 300


def test_a_dashboards_refund_is_one_however_often_and_in_whatever_order_it_is_told(till):
    till.refund_at_the_provider(300)
    till.refund_at_the_provider(300)

    till.hear("charge.refunded")
    till.hear(*REFUNDED)
    till.shop.fetch_events()
    till.shop.sweep()

    assert till.shop.given_back == [("succeeded", 300)] * 2


def test_all_of_it_refunded_at_the_dashboard_leaves_nothing_to_hand_over(till):
    till.refund_at_the_provider(ALL)

    till.hear("charge.refunded")

    assert not till.to_hand_over
    assert till.fulfil().json()["error"] == "order_refunded"
    assert till.shop.stock == (1, 1)


def test_a_dashboards_refund_that_failed_before_we_heard_of_it_changes_nothing(till):
    till.control.fail_refund(till.refund_at_the_provider(300))

    till.hear("refund.created", "refund.failed")

    assert (till.shop.given_back, till.left) == ([], ALL)


def test_a_dashboards_refund_that_fails_later_is_free_again(till):
    refund = till.refund_at_the_provider(300)
    till.hear("refund.created")
    till.control.fail_refund(refund)

    till.hear("refund.failed")

    assert (till.shop.given_back, till.left) == ([("failed", 300)], ALL)


@pytest.mark.every_database
def test_whoever_refunds_at_the_dashboard_what_we_are_about_to_refund_does_it_once(till):
    till.control.drop(when="before", times=None, **POST)
    till.refund()
    till.control.mend()
    till.refund_at_the_provider(ALL)
    till.hear("charge.refunded")

    for _ in range(2):
        till.shop.let_pass(minutes=2)
        till.shop.sweep()

    assert till.went_back == [("succeeded", ALL)]
    assert sorted(till.shop.given_back) == [("failed", ALL), ("succeeded", ALL)]
    assert (till.shop.found["refunded"], till.left, till.to_hand_over) == (ALL, 0, False)
    assert till.findings == []


def test_a_refund_of_somebody_elses_payment_is_none_of_ours(till):
    other = till.control.open_session()
    till.control.pay(other["id"])
    intent = till.control.listed("payment_intents")[-1]["id"]
    till.control.api.post("/v1/refunds", data={"payment_intent": intent}).raise_for_status()

    till.hear("refund.created", "charge.refunded")

    assert till.shop.given_back == []
    assert set(till.events) == {"done"}
