"""The payment provider's messages: from whom, once, and never believed blindly."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import db
from app.models import Attempt, Event, Outgoing, Payment
from app.payments.webhooks import MAX_EVENT
from app.runtime.config import PaymentsAccount
from app.runtime.db import utcnow
from app.stripe.gateway import Gateway
from app.stripe.signature import sign
from simulators.payments import control as payments
from tests.integration.accounts import assert_problem
from tests.integration.checkout.buying import completed, order, send_event
from tests.integration.conftest import browser, sign_in
from tests.integration.factories import make_item, make_user
from tests.processes import wait_for
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET


@pytest.fixture
def placed(simulated, signed_in):
    """(the buyer's browser, the order's id, the session's id), paid at the provider."""
    client = signed_in(make_user("alice"))
    number = order(client, make_item("Lamp", on_hand=3)).get_json()["id"]
    session = Attempt.query.one().session_id
    simulated.pay(session)
    return client, number, session


def status(client, number):
    return client.get(f"/api/orders/{number}").get_json()["status"]


def test_the_message_that_a_session_is_complete_pays_the_order(client, placed):
    buyer, number, session = placed

    response = send_event(client, completed(session))

    assert (response.status_code, response.get_json()) == (200, {"received": True})
    assert status(buyer, number) == "paid"
    assert Event.query.one().state == "done"


def receipts():
    return Outgoing.query.filter_by(kind="receipt").count()


def test_the_same_message_again_changes_nothing(client, placed):
    event = completed(placed[2])

    answers = [send_event(client, event).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert (Event.query.count(), Payment.query.count(), receipts()) == (1, 1, 1)


def test_a_message_is_not_believed_but_looked_up(client, simulated, signed_in):
    buyer = signed_in(make_user("alice"))
    number = order(buyer, make_item()).get_json()["id"]
    session = Attempt.query.one().session_id

    send_event(client, completed(session, status="complete", payment_status="paid"))

    assert status(buyer, number) == "pending"


def test_a_message_faster_than_the_answer_to_our_own_post_finds_its_attempt(client, placed):
    buyer, number, session = placed
    attempt = Attempt.query.one()
    attempt.status, attempt.session_id, attempt.url = "unknown", None, None
    db.session.commit()

    send_event(client, completed(session, metadata={"attempt": attempt.idem_key}))

    assert status(buyer, number) == "paid"
    assert Attempt.query.populate_existing().one().session_id == session


def test_a_message_may_be_as_large_as_the_provider_makes_it(client, placed):
    buyer, number, session = placed

    answer = send_event(client, completed(session, metadata={"note": "x" * 345_000}))

    assert (answer.status_code, status(buyer, number)) == (200, "paid")


@pytest.mark.attack
def test_a_message_has_a_limit_all_the_same(client, app):
    assert_problem(send_event(client, completed("cs_1", note="x" * MAX_EVENT)), 413, "request_entity_too_large")


def test_a_message_about_somebody_elses_session_is_taken_and_dropped(client, app):
    assert send_event(client, completed("cs_test_unknown")).status_code == 200
    assert Event.query.count() == 0


@pytest.mark.parametrize("kind", ["customer.created", "checkout.session.completed"])
@pytest.mark.parametrize("data", [{}, {"id": 7}, {"id": None}], ids=str)
def test_a_message_without_sense_is_taken_and_changes_nothing(client, app, kind, data):
    event = {"id": "evt_1", "type": kind, "data": {"object": data}}

    assert send_event(client, event).status_code == 200


@pytest.mark.parametrize(("names", "status"), [({"id": "evt_\0"}, 400), ({"id": "é"}, 400), ({"data": "cs_\0"}, 200)])
def test_a_message_with_a_name_that_no_database_takes_is_no_bug_of_ours(client, app, names, status):
    event = {**completed(names.get("data", "cs_test_1")), "id": names.get("id", "evt_1")}

    assert send_event(client, event).status_code == status
    assert Event.query.count() == 0


def test_a_thin_message_that_names_nothing_is_taken_and_changes_nothing(client, app):
    event = {"id": "evt_1", "object": "v2.core.event", "type": "v1.refund.created", "related_object": {"id": "a b"}}

    assert send_event(client, event).status_code == 200
    assert Event.query.one().state == "done"


def test_what_fails_after_the_message_is_stored_stays_to_be_done(client, placed, simulated):
    buyer, number, session = placed
    simulated.refuse(500, path=f"/v1/checkout/sessions/{session}", times=None)
    event = completed(session)

    assert send_event(client, event).status_code == 200

    assert (status(buyer, number), Event.query.one().state) == ("pending", "new")
    simulated.mend()
    send_event(client, event)
    assert (status(buyer, number), Event.query.populate_existing().one().state) == ("paid", "done")


@pytest.mark.attack
def test_a_forged_message_is_refused_and_not_stored(client, app):
    response = send_event(client, completed("cs_test_1"), secret="whsec_guessed")

    assert_problem(response, 400, "bad_signature")
    assert Event.query.count() == 0


@pytest.mark.attack
def test_a_message_without_a_signature_is_refused(client, app):
    response = client.post("/api/payments/webhook", json=completed("cs_test_1"))

    assert_problem(response, 400, "bad_signature")


@pytest.mark.attack
def test_a_body_written_anew_is_refused(client, app):
    event = completed("cs_test_1")
    header = sign(json.dumps(event, indent=1).encode(), WEBHOOK_SECRET, int(utcnow().timestamp()))

    response = client.post("/api/payments/webhook", json=event, headers={"Stripe-Signature": header})

    assert_problem(response, 400, "bad_signature")


UNREADABLE = [
    b'{"id":"evt_1","type":"refund.updated","data":{"object":{"id":"re_1"}},"x":%s}' % value
    for value in (b"1e999", b'"\xff"')
]
"""Events with a value that cannot be read, in a field that Kiosk does not look at."""


@pytest.mark.attack
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"id": 1}', b"\xff", b'{"data":' * 3000, *UNREADABLE], ids=lambda body: body[:9]
)
def test_a_signed_body_that_is_no_event_is_refused(client, app, body):
    header = sign(body, WEBHOOK_SECRET, int(utcnow().timestamp()))

    response = client.post("/api/payments/webhook", data=body, headers={"Stripe-Signature": header})

    assert_problem(response, 400, "bad_signature")


@pytest.fixture
def rotating(app, monkeypatch):
    """Sets which webhook secrets are current."""

    def use(secrets):
        found = app.extensions["settings"]
        account = PaymentsAccount(found.payments.api_base, PAYMENTS_KEY, secrets)
        monkeypatch.setitem(app.extensions, "settings", type(found)(**{**_fields(found), "payments": account}))

    return use


def _fields(settings):
    return {name: getattr(settings, name) for name in settings.__struct_fields__}


@pytest.mark.attack
def test_without_a_secret_no_message_is_accepted(client, rotating):
    rotating("")

    response = send_event(client, completed("cs_test_1"), secret="")

    assert_problem(response, 503, "webhook_secret_missing")


def test_while_one_secret_replaces_another_both_are_good(client, rotating):
    rotating("whsec_old, whsec_new")

    answers = [send_event(client, completed("cs_test_1"), secret).status_code for secret in ("whsec_old", "whsec_new")]

    assert answers == [200, 200]


def test_three_deliveries_at_once_are_one_event_and_one_payment(own_app, payments_simulator, monkeypatch):
    account = PaymentsAccount(payments_simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
    monkeypatch.setitem(own_app.extensions, "gateway", Gateway(account))
    with own_app.app_context():
        buyer = sign_in(own_app, make_user("alice"))
        number = order(buyer, make_item()).get_json()["id"]
        session = Attempt.query.one().session_id
    payments_simulator.pay(session)
    event = completed(session)

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: send_event(browser(own_app), event).status_code, range(3)))

    assert answers == [200, 200, 200]
    assert status(buyer, number) == "paid"
    with own_app.app_context():
        assert (Event.query.count(), Payment.query.count(), receipts()) == (1, 1, 1)


def test_the_simulators_own_webhook_pays_an_order_of_a_running_kiosk(live_kiosk, own_database, own_app):
    with own_app.app_context():
        buyer = sign_in(own_app, make_user("alice"))
        item = make_item("Lamp", on_hand=1)
        cookie = buyer.get_cookie("kiosk").value
    keys = {"secret_key": PAYMENTS_KEY, "webhook_secret": WEBHOOK_SECRET}
    with payments.started(**keys) as control:
        kiosk = live_kiosk(payments=control.url)
        control.send_webhooks_to(f"{kiosk.url}/api/payments/webhook")
        kiosk.http.cookies.set("kiosk", cookie)
        body = {"lines": [{"item_id": item.id, "quantity": 1}]}
        headers = {"Idempotency-Key": "once", "Sec-Fetch-Site": "same-origin"}
        placed = kiosk.http.post("/api/orders", json=body, headers=headers).json()

        control.pay(placed["checkout_url"].rpartition("/")[2])

        where = f"/api/orders/{placed['id']}"
        wait_for(lambda: kiosk.http.get(where).json()["status"] == "paid", "the webhook to pay the order")
