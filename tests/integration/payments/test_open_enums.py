"""The provider adds values to its enumerations at any time: one that nobody knows stops nothing, and is shown."""

import pytest

from tests.integration.payments.refunding import ALL, REFUNDED, Till, audited, reconciled

UNKNOWN = [{"status": "frozen"}, {"payment_status": "partially_paid"}, {"status": "frozen", "payment_status": "odd"}]


@pytest.fixture
def till(shop):
    return Till(shop)


def findings(shop):
    return [(each["kind"], each["words"]) for each in shop.http.get("/api/findings").json()]


@pytest.mark.parametrize("fields", UNKNOWN, ids=str)
def test_a_session_in_an_unknown_state_is_shown_and_pays_nothing(shop, fields):
    shop.place(quantity=2)
    shop.control.alter(shop.attempt.session_id, **fields)

    assert shop.come_back().status_code == 303
    shop.signed_in("grace", role="staff")

    name, value = next(iter(fields.items()))
    words = (
        f"Session {shop.attempt.session_id} is in a state that Kiosk does not know, {name} {value!r}."
        " Whether money comes of it cannot be told. Look at the provider."
    )
    assert findings(shop) == [("attempt", words)]
    assert (shop.status, shop.money, shop.stock) == ("pending", [], (3, 1))


def test_it_goes_on_when_its_state_is_one_that_is_known(shop):
    shop.place(quantity=2)
    shop.control.alter(shop.attempt.session_id, status="frozen")
    shop.come_back()
    shop.control.alter(shop.attempt.session_id, status="open")
    shop.pay()

    shop.come_back()
    shop.signed_in("grace", role="staff")

    assert (shop.status, findings(shop)) == ("paid", [])


def test_money_that_is_there_counts_whatever_the_session_is_called_and_a_person_is_told(shop):
    shop.place(quantity=2)
    shop.pay()
    shop.control.alter(shop.attempt.session_id, status="archived")

    shop.come_back()
    shop.signed_in("grace", role="staff")

    assert (shop.status, shop.money) == ("paid", [("settles", ALL)])
    [(kind, words)] = findings(shop)
    assert (kind, "Its money is there and counts." in words) == ("attempt", True)


def test_an_order_whose_session_is_in_an_unknown_state_keeps_nobody_else_waiting(shop):
    shop.place()
    shop.control.alter(shop.attempt.session_id, status="frozen", payment_status="odd")
    shop.place(key="another")
    shop.pay()

    shop.fetch_events()
    report = reconciled(shop)

    assert sorted(each["status"] for each in shop.http.get("/api/orders").json()["items"]) == ["paid", "pending"]
    assert ([each.kind for each in report.needs_person], report.unreachable) == (["attempt"], None)


def test_a_lost_answer_is_looked_up_in_a_list_that_holds_unknown_states(shop):
    for _ in range(3):
        other = shop.control.open_session()
        shop.control.alter(other["id"], status="frozen", payment_status="odd")
    shop.control.break_down(executed=True, method="POST")
    shop.place()
    assert shop.tried == ["unknown"]

    shop.let_pass(minutes=2)
    shop.sweep()

    assert shop.tried == ["open"]


@pytest.mark.parametrize("how", ["at first", "later"])
def test_a_refund_in_an_unknown_state_is_shown_and_counts_as_going_back(till, how):
    if how == "at first":
        till.control.next_refunds("held_for_review")
        assert till.refund(300).status_code == 201
    else:
        till.refund(300)
        till.control.alter_refund(till.control.listed("refunds")[0]["id"], status="held_for_review")
        till.hear(*REFUNDED)

    words = "It is in a state that Kiosk does not know, 'held_for_review': look at it at the provider."
    assert till.findings == [("refund", f"Refund of 3.00 EUR: {words}")]
    assert (till.shop.found["refunded"], till.left) == (300, ALL - 300)

    till.control.alter_refund(till.control.listed("refunds")[0]["id"], status="succeeded")
    till.hear(*REFUNDED)
    assert (till.findings, till.row.status, till.row.problem) == ([], "succeeded", None)


def test_a_refund_in_an_unknown_state_that_fails_is_free_again(till):
    till.control.next_refunds("held_for_review")
    till.refund(300)
    till.control.fail_refund(till.control.listed("refunds")[0]["id"])

    till.hear("refund.failed")

    assert (till.findings, till.left) == ([("refund", "Refund of 3.00 EUR: It failed: lost_or_stolen_card.")], ALL)


def test_unknown_states_stop_no_audit(till):
    other = till.control.open_session()
    till.control.alter(other["id"], status="frozen", payment_status="odd")
    till.control.next_refunds("held_for_review")
    till.refund(300)
    number = till.dispute(amount=100, inquiry=True)
    till.control.move_dispute(number, "a_state_of_tomorrow")

    report = till.reconcile()

    assert report.unreachable is None
    assert sorted(each.kind for each in report.needs_person) == ["dispute", "refund"]
    audited(till.shop)
    assert sorted(kind for kind, _ in till.findings) == ["dispute", "refund"]


def test_an_order_of_an_unknown_session_can_be_ended_by_a_person(shop):
    shop.place(quantity=2)
    shop.control.alter(shop.attempt.session_id, status="frozen")
    shop.cancel()
    assert shop.status == "cancelling"
    shop.signed_in("grace", role="staff")
    [finding] = shop.http.get("/api/findings").json()

    closed = shop.http.post(f"/api/findings/{finding['id']}/close", json={"reason": "The provider says it is void."})

    assert closed.status_code == 200
    assert (shop.status, shop.stock, findings(shop)) == ("cancelled", (3, 3), [])
