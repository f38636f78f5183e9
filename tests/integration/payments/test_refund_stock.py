"""What was put back on the shelf for a refund that fails afterwards: it is sold once, and handed over once."""

import pytest

from tests.integration.payments.refunding import ALL, Till

pytestmark = pytest.mark.any_database


@pytest.fixture
def till(shop):
    """All three lamps are there for two orders at most; the money for two is on its way back, and they are too."""
    till = Till(shop)
    till.control.next_refunds("pending")
    assert till.refund(restock=True).status_code == 201
    assert (shop.stock, till.to_hand_over) == ((3, 3), False)
    return till


def resell(till, quantity):
    """To somebody who pays for it."""
    till.shop.signed_in("bob")
    answer = till.shop.place(key="resold", quantity=quantity)
    assert answer.status_code == 201
    till.control.pay(till.shop.attempt.session_id)
    till.shop.come_back()
    till.shop.signed_in("heidi", role="staff")


def fail(till):
    till.control.fail_refund(till.control.listed("refunds")[0]["id"])
    till.hear("refund.failed")


# feature: todos {
def todo_of_first(till):
    order = till.shop.found["id"]
    return next(each for each in till.shop.http.get("/api/todos").json()["items"] if each["order_id"] == order)


# }


def test_what_is_still_there_is_set_aside_again_and_handed_over_once(till):
    fail(till)

    words = "It failed: lost_or_stolen_card. What went back on the shelf is set aside for this order again."
    assert till.findings == [("refund", f"Refund of 178.00 EUR: {words}")]
    assert (till.shop.stock, till.shop.in_line(), till.to_hand_over) == ((1, 1), True, True)
    assert till.fulfil().json()["status"] == "fulfilled"
    assert till.shop.stock == (1, 1)


def test_what_needs_a_person_is_told_in_the_language_of_the_one_who_reads(till):
    fail(till)
    till.shop.http.headers["Accept-Language"] = "de"

    words = (
        "Sie ist gescheitert: lost_or_stolen_card."
        " Was ins Regal zurückkam, ist wieder für diese Bestellung zurückgelegt."
    )
    assert till.findings == [("refund", f"Erstattung von 178,00 EUR: {words}")]
    told = {each["kind"]: (each["words"], each["problem"]) for each in till.history}
    assert told["refund"] == (
        "Erstattung von 178,00 EUR. Ist gescheitert; sie kann noch einmal veranlasst werden.",
        words,
    )
    assert told["payment"] == ("Das Geld kam und bezahlt die Bestellung. (178,00 EUR)", None)
    dashboard = till.shop.http.get("/api/dashboard")
    assert [each["words"] for each in dashboard.json()["findings"]] == [f"Erstattung von 178,00 EUR: {words}"]
    assert "Accept-Language" in dashboard.headers["Vary"]
    finding = till.shop.http.get("/api/findings").json()[0]["id"]
    closed = till.shop.http.post(f"/api/findings/{finding}/close", json={"reason": "Paid."}).json()
    assert (closed["words"], closed["reason"]) == (f"Erstattung von 178,00 EUR: {words}", "Paid.")
    assert till.history[-1]["words"].endswith(f"{words} Grund: Paid.")


def test_what_is_sold_since_is_not_handed_over_twice(till):
    resell(till, 2)

    fail(till)

    words = (
        "It failed: lost_or_stolen_card."
        " What went back on the shelf is sold: there is nothing to hand over for this money."
    )
    assert till.findings == [("refund", f"Refund of 178.00 EUR: {words}")]
    assert next(each for each in till.history if each["kind"] == "refund")["problem"] == words
    assert todo_of_first(till)["done"] is True  # feature: todos
    assert (till.fulfil().status_code, till.fulfil().json()["error"]) == (409, "not_in_stock")
    assert (till.shop.stock, till.shop.in_line(), till.shop.status) == ((1, 1), True, "paid")


def test_what_another_buyer_has_set_aside_is_not_taken_from_them(till):
    till.shop.signed_in("bob")
    till.shop.place(key="resold", quantity=2)
    till.shop.signed_in("heidi", role="staff")

    fail(till)

    assert till.fulfil().json()["error"] == "not_in_stock"
    assert (till.shop.stock, till.shop.in_line()) == ((3, 1), True)


def test_where_only_a_part_is_left_nothing_is_taken(till):
    resell(till, 2)
    till.shop.change_stock(1)

    fail(till)

    assert (till.shop.stock, till.shop.in_line()) == ((1, 1), True)


def test_once_there_is_something_to_give_again_the_order_can_be_handed_over(till):
    resell(till, 2)
    fail(till)
    till.shop.change_stock(2)

    assert till.fulfil().json()["status"] == "fulfilled"
    assert till.shop.stock == (0, 0)


def test_an_order_without_stock_is_refunded_anew_and_then_nobody_is_needed(till):
    resell(till, 2)
    fail(till)

    assert till.refund(key="anew").status_code == 201

    assert (till.findings, till.shop.found["refunded"]) == ([], ALL)
    assert till.fulfil().json()["error"] == "order_refunded"
    assert till.shop.stock == (1, 1)


def test_what_was_set_aside_again_goes_back_on_the_shelf_with_the_next_refund(till):
    fail(till)

    till.refund(key="anew", restock=True)

    assert (till.shop.stock, till.findings) == ((3, 3), [])


def test_what_a_buyer_brought_back_stays_on_the_shelf(shop):
    till = Till(shop)
    till.fulfil()
    till.refund(restock=True)
    assert shop.stock == (3, 3)

    fail(till)

    words = "It failed: lost_or_stolen_card. What the buyer gave back is on the shelf, and stays there."
    assert till.findings == [("refund", f"Refund of 178.00 EUR: {words}")]
    assert (shop.stock, shop.status) == ((3, 3), "fulfilled")


@pytest.mark.every_database
def test_a_refund_that_the_provider_refuses_at_once_moves_no_stock(shop):
    till = Till(shop)
    till.control.empty_balance()

    assert till.refund(restock=True).json()["error"] == "refund_refused"

    assert (shop.stock, till.to_hand_over) == ((1, 1), True)
    assert "shelf" not in till.findings[0][1]


@pytest.mark.parametrize("times", [1, 3])
def test_however_often_the_failure_is_told_the_stock_moves_once(till, times):
    till.control.fail_refund(till.control.listed("refunds")[0]["id"])

    for _ in range(times):
        till.hear("refund.failed", "refund.updated", "charge.refunded")
        till.shop.sweep()
        till.audit()

    assert (till.shop.stock, till.shop.in_line()) == ((1, 1), True)
