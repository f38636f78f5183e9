"""A person closes a finding with a reason: it is gone until its facts change, and stands in the history."""

from datetime import UTC, datetime, timedelta

import pytest

from app import db
from app.models import Attempt, Closing, Event, FindingRow, Item, Order, Payment
from app.runtime.db import writing
from tests.attacks import came_of
from tests.integration.payments.refunding import ALL, Till, audited
from tests.integration.payments.test_reconcile import report, run

pytestmark = pytest.mark.any_database

__all__ = ["report", "run"]


@pytest.fixture
def till(shop):
    return Till(shop)


def listed(shop):
    found = shop.http.get("/api/findings")
    assert found.status_code == 200
    return found.json()


def refusal(answer):
    return f"{answer.status_code} {answer.json()['error']}"


def a_difference(till):
    till.shop.change(Item, on_hand=5, held=2)
    audited(till.shop)


def a_failed_refund(till):
    till.refund(300)
    till.control.fail_refund(till.control.listed("refunds")[0]["id"])
    till.hear("refund.failed")


def a_dispute(till):
    till.dispute()
    till.hear("charge.dispute.created")


def a_failed_message(till):
    till.hear("checkout.session.completed")
    till.shop.change(Event, state="failed", problem="It broke.")


def an_attempt(till):
    till.shop.change(Attempt, problem="Something is not right.")


def money(till):
    till.control.pay(till.control.twin(till.shop.attempt.session_id)["id"])
    audited(till.shop)


KINDS = [a_difference, a_failed_refund, a_dispute, a_failed_message, an_attempt, money]


@pytest.mark.every_database
@pytest.mark.parametrize("cause", KINDS, ids=lambda cause: cause.__name__)
def test_every_kind_of_finding_has_an_id_that_stays_and_can_be_closed(till, cause):
    cause(till)
    [finding] = listed(till.shop)
    assert [each["id"] for each in listed(till.shop)] == [finding["id"]]

    closed = till.close("Paid back in cash.", finding["id"])

    assert closed.status_code == 200
    assert closed.json() == {
        **{name: finding[name] for name in ("id", "kind", "subject", "words", "order_id")},
        "reason": "Paid back in cash.",
        "closed_by": "grace",
        "closed_at": closed.json()["closed_at"],
    }
    for _ in range(2):
        audited(till.shop)
        till.shop.sweep()
        assert listed(till.shop) == []


@pytest.mark.parametrize("cause", [a_failed_refund, a_dispute, an_attempt, money], ids=lambda cause: cause.__name__)
def test_who_closed_what_when_and_why_stands_in_the_orders_history(till, cause):
    cause(till)
    [finding] = listed(till.shop)
    before = datetime.now(UTC) - timedelta(seconds=1)

    till.close("Paid back in cash.")

    [entry] = [each for each in till.history if each["kind"] == "finding"]
    assert entry["words"] == (f"grace closed what needed attention: {finding['words']} Reason: Paid back in cash.")
    assert before <= datetime.fromisoformat(entry["at"]) <= datetime.now(UTC)
    assert not [each for each in till.history if each["problem"]]


def test_what_is_of_no_order_stands_among_the_closed_ones(till):
    a_difference(till)
    till.close("Counted.")
    a_dispute(till)
    till.close("Answered.")

    page = till.shop.http.get("/api/findings/closed").json()

    assert [(each["kind"], each["reason"]) for each in page["items"]] == [
        ("dispute", "Answered."),
        ("stock_differs", "Counted."),
    ]
    assert page["total"] == 2


def test_reconcile_exits_1_for_open_ones_only(own_shop, report):
    till = Till(own_shop)
    a_dispute(till)
    a_difference(till)
    status, found = report()
    assert status == 1
    ids = [each["id"] for each in found["needs_person"]]
    assert sorted(ids) == sorted(each["id"] for each in listed(own_shop))

    for number in ids:
        till.close(finding=number)

    assert report()[0] == 0


def test_a_dispute_that_moves_on_is_shown_again_under_another_id(till):
    a_dispute(till)
    [first] = listed(till.shop)
    till.close()
    till.control.move_dispute(first["subject"], "lost")

    till.hear("charge.dispute.closed")

    [again] = listed(till.shop)
    assert (again["subject"], again["id"] == first["id"]) == (first["subject"], False)


def test_a_payment_that_differs_otherwise_is_shown_again_under_another_id(till):
    till.shop.change(Payment, amount=ALL + 1)
    audited(till.shop)
    [first] = listed(till.shop)
    till.close()
    till.shop.change(Payment, amount=ALL + 2)

    audited(till.shop)

    [again] = listed(till.shop)
    assert (again["subject"], again["id"] == first["id"]) == (first["subject"], False)
    assert till.close(finding=first["id"]).json()["words"] == first["words"]
    assert len(listed(till.shop)) == 1


def test_a_dispute_that_moves_there_and_back_is_shown_again_under_another_id(till):
    a_dispute(till)
    [first] = listed(till.shop)
    till.close()
    for status in ("under_review", "needs_response"):
        till.control.move_dispute(first["subject"], status)
        till.hear("charge.dispute.updated", last=True)
        till.reconcile()

    [again] = listed(till.shop)
    assert (again["words"], again["id"] == first["id"]) == (first["words"], False)


@pytest.mark.every_database
def test_a_difference_that_comes_again_is_shown_again_under_another_id(till):
    a_difference(till)
    [first] = listed(till.shop)
    till.close()
    till.shop.change(Item, held=0)
    audited(till.shop)

    a_difference(till)

    [again] = listed(till.shop)
    assert (again["words"], again["id"] == first["id"]) == (first["words"], False)


def test_a_difference_is_the_same_while_orders_come_and_go(till):
    a_difference(till)
    till.close()
    till.shop.place(key="another")
    assert till.shop.rows(Item)[0].held == 3

    audited(till.shop)

    assert listed(till.shop) == []


@pytest.mark.every_database
def test_an_id_whose_facts_have_changed_since_closes_nothing(till):
    a_dispute(till)
    [first] = listed(till.shop)
    till.control.move_dispute(first["subject"], "lost")
    till.hear("charge.dispute.closed")

    answer = till.close(finding=first["id"])

    assert (answer.status_code, len(listed(till.shop))) == (404, 1)


def test_closed_twice_it_is_closed_once_and_the_first_reason_stands(till):
    a_dispute(till)
    [finding] = listed(till.shop)

    first, second = till.close("One.", finding["id"]), till.close("Two.", finding["id"])

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert [each.reason for each in till.shop.rows(Closing)] == ["One."]


@pytest.mark.parametrize("finding", ["nothing-like-it", "1", "0"])
def test_what_is_not_there_cannot_be_closed(till, finding):
    a_dispute(till)

    assert till.close(finding=finding).status_code == 404
    assert len(listed(till.shop)) == 1


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1001, None, 1, "nul\0"], ids=repr)
def test_a_reason_has_to_be_given(till, reason):
    a_dispute(till)
    [finding] = listed(till.shop)

    answer = till.close(reason, finding["id"])

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reason")
    assert len(listed(till.shop)) == 1


@pytest.mark.every_database
def test_a_finding_of_the_release_before_gets_an_id_and_can_be_closed(till):
    with till.shop.app.app_context(), writing():
        row = "INSERT INTO findings (kind, subject, words, found_at) VALUES (:kind, :subject, :words, :found_at)"
        now = datetime.now(UTC).isoformat(sep=" ")
        values = {"kind": "stock_differs", "subject": str(till.shop.lamp), "words": "2 are held.", "found_at": now}
        db.session.execute(db.text(row), values)
        db.session.commit()
    till.shop.change(Item, on_hand=5, held=2)
    [finding] = listed(till.shop)

    assert till.close().status_code == 200

    audited(till.shop)
    assert len(finding["id"]) >= 32
    assert listed(till.shop) == []


@pytest.mark.attack
def test_only_staff_close_findings_and_see_closed_ones(till):
    a_dispute(till)
    [finding] = listed(till.shop)
    till.shop.signed_in("mallory")

    came_of(refusal(till.close(finding=finding["id"])), "403 forbidden", at="/close")
    came_of(refusal(till.shop.http.get("/api/findings/closed")), "403 forbidden", at="/closed")
    assert till.shop.rows(Closing) == []


@pytest.mark.attack
def test_another_site_closes_nothing(till):
    a_dispute(till)
    [finding] = listed(till.shop)
    till.shop.http.headers["Sec-Fetch-Site"] = "cross-site"

    came_of(refusal(till.close(finding=finding["id"])), "403 cross_site_request")
    assert till.shop.rows(Closing) == []


@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
def test_a_finding_of_long_ago_does_not_widen_the_audit(till, is_closed):
    till.shop.change(Payment, amount=ALL + 1)
    money(till)
    for finding in listed(till.shop) if is_closed else ():
        till.close(finding=finding["id"])
    age(till, days=20)
    till.control.advance(20 * 86400)

    audited(till.shop)

    kinds = [] if is_closed else ["payment_differs", "payment_foreign"]
    assert sorted(each["kind"] for each in listed(till.shop)) == kinds
    for path in ("/v1/payment_intents", "/v1/refunds", "/v1/disputes", "/v1/checkout/sessions"):
        since = [
            call["params"]["created"]["gte"] for call in till.control.calls("GET", path) if "created" in call["params"]
        ]
        assert int(since[-1]) > datetime.now(UTC).timestamp() - 49 * 3600


def age(till, **time):
    with till.shop.app.app_context(), writing():
        for row in (*db.session.scalars(db.select(Payment)), *db.session.scalars(db.select(FindingRow))):
            name = "created_at" if isinstance(row, Payment) else "found_at"
            setattr(row, name, getattr(row, name) - timedelta(**time))
        db.session.commit()


def test_money_of_long_ago_is_a_finding_until_it_went_back(till):
    money(till)
    age(till, days=20)
    till.control.advance(20 * 86400)
    audited(till.shop)
    assert [each["kind"] for each in listed(till.shop)] == ["payment_foreign"]

    twin = listed(till.shop)[0]["subject"]
    till.refund_at_the_provider(ALL, twin)
    audited(till.shop)

    assert listed(till.shop) == []


# ------------------------------------------------------------ an attempt that no rule can end


@pytest.fixture
def stranded(shop):
    """An order whose session is of the other mode, and its time to pay is over."""
    shop.place(quantity=2)
    shop.control.alter(shop.attempt.session_id, livemode=True)
    shop.come_back()
    shop.signed_in("grace", role="staff")
    return shop


def close(shop, reason="We changed from test to live."):
    [finding] = listed(shop)
    return shop.http.post(f"/api/findings/{finding['id']}/close", json={"reason": reason})


def test_an_order_of_the_other_mode_needs_a_person_while_it_can_be_paid(stranded):
    [finding] = listed(stranded)

    assert (finding["kind"], stranded.status) == ("attempt", "pending")
    assert finding["words"].endswith("is not what was asked for: it is of the other mode, test or live.")


@pytest.mark.every_database
@pytest.mark.parametrize("how", ["cancelled", "its time is over"])
def test_an_order_of_the_other_mode_ends_with_its_session_and_frees_its_stock(stranded, how):
    if how == "cancelled":
        assert stranded.cancel().status_code in (200, 202)
    else:
        stranded.let_pass(minutes=31)
    stranded.sweep()
    stranded.sweep()

    assert (stranded.status, stranded.stock, stranded.sessions) == ("cancelled", (3, 3), ["expired"])
    assert listed(stranded) == []


@pytest.mark.every_database
def test_closing_its_finding_ends_the_session_and_frees_the_stock_at_once(stranded):
    assert close(stranded).status_code == 200

    assert (stranded.stock, stranded.sessions, stranded.tried) == ((3, 3), ["expired"], ["expired"])
    assert (stranded.status, listed(stranded)) == ("pending", [])
    assert stranded.check_out().status_code == 200  # the buyer may try anew


def test_the_finding_of_an_order_that_was_cancelled_releases_it(shop):
    shop.place(quantity=2)
    name = shop.attempt.session_id
    shop.control.refuse(404, path=f"/v1/checkout/sessions/{name}*", times=None)
    shop.cancel()
    shop.signed_in("grace", role="staff")
    assert (shop.status, shop.stock) == ("cancelling", (3, 1))

    assert close(shop).status_code == 200

    assert (shop.status, shop.stock, listed(shop)) == ("cancelled", (3, 3), [])
    shop.sweep()
    audited(shop)
    assert listed(shop) == []


@pytest.fixture
def live(shop, monkeypatch):
    """The key is live, and the sessions that it makes are too."""
    account = shop.app.extensions["gateway"]
    monkeypatch.setattr(account, "livemode", True)
    shop.place(quantity=2)
    shop.change(Attempt, session_id="cs_live_somewhere")
    shop.cancel()
    shop.signed_in("grace", role="staff")
    return shop


@pytest.mark.every_database
def test_a_live_session_that_another_account_may_still_have_is_not_given_up_before_its_time(live):
    answer = close(live)

    assert (answer.status_code, answer.json()["error"]) == (409, "session_may_be_paid")
    assert (live.status, live.stock, len(listed(live)), live.rows(Closing)) == ("cancelling", (3, 1), 1, [])

    live.let_pass(hours=24)
    assert close(live).status_code == 200
    assert (live.status, live.stock) == ("cancelled", (3, 3))


def test_a_test_session_under_a_live_key_ends_with_its_order_by_itself(shop, monkeypatch):
    shop.place(quantity=2)
    monkeypatch.setattr(shop.app.extensions["gateway"], "livemode", True)
    shop.control.refuse(404, path="/v1/checkout/sessions/*", times=None)
    shop.come_back()
    assert shop.status == "pending"

    shop.let_pass(minutes=31)
    shop.sweep()
    shop.sweep()

    assert (shop.status, shop.stock) == ("cancelled", (3, 3))


@pytest.mark.every_database
def test_money_that_comes_after_an_attempt_was_given_up_is_late_money(shop):
    shop.place(quantity=2)
    name = shop.attempt.session_id
    shop.control.refuse(404, path=f"/v1/checkout/sessions/{name}*", times=None)
    shop.cancel()
    shop.signed_in("grace", role="staff")
    close(shop)
    shop.control.mend()  # the key is put back

    shop.pay(name)
    audited(shop)

    assert (shop.status, shop.money, shop.stock) == ("paid", [("settles", ALL)], (1, 1))


@pytest.mark.parametrize("status", [500, 401, 403, 429])
def test_a_provider_that_does_not_answer_leaves_the_finding_open(stranded, status):
    stranded.control.refuse(status, path="/v1/checkout/sessions/*", times=None)

    answer = close(stranded)

    assert (answer.status_code, answer.json()["error"]) == (503, "provider_unavailable")
    assert (stranded.stock, len(listed(stranded))) == ((3, 1), 1)


@pytest.mark.every_database
def test_an_attempt_that_is_settled_at_this_moment_is_left_to_whoever_does_it(stranded):
    stranded.change(Attempt, lease_until=datetime.now(UTC) + timedelta(seconds=20))

    assert close(stranded).json()["error"] == "attempt_in_use"
    assert len(listed(stranded)) == 1


def test_a_session_that_turns_out_to_be_in_order_goes_on(stranded):
    stranded.control.alter(stranded.attempt.session_id, livemode=False)
    stranded.pay()

    assert close(stranded).status_code == 200

    assert (stranded.status, listed(stranded)) == ("paid", [])
    assert [order.status for order in stranded.rows(Order)] == ["paid"]
