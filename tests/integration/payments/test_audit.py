"""The audit: a difference is shown until it is mended, and never written over."""

from datetime import timedelta

import pytest

from app import db
from app.models import Attempt, FindingRow, Hold, Installation, Item, Payment
from tests.integration.payments.refunding import ALL, Till, audited

pytestmark = pytest.mark.any_database


@pytest.fixture
def till(shop):
    return Till(shop)


def test_books_that_agree_have_no_findings(till):
    assert till.audit() == []


def test_stock_that_is_held_for_nobody_is_shown_and_left_as_it_is(till):
    till.shop.change(Item, on_hand=5, held=2)

    assert till.audit() == [("stock_differs", "2 of 'Lamp' are held, and orders hold 0.")]

    [lamp] = till.shop.rows(Item)
    assert (lamp.on_hand, lamp.held) == (5, 2)


def test_stock_that_an_order_holds_and_nobody_counted_is_shown(shop):
    shop.place()
    shop.change(Item, held=0)
    shop.signed_in("grace", role="staff")
    shop.sweep()

    audited(shop)
    [finding] = shop.http.get("/api/findings").json()

    assert (finding["kind"], finding["words"]) == ("stock_differs", "0 of 'Lamp' are held, and orders hold 1.")
    assert [hold.state for hold in shop.rows(Hold)] == ["held"]


def test_a_difference_is_shown_once_however_often_it_is_found_and_gone_when_it_is_mended(till):
    till.shop.change(Item, held=1)
    assert till.audit() == till.audit()
    assert len(till.audit()) == 1

    till.shop.change(Item, held=0)

    assert till.audit() == []


def test_what_is_found_says_how_it_is_now(till):
    till.shop.change(Item, on_hand=5, held=1)
    till.audit()

    till.shop.change(Item, held=2)

    assert till.audit() == [("stock_differs", "2 of 'Lamp' are held, and orders hold 0.")]


def test_a_payment_that_nobody_settled_is_settled(shop):
    shop.place(quantity=2)
    shop.pay()
    shop.change(Attempt, status="expired")  # so that the sweep has no reason to ask

    audited(shop)

    assert (shop.status, shop.money) == ("paid", [("settles", ALL)])


@pytest.mark.every_database
def test_a_payment_whose_attempt_is_not_in_the_books_is_shown(till):
    marks = [("installation", till.shop.rows(Installation)[0].mark), ("attempt", "lost")]
    session = till.control.open_session(**{f"payment_intent_data[metadata][{each}]": value for each, value in marks})
    till.control.pay(session["id"])
    intent = till.control.listed("payment_intents")[-1]["id"]

    assert till.audit() == [("payment_missing", "12.00 EUR came in, and no order has it.")]

    [finding] = till.shop.rows(FindingRow)
    assert finding.subject == intent
    assert till.audit() == [("payment_missing", "12.00 EUR came in, and no order has it.")]


@pytest.mark.every_database
def test_a_payment_that_the_provider_does_not_know_is_shown(till):
    till.shop.change(Payment, payment_intent="pi_nowhere")

    found = dict(till.audit())

    assert found["payment_unknown"] == "Payment pi_nowhere is in our books and not in the provider's."
    assert till.shop.status == "paid"


def test_a_payment_of_another_amount_than_the_providers_is_shown(till):
    till.shop.change(Payment, amount=ALL + 1)

    [(kind, words)] = till.audit()

    assert (kind, words) == (
        "payment_differs",
        f"178.01 EUR of {till.intent} are in our books, 178.00 EUR in the provider's.",
    )
    [payment] = till.shop.rows(Payment)
    assert payment.amount == ALL + 1


@pytest.mark.every_database
def test_a_difference_does_not_vanish_by_growing_old(till):
    till.shop.change(Payment, amount=ALL + 1)
    assert len(till.audit()) == 1
    with till.shop.app.app_context():
        for row in (*db.session.scalars(db.select(Payment)), *db.session.scalars(db.select(FindingRow))):
            name = "created_at" if isinstance(row, Payment) else "found_at"
            setattr(row, name, getattr(row, name) - timedelta(hours=72))
        db.session.commit()
    till.control.advance(72 * 3600)

    assert len(till.audit()) == 1


def test_what_is_older_than_two_days_and_was_in_order_is_not_looked_at(till):
    with till.shop.app.app_context():
        [payment] = db.session.scalars(db.select(Payment))
        payment.created_at -= timedelta(hours=72)
        db.session.commit()
    till.control.advance(72 * 3600)

    assert till.audit() == []


def test_a_payment_on_its_way_is_no_difference(shop):
    shop.place()
    shop.control.pay_later(shop.attempt.session_id)
    shop.come_back()
    shop.signed_in("grace", role="staff")

    audited(shop)
    assert shop.http.get("/api/findings").json() == []


def test_an_attempt_that_is_somebody_elses_session_is_shown_and_gone_when_it_is_right_again(shop):
    shop.place(quantity=2)
    shop.control.alter(shop.attempt.session_id, client_reference_id="999")
    shop.come_back()
    shop.signed_in("grace", role="staff")
    [finding] = shop.http.get("/api/findings").json()
    assert (finding["kind"], finding["order_id"]) == ("attempt", shop.found["id"])

    shop.control.alter(shop.attempt.session_id, client_reference_id=str(shop.found["id"]))
    shop.sweep()

    assert shop.http.get("/api/findings").json() == []
