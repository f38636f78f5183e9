from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.integration.simulators.payments.waiting import until

SESSIONS = "/v1/checkout/sessions"
KEY = {"Idempotency-Key": "order-42"}


def test_a_replayed_key_returns_the_first_answer_and_makes_nothing(payments, api, order):
    first = api.post(SESSIONS, data=order, headers=KEY)
    second = api.post(SESSIONS, data=order, headers=KEY)

    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert len(payments.listed("sessions")) == 1


def test_the_order_of_the_parameters_does_not_matter(payments, api, order):
    first = api.post(SESSIONS, data=order, headers=KEY)

    second = api.post(SESSIONS, data=dict(reversed(order.items())), headers=KEY)

    assert second.json()["id"] == first.json()["id"]


def test_a_replay_shows_the_session_as_it_was_not_as_it_is(payments, api, order):
    session = api.post(SESSIONS, data=order, headers=KEY).json()
    payments.pay(session["id"])

    assert api.post(SESSIONS, data=order, headers=KEY).json()["status"] == "open"
    assert api.get(f"{SESSIONS}/{session['id']}").json()["status"] == "complete"


def test_without_a_key_every_call_makes_one(payments, api, order):
    for _ in range(2):
        api.post(SESSIONS, data=order).raise_for_status()

    assert len(payments.listed("sessions")) == 2


def test_a_key_with_other_parameters_is_an_idempotency_error(payments, api, order):
    api.post(SESSIONS, data=order, headers=KEY)

    answer = api.post(SESSIONS, data=order | {"client_reference_id": "43"}, headers=KEY)

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")
    assert len(payments.listed("sessions")) == 1


def test_a_key_at_another_endpoint_is_an_idempotency_error(payments, api, order):
    session = api.post(SESSIONS, data=order, headers=KEY).json()

    answer = api.post(f"{SESSIONS}/{session['id']}/expire", data=order, headers=KEY)

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")
    assert "same endpoint" in answer.json()["error"]["message"]


def test_a_replayed_key_returns_the_saved_500(payments, api, order):
    payments.break_down()

    answers = [api.post(SESSIONS, data=order, headers=KEY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [500, 500, 500]
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, "true", "true"]
    assert answers[0].json()["error"]["type"] == "api_error"
    assert payments.listed("sessions") == []


def test_a_saved_500_may_hide_a_session_that_was_made(payments, api, order):
    payments.break_down(executed=True)

    assert api.post(SESSIONS, data=order, headers=KEY).status_code == 500
    assert api.post(SESSIONS, data=order, headers=KEY).status_code == 500
    assert [row["client_reference_id"] for row in api.get(SESSIONS).json()["data"]] == ["42"]


def test_an_unsaved_500_leaves_the_key_free(payments, api, order):
    payments.refuse(500)

    assert api.post(SESSIONS, data=order, headers=KEY).status_code == 500
    again = api.post(SESSIONS, data=order, headers=KEY)
    assert again.status_code == 200
    assert "Idempotent-Replayed" not in again.headers


def test_a_validation_failure_is_not_saved(api, order):
    wrong = api.post(SESSIONS, data=order | {"success_url": ""}, headers=KEY)
    right = api.post(SESSIONS, data=order, headers=KEY)

    assert (wrong.status_code, right.status_code) == (400, 200)


def test_a_refusal_in_the_middle_of_execution_is_saved(payments, api):
    intent = payments.pay(payments.open_session()["id"])["session"]["payment_intent"]
    form = {"payment_intent": intent, "amount": "1201"}

    first = api.post("/v1/refunds", data=form, headers=KEY)
    second = api.post("/v1/refunds", data=form, headers=KEY)

    assert (first.status_code, second.status_code) == (400, 400)
    assert second.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("status", [409, 429])
def test_a_429_or_409_comes_before_the_key_is_looked_at(payments, api, order, status):
    first = api.post(SESSIONS, data=order, headers=KEY)
    payments.refuse(status, retry=True)

    refused = api.post(SESSIONS, data=order, headers=KEY)
    after = api.post(SESSIONS, data=order, headers=KEY)

    assert refused.status_code == status
    assert refused.headers["Stripe-Should-Retry"] == "true"
    assert after.content == first.content


def test_a_key_in_flight_is_a_409_and_the_first_call_goes_on(payments, api, order):
    payments.delay(30)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(api.post, SESSIONS, data=order, headers=KEY)
        until(lambda: [call for call in payments.calls() if call["fault"]])

        second = httpx.post(
            payments.url + SESSIONS, data=order, headers=KEY | {"Authorization": api.headers["Authorization"]}
        )
        payments.mend()

        assert (second.status_code, second.json()["error"]["code"]) == (409, "idempotency_key_in_use")
        assert first.result().status_code == 200
    assert api.post(SESSIONS, data=order, headers=KEY).headers["Idempotent-Replayed"] == "true"


def test_parallel_calls_under_one_key_make_one_session(payments, api, order):
    def post(_):
        return api.post(SESSIONS, data=order, headers=KEY)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(40)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(payments.listed("sessions")) == 1


def test_keys_are_forgotten_after_24_hours_and_not_before(payments, api, order):
    first = api.post(SESSIONS, data=order, headers=KEY).json()

    payments.advance(24 * 3600 - 60)
    replayed = api.post(SESSIONS, data=order, headers=KEY)
    payments.advance(61)
    anew = api.post(SESSIONS, data=order, headers=KEY)

    assert replayed.json()["id"] == first["id"]
    assert anew.json()["id"] != first["id"]
    assert "Idempotent-Replayed" not in anew.headers


def test_a_key_has_at_most_255_characters(api, order):
    assert api.post(SESSIONS, data=order, headers={"Idempotency-Key": "k" * 255}).status_code == 200
    assert api.post(SESSIONS, data=order, headers={"Idempotency-Key": "k" * 256}).status_code == 400


def test_a_key_means_nothing_to_a_get(payments, api):
    session = payments.open_session()["id"]
    before = api.get(f"{SESSIONS}/{session}", headers=KEY).json()
    payments.pay(session)

    after = api.get(f"{SESSIONS}/{session}", headers=KEY).json()

    assert (before["status"], after["status"]) == ("open", "complete")
