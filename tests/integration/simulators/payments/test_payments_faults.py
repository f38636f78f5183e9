from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.integration.simulators.payments.waiting import until

SESSIONS = "/v1/checkout/sessions"
KEY = {"Idempotency-Key": "order-42"}
IMPATIENT = httpx.Timeout(10, read=0.1)


def test_a_connection_dropped_before_execution_leaves_nothing(payments, api, order):
    payments.drop()

    with pytest.raises(httpx.RemoteProtocolError):
        api.post(SESSIONS, data=order, headers=KEY)

    assert payments.listed("sessions") == []
    assert "Idempotent-Replayed" not in api.post(SESSIONS, data=order, headers=KEY).headers


def test_a_connection_dropped_after_execution_leaves_a_session_that_a_replay_finds(payments, api, order):
    payments.drop(when="after")

    with pytest.raises(httpx.RemoteProtocolError):
        api.post(SESSIONS, data=order, headers=KEY)

    [made] = payments.listed("sessions")
    replayed = api.post(SESSIONS, data=order, headers=KEY)
    assert replayed.json()["id"] == made["id"]
    assert replayed.headers["Idempotent-Replayed"] == "true"


def test_a_call_that_hangs_before_execution_never_executes(payments, api, order):
    payments.hang()

    with pytest.raises(httpx.ReadTimeout):
        api.post(SESSIONS, data=order, headers=KEY, timeout=IMPATIENT)

    assert payments.listed("sessions") == []


def test_a_call_that_hangs_after_execution_has_been_executed(payments, api, order):
    payments.hang(when="after")

    with pytest.raises(httpx.ReadTimeout):
        api.post(SESSIONS, data=order, headers=KEY, timeout=IMPATIENT)

    assert len(payments.listed("sessions")) == 1
    assert api.post(SESSIONS, data=order, headers=KEY).headers["Idempotent-Replayed"] == "true"


def test_a_delayed_call_is_executed_although_the_client_gave_up(payments, api, order):
    payments.delay(0.3)

    with pytest.raises(httpx.ReadTimeout):
        api.post(SESSIONS, data=order, headers=KEY, timeout=IMPATIENT)

    answer = until(lambda: finished(api.post(SESSIONS, data=order, headers=KEY)))
    assert answer.headers["Idempotent-Replayed"] == "true"


def finished(answer):
    return answer if answer.status_code != 409 else None


def test_mending_ends_a_hang_that_is_under_way(payments, api, order):
    payments.hang(when="after", times=None)
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(api.post, SESSIONS, data=order)
        until(payments.calls)

        payments.mend()

        assert isinstance(hanging.exception(10), httpx.RemoteProtocolError)
    assert api.get(SESSIONS).status_code == 200


def test_a_call_that_was_delayed_when_all_was_reset_executes_nothing(payments, api, order):
    payments.delay(30)
    with ThreadPoolExecutor() as pool:
        delayed = pool.submit(api.post, SESSIONS, data=order)
        until(payments.calls)

        payments.reset()

        assert isinstance(delayed.exception(10), httpx.RemoteProtocolError)
    assert payments.listed("sessions") == []


def test_a_fault_befalls_as_many_calls_as_it_was_told_and_only_those_that_match(payments, api, order):
    payments.refuse(503, times=2, skip=1, method="POST", path=f"{SESSIONS}/*/expire")
    session = api.post(SESSIONS, data=order).json()["id"]

    statuses = [api.post(f"{SESSIONS}/{session}/expire").status_code for _ in range(4)]

    assert api.get(f"{SESSIONS}/{session}").status_code == 200
    assert statuses == [200, 503, 503, 400]


def test_a_lasting_fault_lasts_until_it_is_mended(payments, api):
    payments.refuse(500, times=None)

    assert [api.get(SESSIONS).status_code for _ in range(5)] == [500] * 5
    payments.mend()
    assert api.get(SESSIONS).status_code == 200


@pytest.mark.parametrize(
    ("status", "kind"),
    [(409, "idempotency_error"), (429, "invalid_request_error"), (500, "api_error"), (503, "api_error")],
)
def test_refusals_have_the_provider_s_shape(payments, api, status, kind):
    payments.refuse(status, retry=False)

    answer = api.get(SESSIONS)

    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)
    assert answer.headers["Stripe-Should-Retry"] == "false"
    assert answer.headers["Request-Id"].startswith("req_")


def test_every_call_is_on_the_log_with_its_key_and_its_connection(payments, api, order):
    api.post(SESSIONS, data=order, headers=KEY)
    api.post(SESSIONS, data=order, headers=KEY)
    api.get(SESSIONS)

    first, second = payments.calls("POST", SESSIONS)
    assert first["key"] == "order-42"
    assert (first["status"], first["replayed"], second["replayed"]) == (200, False, True)
    assert first["params"]["client_reference_id"] == "42"
    assert len({call["connection"] for call in payments.calls()}) == 1


def test_the_log_shows_what_befell_a_call(payments, api, order):
    payments.drop()
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(SESSIONS, data=order)
    api.post(SESSIONS, data=order | {"mode": "gift"})

    dropped, refused = payments.calls()
    assert (dropped["fault"], dropped["status"]) == ("drop", None)
    assert (refused["fault"], refused["status"], refused["error"]) == (None, 400, "invalid_request_error")


def test_a_reset_forgets_everything(payments, api, order):
    session = api.post(SESSIONS, data=order, headers=KEY).json()["id"]
    payments.refuse(500, times=None)
    payments.advance(3600)

    payments.reset()

    assert api.get(f"{SESSIONS}/{session}").status_code == 404
    assert "Idempotent-Replayed" not in api.post(SESSIONS, data=order, headers=KEY).headers
    assert len(payments.calls()) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"kind": "explode"}),
        ("/faults", {"kind": "drop", "whn": "after"}),
        ("/faults", {"kind": "delay", "seconds": "1"}),
        ("/webhooks", {"mode": "burn"}),
        ("/webhooks/deliver", {"event": "evt_no"}),
        ("/clock", []),
        ("/disputes", {"session": "cs_no"}),
        ("/sessions/cs_no/pay", {}),
    ],
)
def test_the_control_api_says_what_it_does_not_understand(payments, path, body):
    answer = httpx.post(f"{payments.url}/_control{path}", json=body)

    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


def test_the_control_api_takes_no_form_from_a_page(payments):
    answer = httpx.post(f"{payments.url}/_control/faults", data={"kind": "drop"})

    assert answer.status_code == 400
