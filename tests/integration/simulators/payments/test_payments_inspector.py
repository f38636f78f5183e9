import threading

import httpx
import pytest

from simulators.payments.control import SECRET_KEY, WEBHOOK_SECRET
from simulators.process import Process
from tests.integration.simulators.payments.waiting import until

SESSIONS = "/v1/checkout/sessions"
CARD = "4000000000000002"


@pytest.fixture
def visitor(payments):
    with httpx.Client(base_url=f"{payments.url}/_control", verify=False) as client:
        yield client


@pytest.fixture
def lines(visitor):
    """The lines of the timeline in order of time, those of one kind, or those with these facts."""

    def listed(kind=None, after=0, **facts):
        told = visitor.get("/timeline", params={"after": after}).json()["lines"]
        told.sort(key=lambda line: line["number"])
        wanted = {"kind": kind, **facts} if kind else facts
        return [line for line in told if all(line.get(name) == value for name, value in wanted.items())]

    return listed


def test_everything_about_a_payment_belongs_to_its_session(api, payments, order, lines):
    session = api.post(SESSIONS, data=order, headers={"Idempotency-Key": "a"}).json()["id"]
    intent = payments.pay(session)["session"]["payment_intent"]
    refund = api.post("/v1/refunds", data={"payment_intent": intent, "amount": "500"}).json()["id"]
    dispute = payments.dispute(session=session)["id"]
    api.get(f"/v1/payment_intents/{intent}")
    api.post("/v1/refunds", data={"payment_intent": intent, "amount": "9000"})

    told = lines(payment=session)

    assert {line["about"] for line in told if line["kind"] == "object"} >= {session, intent, refund, dispute}
    assert {"checkout.session.completed", "refund.created", "charge.dispute.created"} <= {
        line["type"] for line in told if line["kind"] == "event"
    }
    calls = [(line["method"], line["path"], line["status"]) for line in told if line["kind"] == "request"]
    assert calls == [
        ("POST", SESSIONS, 200),
        ("POST", "/v1/refunds", 200),
        ("GET", f"/v1/payment_intents/{intent}", 200),
        ("POST", "/v1/refunds", 400),
    ]
    assert lines("object", about=session)[0]["reference"] == "42"


def test_a_call_that_a_fault_befell_is_in_the_timeline_of_the_payment_that_was_made_later(api, payments, order, lines):
    payments.drop(method="POST", path=SESSIONS)
    with pytest.raises(httpx.TransportError):
        api.post(SESSIONS, data=order, headers={"Idempotency-Key": "a"})
    [alone] = lines("request")

    session = api.post(SESSIONS, data=order, headers={"Idempotency-Key": "a"}).json()["id"]
    lost, answered = lines("request", payment=session)

    assert alone["payment"] is None
    assert (lost["fault"], lost["status"], lost["key"]) == ("drop", None, "a")
    assert answered["status"] == 200
    assert lines("fault")[0]["fault"]["kind"] == "drop"


def test_an_answer_that_was_lost_is_in_the_timeline_of_its_payment(api, payments, order, lines):
    payments.drop(when="after")
    with pytest.raises(httpx.TransportError):
        api.post(SESSIONS, data=order)

    [session] = payments.listed("sessions")

    assert lines("request", payment=session["id"])[0]["fault"] == "drop"


def test_a_call_is_shown_while_it_waits(payments, order, lines):
    payments.hang(method="POST", path=SESSIONS)

    def call():
        with httpx.Client(verify=False) as client, pytest.raises(httpx.TransportError):
            client.post(payments.url + SESSIONS, data=order, headers={"Authorization": f"Bearer {SECRET_KEY}"})

    thread = threading.Thread(target=call)
    thread.start()
    until(lambda: lines("request", done=False, fault="hang"))
    payments.mend()
    thread.join()

    until(lambda: lines("request", done=True, status=None))
    assert len(lines("mended")) == 1


def test_a_delivery_and_its_retries_are_in_the_timeline(api, payments, receiver, order, lines):
    receiver.answer = lambda number: 500 if number == 1 else 200
    payments.hold_webhooks("payment_intent.succeeded")
    session = api.post(SESSIONS, data=order).json()["id"]
    payments.pay(session)
    payments.settle_webhooks()

    [failed] = lines("delivery", status=500)
    payments.advance(3600)
    until(lambda: lines("delivery", event=failed["event"], status=200))
    first, second = lines("delivery", event=failed["event"])
    [held] = lines("delivery", state="held")

    assert first["payment"] == second["payment"] == held["payment"] == session
    assert (first["attempt"], second["attempt"], second["state"]) == (1, 2, "sent")
    assert first["again"] > first["at"]
    assert lines("clock")[0]["moved"] == 3600
    assert lines("webhooks")[-1]["mode"] == "hold"


def test_an_event_that_is_sent_again_is_in_the_timeline(api, payments, receiver, order, lines):
    payments.treat_webhooks("lose")
    session = api.post(SESSIONS, data=order).json()["id"]
    payments.pay(session)
    event = payments.listed("events", type="checkout.session.completed")[0]["id"]

    payments.deliver(event, forge="body")
    lost, again = lines("delivery", event=event)

    assert (lost["state"], lost["attempt"]) == ("lost", 0)
    assert (again["status"], again["forged"], again["payment"]) == (200, "body", session)


def test_what_the_buyer_does_is_in_the_timeline(api, payments, order, lines):
    session = api.post(SESSIONS, data=order).json()
    httpx.post(session["url"], data={"number": CARD}, verify=False)

    assert [line["payment"] for line in lines("buyer", step="pay")] == [session["id"]]


def test_a_reader_that_asks_again_gets_only_what_is_new(api, visitor, order, lines):
    api.post(SESSIONS, data=order)
    last = visitor.get("/timeline").json()["last"]

    assert lines(after=last) == []
    api.get("/v1/events")
    assert [line["path"] for line in lines(after=last)] == ["/v1/events"]


def test_no_key_and_no_card_is_told(api, payments, visitor, order):
    session = api.post(SESSIONS, data=order).json()
    httpx.post(session["url"], data={"number": CARD, "email": "ada@lovelace.example"}, verify=False)
    api.get(SESSIONS, headers={"Authorization": "Bearer sk_test_another_key_entirely"})

    told = visitor.get("/timeline").text

    for secret in (SECRET_KEY, WEBHOOK_SECRET, "another_key", CARD, "lovelace", "Bearer"):
        assert secret not in told


def test_a_reset_begins_another_timeline(api, payments, visitor, order):
    api.post(SESSIONS, data=order)
    before = visitor.get("/timeline").json()["log"]

    payments.reset()
    told = visitor.get("/timeline").json()

    assert told["log"] != before
    assert told["lines"] == []


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:80"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: str(*headers.items()))
def test_a_foreign_page_can_neither_read_nor_do_anything(api, visitor, order, headers):
    api.post(SESSIONS, data=order)

    for path in ("/reset", "/webhooks/hurry", "/faults"):
        assert visitor.post(path, json={}, headers=headers).status_code == 403
    for path in ("/timeline", "/state", "/calls", "/"):
        assert visitor.get(path, headers=headers).status_code == 403
    assert visitor.delete("/faults", headers=headers).status_code == 403
    assert len(visitor.get("/state").json()["sessions"]) == 1


def test_the_inspectors_own_page_may_ask(payments, visitor):
    own = {"Origin": payments.url, "Sec-Fetch-Site": "same-origin"}

    assert visitor.post("/faults", json={"kind": "drop"}, headers=own).status_code == 200
    assert visitor.get("/", headers={"Sec-Fetch-Site": "none"}).status_code == 200


def test_the_page_loads_nothing_from_elsewhere_and_is_shown_in_no_frame(visitor):
    answer = visitor.get("/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "://" not in answer.text


def test_there_is_no_inspector_without_the_control_api():
    with Process("payments", "--port", "0", env={"KIOSK_PUBLIC_URL": ""}) as process:
        for path in ("/_control/", "/_control/timeline", "/_control/page/main.js"):
            assert httpx.get(process.url + path, verify=False).status_code == 404
