"""Several shops and other systems on one provider account: each knows its own, and is told of nobody else's."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl

import httpx
import pytest

from app import create_app, db
from app.models import Attempt, Installation
from app.runtime import outbound
from app.runtime.db import writing
from tests.integration.conftest import close
from tests.integration.payments.conftest import BROWSER
from tests.integration.payments.refunding import ALL, Till, audited, send
from tests.integration.payments.shop import Shop
from tests.processes import wait_for
from tests.settings import settings

pytestmark = pytest.mark.any_database

REFUNDED = ("refund.created", "charge.refunded")


@pytest.fixture
def till(shop):
    return Till(shop)


def forget_mark(app):
    with app.app_context(), writing():
        db.session.execute(db.delete(Installation))
        db.session.commit()


def intent_of(till, session):
    [found] = [each for each in till.control.listed("sessions") if each["id"] == session]
    return found["payment_intent"]


def twin_of(till, **how):
    """The id of another session with the marks of the order's own, and paid."""
    name = till.control.twin(till.shop.attempt.session_id, **how)["id"]
    till.control.pay(name)
    return name


def test_what_kiosk_has_paid_bears_its_mark_in_the_session_and_in_the_payment(till):
    mark = till.shop.rows(Installation)[0].mark

    session, intent = till.control.listed("sessions")[0], till.control.listed("payment_intents")[0]

    marks = {"installation": mark, "order": session["client_reference_id"], "attempt": till.shop.attempt.idem_key}
    assert (session["metadata"], intent["metadata"]) == (marks, marks)
    assert len(mark) >= 32


@pytest.mark.every_database
def test_the_mark_is_one_however_many_need_it_first(own_shop):
    forget_mark(own_shop.app)

    def place(number):
        own_shop.http.post(
            "/api/orders",
            json={"lines": [{"item_id": own_shop.lamp, "quantity": 1}]},
            headers={"Idempotency-Key": f"{number}"},
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(place, range(3)))

    marks = {dict(parse_qsl(row.body))["metadata[installation]"] for row in own_shop.rows(Attempt)}
    assert marks == {own_shop.rows(Installation)[0].mark}
    assert len(own_shop.rows(Attempt)) == 3


def test_money_by_a_twin_of_our_session_is_shown_until_it_went_back(till):
    twin = twin_of(till)
    words = f"178.00 EUR came in by session {twin}, which names attempt 1 of this order and is not the one that it has."

    assert till.audit() == [("payment_foreign", words)]
    assert till.shop.http.get("/api/findings").json()[0]["order_id"] == till.shop.found["id"]
    assert (till.shop.status, till.shop.money) == ("paid", [("settles", ALL)])

    till.refund_at_the_provider(ALL, intent_of(till, twin))
    assert till.audit() == []


def test_a_twin_is_shown_as_soon_as_the_provider_tells_of_it(till):
    twin_of(till)

    till.hear("checkout.session.completed")

    assert [kind for kind, _ in till.findings] == ["payment_foreign"]
    assert till.events.count("done") == len(till.events)


def test_a_twin_that_is_told_of_during_an_audit_is_still_shown_after_it(own_shop, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", httpx.Timeout(20))
    till = Till(own_shop)
    till.control.delay(20, path="/v1/disputes")
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(audited, own_shop)
        wait_for(lambda: till.control.calls("GET", "/v1/disputes"), "the audit to have listed the money")
        twin_of(till)
        till.hear("checkout.session.completed", last=True)
        till.control.mend()
        under_way.result()

    assert [kind for kind, _ in till.findings] == ["payment_foreign"]


def test_a_twin_that_bears_its_marks_in_the_session_alone_is_shown(till):
    session = till.control.open_session(**{"metadata[attempt]": till.shop.attempt.idem_key})
    till.control.pay(session["id"])

    assert [kind for kind, _ in till.audit()] == ["payment_foreign"]


def test_a_twin_of_an_order_that_is_not_paid_pays_nothing_and_is_shown(shop):
    shop.place(quantity=2)
    shop.pay(shop.control.twin(shop.attempt.session_id)["id"])
    shop.signed_in("grace", role="staff")

    audited(shop)

    assert (shop.status, shop.money) == ("pending", [])
    assert [each["kind"] for each in shop.http.get("/api/findings").json()] == ["payment_foreign"]


@pytest.mark.every_database
def test_what_is_done_to_a_twins_money_is_no_message_that_waits_for_ever(till):
    twin = twin_of(till)
    till.refund_at_the_provider(ALL, intent_of(till, twin))

    till.hear(*REFUNDED)

    assert set(till.events) == {"done"}
    assert till.shop.found["refunded"] == 0


def test_money_of_an_attempt_from_before_there_were_marks_is_still_ours(till):
    key = till.shop.attempt.idem_key
    twin = twin_of(till, metadata={"order": "1", "attempt": key})

    assert twin in dict(till.audit())["payment_foreign"]


@pytest.mark.parametrize(
    "marks",
    [
        {},
        {"order": "{order}"},
        {"order": "{order}", "attempt": "a-key-of-another-kiosk"},
        {"order": "{order}", "attempt": "a-key-of-another-kiosk", "installation": "another-kiosk"},
        {"order": "{order}", "attempt": "{key}", "installation": "another-kiosk"},
    ],
    ids=lambda marks: " ".join(marks) or "none",
)
def test_money_of_another_system_is_no_finding_though_its_reference_is_the_same(till, marks):
    order, key = till.shop.found["id"], till.shop.attempt.idem_key
    filled = {name: value.format(order=order, key=key) for name, value in marks.items()}
    name = twin_of(till, metadata=filled)
    till.control.dispute(session=name, amount=100, inquiry=True)
    till.refund_at_the_provider(100, intent_of(till, name))

    till.hear("checkout.session.completed", "refund.created", "charge.refunded", "charge.dispute.created")
    found = till.reconcile()

    assert (found.is_clean, till.audit(), set(till.events)) == (True, [], {"done"})
    assert (till.shop.given_back, till.disputes) == ([], [])


@pytest.fixture
def other_app(databases):
    """Another Kiosk, with a database and a mark of its own."""
    app = create_app(settings(address := databases.new(), TESTING=True))
    forget_mark(app)  # the tests' databases are copies of one
    yield app
    close(app)
    databases.drop(address)


def test_two_kiosks_on_one_account_are_not_each_others_findings(own_shop, other_app, monkeypatch):
    """Each has an order 1, which is paid, refunded in part and disputed; each fetches the messages of both."""
    monkeypatch.setitem(other_app.extensions, "gateway", own_shop.app.extensions["gateway"])
    transport = httpx.WSGITransport(other_app)
    with httpx.Client(transport=transport, base_url="http://localhost", headers=BROWSER) as client:
        tills = [Till(own_shop), Till(Shop(other_app, client, own_shop.control))]
        for number, till in enumerate(tills):
            till.refund(100 + number)
            till.dispute(amount=1000, inquiry=True)

        for till in tills:
            till.shop.fetch_events()
            till.shop.sweep()

        for number, till in enumerate(tills):
            assert [kind for kind, _ in till.audit()] == ["dispute"]
            assert (till.shop.found["refunded"], len(till.disputes)) == (100 + number, 1)
            assert set(till.events) == {"done"}
        assert len({each.shop.rows(Installation)[0].mark for each in tills}) == 2


def test_money_for_attempts_that_a_restore_has_lost_is_shown(shop):
    till = Till(shop)
    mark = shop.rows(Installation)[0].mark
    twin_of(till, metadata={"installation": mark, "order": "99", "attempt": "of-a-row-that-is-gone"})

    assert till.audit() == [("payment_missing", "178.00 EUR came in, and no order has it.")]
    assert till.reconcile().is_clean is False


def test_money_that_a_restore_has_lost_and_that_went_back_needs_nobody(till):
    mark = till.shop.rows(Installation)[0].mark
    lost = twin_of(till, metadata={"installation": mark, "attempt": "of-a-row-that-is-gone"})
    till.audit()

    till.refund_at_the_provider(ALL, intent_of(till, lost))
    till.hear(*REFUNDED)

    assert (till.audit(), set(till.events)) == ([], {"done"})


def test_a_message_that_names_two_of_our_attempts_is_about_the_one_whose_session_it_is(till):
    till.shop.signed_in("bob")
    till.shop.place(key="another")
    first, second = till.shop.rows(Attempt)
    session = next(each for each in till.control.listed("sessions") if each["id"] == second.session_id)
    event = {
        "id": "evt_mixed",
        "type": "checkout.session.completed",
        "data": {"object": {**session, "metadata": {"attempt": first.idem_key}}},
    }

    assert send(till.shop.http, json.loads(json.dumps(event))).status_code == 200
    assert till.events == ["done"]
