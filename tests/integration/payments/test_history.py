"""What staff see of an order's money, in time order and in words; and who may see it."""

import pytest

from app.models import Attempt
from tests.integration.payments.refunding import POST, Till

pytestmark = pytest.mark.any_database


@pytest.fixture
def till(shop):
    return Till(shop)


def kinds(till):
    return [(entry["kind"], entry["status"]) for entry in till.history]


def test_an_orders_history_tells_what_happened_in_time_order(till):
    till.refund(300)
    till.dispute()
    till.hear("charge.dispute.created")

    assert kinds(till) == [
        ("order", "paid"),
        ("attempt", "paid"),
        ("payment", "settles"),
        ("refund", "succeeded"),
        ("event", "done"),
        ("dispute", "needs_response"),
    ]
    moments = [entry["at"] for entry in till.history]
    assert moments == sorted(moments)


def test_each_entry_says_it_in_words_and_with_the_providers_reference(till):
    till.refund(300)

    words = {entry["kind"]: (entry["words"], entry["reference"]) for entry in till.history}

    assert words["attempt"] == ("Attempt 1. Paid.", till.shop.attempt.session_id)
    assert words["payment"] == ("Money came, and pays the order. (178.00 EUR)", till.intent)
    assert words["refund"] == ("Refund of 3.00 EUR. Went back.", till.control.listed("refunds")[0]["id"])


@pytest.mark.every_database
def test_what_is_wrong_is_said_in_words(till):
    till.control.drop(when="before", times=None, **POST)
    till.refund(300)
    till.shop.change(Attempt, problem="Something is not right.")

    entries = {entry["kind"]: entry for entry in till.history}

    assert entries["refund"]["words"] == "Refund of 3.00 EUR. Sent to the provider, and no answer came yet."
    assert entries["attempt"]["problem"] == "Something is not right."


def test_a_message_whose_work_failed_stands_in_the_history_with_the_reason(till):
    till.hear("checkout.session.completed")
    [event] = [entry for entry in till.history if entry["kind"] == "event"]
    assert (event["status"], event["problem"]) == ("done", None)


def test_the_history_of_no_order_is_not_found(till):
    assert till.shop.http.get("/api/orders/999999/history").status_code == 404


def test_history_and_findings_are_staffs(till):
    where = [f"{till.shop.where}/history", "/api/findings"]
    assert [till.shop.http.get(each).status_code for each in where] == [200, 200]

    till.shop.signed_in("mallory")
    assert [till.shop.http.get(each).status_code for each in where] == [403, 403]

    till.shop.http.cookies.clear()
    assert [till.shop.http.get(each).status_code for each in where] == [401, 401]


def test_where_all_is_well_there_are_no_findings(till):
    assert till.findings == []
