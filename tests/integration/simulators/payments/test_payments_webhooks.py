import json
import time

import httpx
import pytest

from tests.integration.simulators.payments.signatures import is_genuine, marks
from tests.integration.simulators.payments.waiting import until


def names(receiver):
    return [json.loads(body)["type"] for body, _ in receiver.got]


@pytest.fixture
def paid(payments, receiver):
    """Somebody has paid, and the shop has heard of it: payment_intent.succeeded, checkout.session.completed."""
    session = payments.pay(payments.open_session()["id"])["session"]
    payments.settle_webhooks()
    return session


def test_a_payment_is_announced_by_signed_events(payments, receiver, paid):
    assert sorted(names(receiver)) == ["checkout.session.completed", "payment_intent.succeeded"]
    assert all(is_genuine(body, header) for body, header in receiver.got)
    completed = next(json.loads(body) for body, _ in receiver.got if b'"checkout.session.completed"' in body)
    assert completed["data"]["object"] == paid
    assert completed["id"] in [event["id"] for event in payments.listed("events")]


def test_every_current_secret_signs(receiver, paid):
    body, header = receiver.got[0]

    assert is_genuine(body, header, "whsec_old")
    assert is_genuine(body, header, "whsec_new")
    assert not is_genuine(body, header, "whsec_other")
    assert len(marks(header)[1]) == 2


def test_a_delivered_event_is_pending_no_more(payments, paid):
    assert {event["pending_webhooks"] for event in payments.listed("events")} == {0}
    assert {delivery["state"] for delivery in payments.listed("deliveries")} == {"sent"}


def test_a_refused_webhook_is_sent_again_with_a_fresh_signature(payments, receiver):
    receiver.answer = lambda number: 500 if number == 1 else 200

    session = payments.open_session()["id"]
    payments.api.post(f"/v1/checkout/sessions/{session}/expire")
    receiver.wait_for(2)

    (first, old), (second, new) = receiver.got
    assert first == second
    assert marks(new)[0] > marks(old)[0]
    assert is_genuine(second, new)


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_anything_but_a_2xx_counts_as_not_delivered(payments, receiver, status):
    receiver.answer = lambda _: status
    payments.pay_later(payments.open_session()["id"])
    payments.settle_webhooks()

    [delivery] = payments.listed("deliveries")
    assert (delivery["state"], delivery["answers"][0]["status"]) == ("due", status)
    assert payments.listed("events", type="checkout.session.completed")[0]["pending_webhooks"] == 1


def test_retries_come_ever_later_and_end_after_three_days(payments, receiver):
    receiver.answer = lambda _: 500
    payments.pay_later(payments.open_session()["id"])
    payments.settle_webhooks()

    waits = []
    for _ in range(4):
        [delivery] = payments.listed("deliveries")
        last = delivery["answers"][-1]
        waits.append(delivery["due"] - last["at"] - last["seconds"])
        payments.hurry()
        payments.settle_webhooks()
    payments.advance(73 * 3600)
    payments.settle_webhooks()

    assert waits == pytest.approx([1, 2, 4, 8], abs=0.5)
    assert payments.listed("deliveries")[0]["state"] == "given up"


def test_held_webhooks_are_released_in_the_order_that_is_asked_for(payments, receiver):
    payments.hold_webhooks()
    payments.pay(payments.open_session()["id"])
    payments.settle_webhooks()
    assert receiver.got == []

    payments.release_webhooks("last")

    assert names(receiver) == ["checkout.session.completed", "payment_intent.succeeded"]


def test_only_some_types_can_be_held(payments, receiver):
    payments.hold_webhooks("checkout.session.completed")
    payments.pay(payments.open_session()["id"])
    payments.settle_webhooks()

    assert names(receiver) == ["payment_intent.succeeded"]
    payments.release_webhooks()
    assert names(receiver) == ["payment_intent.succeeded", "checkout.session.completed"]


def test_a_lost_webhook_is_never_sent_but_its_event_is_on_record(payments, receiver):
    payments.treat_webhooks("lose", types=["checkout.session.completed"])
    payments.pay(payments.open_session()["id"])
    payments.advance(3600)
    payments.settle_webhooks()

    assert names(receiver) == ["payment_intent.succeeded"]
    assert len(payments.listed("events", type="checkout.session.completed")) == 1


def test_webhooks_can_come_several_times(payments, receiver):
    payments.treat_webhooks(copies=3)
    payments.pay_later(payments.open_session()["id"])
    payments.settle_webhooks()

    assert len(receiver.got) == 3
    assert len({json.loads(body)["id"] for body, _ in receiver.got}) == 1


def test_events_can_come_in_the_thin_form(payments, receiver):
    payments.treat_webhooks(thin=True)
    session = payments.open_session()
    payments.pay(session["id"])
    payments.settle_webhooks()

    recorded = {event["id"]: event for event in payments.state()["events"]}
    for delivered in (json.loads(body) for body, _ in receiver.got):
        event = recorded[delivered["snapshot_event"]]
        about = event["data"]["object"]
        assert (delivered["object"], delivered["type"]) == ("v2.core.event", f"v1.{event['type']}")
        assert "data" not in delivered
        assert payments.api.get(delivered["related_object"]["url"]).json()["id"] == about["id"]


def test_an_event_can_be_delivered_again_several_times_at_once(payments, receiver, paid):
    event = payments.listed("events")[-1]

    assert payments.deliver(event["id"], copies=5) == [200] * 5

    assert names(receiver)[2:] == [event["type"]] * 5


def endpoint(payments, url, *events, **more):
    form = {"url": url, **{f"enabled_events[{number}]": event for number, event in enumerate(events)}, **more}
    return payments.api.post("/v1/webhook_endpoints", data=form).raise_for_status().json()


@pytest.fixture
def elsewhere(payments, receiver):
    """The simulator's own address leads nowhere: what the receiver gets was sent to an endpoint."""
    payments.send_webhooks_to("http://127.0.0.1:9/nobody")


def test_an_event_that_is_sent_again_goes_to_each_enabled_endpoint_that_takes_it(payments, receiver, elsewhere):
    payments.treat_webhooks("lose")
    taker = endpoint(payments, receiver.url, "charge.succeeded")
    endpoint(payments, receiver.url, "charge.refunded")
    disabled = endpoint(payments, receiver.url, "charge.succeeded")
    payments.api.post(f"/v1/webhook_endpoints/{disabled['id']}", data={"disabled": "true"}).raise_for_status()
    payments.pay(payments.open_session()["id"])
    [event] = payments.listed("events", type="charge.succeeded")

    assert payments.deliver(event["id"], copies=2) == [200, 200]

    assert names(receiver) == ["charge.succeeded"] * 2
    assert all(is_genuine(body, header, taker["secret"]) for body, header in receiver.got)


def test_an_event_can_be_sent_again_to_one_endpoint_alone(payments, receiver, elsewhere):
    payments.treat_webhooks("lose")
    endpoint(payments, receiver.url, "*")
    one = endpoint(payments, receiver.url, "charge.refunded")
    payments.pay(payments.open_session()["id"])
    event = payments.listed("events")[-1]["id"]

    assert payments.deliver(event, endpoint=one["id"]) == [200]

    assert is_genuine(*receiver.got[0], one["secret"])
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        payments.deliver(event, endpoint="we_unknown")
    payments.api.post(f"/v1/webhook_endpoints/{one['id']}", data={"disabled": "true"}).raise_for_status()
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        payments.deliver(event, endpoint=one["id"])
    assert len(receiver.got) == 1


def test_a_destination_for_thin_events_is_sent_the_thin_form_again(payments, receiver, elsewhere):
    payments.treat_webhooks("lose")
    wanted = {
        "name": "Thin",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": ["v1.refund.created"],
    }
    wanted |= {"webhook_endpoint": {"url": receiver.url}}
    payments.api.post("/v2/core/event_destinations", json=wanted).raise_for_status()
    session = payments.pay(payments.open_session()["id"])["session"]
    payments.api.post("/v1/refunds", data={"payment_intent": session["payment_intent"]}).raise_for_status()
    [event] = payments.listed("events", type="refund.created")

    payments.deliver(event["id"])

    assert "v1.refund.created" in names(receiver)


def test_an_event_that_no_endpoint_takes_is_not_sent_again_in_silence(payments):
    payments.pay(payments.open_session()["id"])
    [event] = payments.listed("events", type="charge.succeeded")

    with pytest.raises(httpx.HTTPStatusError) as refused:
        payments.deliver(event["id"])

    assert "No endpoint takes events of the type charge.succeeded" in refused.value.response.text


def test_an_invented_event_goes_to_the_endpoints_that_take_it_as_well(payments, receiver):
    taker = endpoint(payments, receiver.url, "product.created")

    assert payments.invent("product.created", {"id": "prod_no", "object": "product"}) == [200, 200]

    assert sorted(is_genuine(*got, taker["secret"]) for got in receiver.got) == [False, True]
    assert sorted(is_genuine(*got) for got in receiver.got) == [False, True]


@pytest.mark.parametrize("how", ["secret", "body", "header", "scheme", "reserialised"])
def test_forged_webhooks_do_not_verify(payments, receiver, paid, how):
    event = payments.listed("events")[-1]["id"]

    payments.deliver(event, forge=how)

    assert not is_genuine(*receiver.got[-1])


@pytest.mark.parametrize("skew", [-400, 400])
def test_a_skewed_signature_is_right_but_of_another_time(payments, receiver, paid, skew):
    payments.deliver(payments.listed("events")[-1]["id"], skew=skew)

    body, header = receiver.got[-1]
    assert not is_genuine(body, header)
    assert is_genuine(body, header, tolerance=500)


def test_skew_and_forgery_also_befall_the_webhooks_to_come(payments, receiver):
    payments.treat_webhooks(skew=-1000)
    payments.pay_later(payments.open_session()["id"])
    payments.settle_webhooks()
    payments.treat_webhooks(forge="secret")
    payments.pay_later(payments.open_session()["id"])
    payments.settle_webhooks()

    (early, skewed), (late, forged) = receiver.got
    assert is_genuine(early, skewed, tolerance=1100)
    assert not is_genuine(early, skewed)
    assert not is_genuine(late, forged)


def test_webhooks_can_be_sent_somewhere_else(payments, receiver):
    payments.send_webhooks_to("http://127.0.0.1:9/nobody")
    payments.pay_later(payments.open_session()["id"])
    payments.settle_webhooks()
    assert receiver.got == []

    payments.send_webhooks_to(None)
    payments.hurry()
    payments.settle_webhooks()

    assert names(receiver) == ["checkout.session.completed"]


def test_an_invented_event_is_signed_but_on_no_record(payments, receiver):
    statuses = payments.invent("checkout.session.completed", {"id": "cs_no", "object": "checkout.session"})

    body, header = receiver.got[0]
    assert statuses == [200]
    assert is_genuine(body, header)
    assert payments.api.get(f"/v1/events/{json.loads(body)['id']}").status_code == 404


def test_the_clock_moves_events_but_not_signatures(payments, receiver):
    payments.advance(100_000)
    payments.pay_later(payments.open_session()["id"])
    payments.settle_webhooks()

    body, header = receiver.got[0]
    assert is_genuine(body, header)
    assert json.loads(body)["created"] > time.time() + 90_000


def test_a_session_that_expires_unasked_is_announced(payments, receiver):
    payments.open_session(expires_at=str(int(time.time()) + 3600))

    payments.advance(3700)
    payments.settle_webhooks()

    assert names(receiver) == ["checkout.session.expired"]


def test_a_receiver_that_does_not_answer_holds_up_nobody_else(payments, receiver):
    receiver.changed.acquire()  # it blocks in the middle of its first delivery
    try:
        payments.pay_later(payments.open_session()["id"])
        began = time.monotonic()
        payments.open_session()
        assert time.monotonic() - began < 5
    finally:
        receiver.changed.release()
    receiver.wait_for(1)
    payments.settle_webhooks()
    assert until(lambda: payments.listed("deliveries", state="sent"))
