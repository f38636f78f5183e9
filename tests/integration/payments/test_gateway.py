"""What the gateway makes of an answer: which error, whether it asks again, and under which key."""

import re

import httpx
import pytest

from app.runtime import outbound
from app.runtime.async_bridge import bridge
from app.stripe import gateway as module
from app.stripe.circuit_breaker import AT_ONCE
from app.stripe.errors import Declined, Misconfigured, NotFound, PaymentError, Rejected, Stuck, Unavailable, Unknown
from app.stripe.gateway import API_VERSION, TRIES
from tests.integration.checkout.buying import SESSIONS, session
from tests.settings import PAYMENTS, PAYMENTS_KEY

pytestmark = pytest.mark.any_database

ASKED = {
    "client_reference_id": "7",
    "line_items[0][price_data][unit_amount]": "8900",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][quantity]": "1",
    "metadata[attempt]": "key",
}
INTENT = {"id": "pi_1", "status": "succeeded", "amount": 1, "amount_received": 1, "currency": "eur", "created": 1}


@pytest.fixture
def gateway(app):
    return app.extensions["gateway"]


def make(gateway):
    return bridge.run(gateway.create_session("mode=payment", "key"))


def failure(status, kind="invalid_request_error", **headers):
    error = {"type": kind, "code": "some_code", "message": "in the provider's words"}
    return {"status_code": status, "json": {"error": error}, "headers": headers, "is_reusable": True}


def test_a_session_is_asked_for_to_the_letter(gateway, httpx_mock):
    httpx_mock.add_response(json=session(ASKED))

    made = make(gateway)

    [sent] = httpx_mock.get_requests()
    assert (made.status, made.amount_total, made.currency, made.livemode) == ("open", 8900, "eur", False)
    assert sent.content == b"mode=payment"
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent.headers["Idempotency-Key"] == "key"
    assert sent.headers["Stripe-Version"] == API_VERSION
    assert sent.headers["Authorization"] == f"Bearer {PAYMENTS_KEY}"


REPLAYED = {"Idempotent-Replayed": "true"}


@pytest.mark.parametrize(
    ("answer", "error", "known", "look_up", "times"),
    [
        (failure(400), Rejected, True, False, 1),
        (failure(401), Misconfigured, True, False, 1),
        (failure(403), Misconfigured, True, False, 1),
        (failure(402, "card_error"), Declined, True, False, 1),
        (failure(404), NotFound, True, False, 1),
        (failure(409, "idempotency_error"), Unknown, False, False, TRIES),
        (failure(429), Unknown, False, False, TRIES),
        (failure(500, "api_error"), Unknown, False, False, TRIES),
        (failure(503, "api_error"), Unknown, False, False, TRIES),
        (failure(400, "idempotency_error"), Stuck, False, True, 1),
        (failure(500, "api_error", **REPLAYED), Stuck, False, True, 1),
        (failure(402, "card_error", **REPLAYED), Declined, True, False, 1),
        (failure(500, "api_error", **{"Stripe-Should-Retry": "false"}), Unknown, False, False, 1),
        (failure(400, **{"Stripe-Should-Retry": "true"}), Rejected, True, False, TRIES),
        ({"status_code": 302, "headers": {"Location": "/elsewhere"}}, Unknown, False, False, 1),
        ({"html": "<h1>Hello</h1>"}, Unknown, False, False, 1),
        ({"json": {"id": "cs_1"}}, Unknown, False, False, 1),
        ({"content": b"\xff"}, Unknown, False, False, 1),
    ],
)
def test_an_answer_is_one_error_that_knows_what_to_do_next(gateway, httpx_mock, answer, error, known, look_up, times):
    httpx_mock.add_response(**answer)

    with pytest.raises(PaymentError) as raised:
        make(gateway)

    assert type(raised.value) is error
    assert (raised.value.known, raised.value.look_up) == (known, look_up)
    assert len(httpx_mock.get_requests()) == times
    assert "in the provider's words" not in str(raised.value)


@pytest.mark.parametrize(
    ("failure", "times"),
    [
        (httpx.ConnectError, TRIES),
        (httpx.RemoteProtocolError, TRIES),
        (httpx.ReadError, TRIES),
        (httpx.WriteError, TRIES),
        (httpx.ReadTimeout, 1),
        (httpx.ConnectTimeout, 1),
        (httpx.PoolTimeout, 1),
    ],
)
def test_what_breaks_is_asked_again_and_what_hangs_is_not(gateway, httpx_mock, failure, times):
    httpx_mock.add_exception(failure("broken"), is_reusable=True)

    with pytest.raises(Unknown):
        make(gateway)

    keys = [request.headers["Idempotency-Key"] for request in httpx_mock.get_requests()]
    assert keys == ["key"] * times


def test_the_second_answer_counts(gateway, httpx_mock):
    httpx_mock.add_exception(httpx.ReadError("torn"))
    httpx_mock.add_response(json=session(ASKED))

    assert make(gateway).status == "open"


def test_tries_and_pauses_end_with_the_deadline(gateway, httpx_mock, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_SECONDS", 60)
    monkeypatch.setattr(outbound, "call_seconds", lambda: 1)
    httpx_mock.add_response(500, is_reusable=True)

    with pytest.raises(Unknown):
        make(gateway)

    assert len(httpx_mock.get_requests()) == 1


def test_a_provider_with_too_much_on_its_hands_is_not_asked_at_all(gateway, httpx_mock):
    calls = [gateway.breaker.call() for _ in range(AT_ONCE)]  # as calls under way
    for call in calls:
        call.__enter__()

    with pytest.raises(Unavailable) as raised:
        make(gateway)

    assert not raised.value.known
    assert httpx_mock.get_requests() == []
    for call in calls:
        call.__exit__(None, None, None)


def test_a_list_is_read_to_its_end(gateway, httpx_mock):
    pages = [[INTENT | {"id": "pi_3"}, INTENT | {"id": "pi_2"}], [INTENT]]
    for number, page in enumerate(pages):
        httpx_mock.add_response(json={"data": page, "has_more": number == 0})

    async def read():
        return [each.id async for each in gateway.intents(5)]

    assert bridge.run(read()) == ["pi_3", "pi_2", "pi_1"]
    first, second = (request.url.params for request in httpx_mock.get_requests())
    assert (first["created[gte]"], first["limit"], "starting_after" in first) == ("5", "100", False)
    assert second["starting_after"] == "pi_2"


def test_an_id_is_no_way_to_another_address(gateway, httpx_mock):
    httpx_mock.add_response(404, url=re.compile(re.escape(PAYMENTS)))

    with pytest.raises(NotFound):
        bridge.run(gateway.get_session("../balance?x="))

    [sent] = httpx_mock.get_requests()
    assert sent.url.raw_path.decode() == f"{httpx.URL(SESSIONS).path}/..%2Fbalance%3Fx%3D"
