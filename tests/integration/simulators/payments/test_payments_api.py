import time

import httpx
import pytest

SESSIONS = "/v1/checkout/sessions"


def error(answer):
    return answer.status_code, answer.json()["error"]


def test_a_new_session_is_open_and_unpaid_and_has_a_page(api, order):
    session = api.post(SESSIONS, data=order).raise_for_status().json()

    assert session["object"] == "checkout.session"
    assert (session["status"], session["payment_status"], session["payment_intent"]) == ("open", "unpaid", None)
    assert (session["amount_total"], session["currency"], session["livemode"]) == (1200, "eur", False)
    assert (session["client_reference_id"], session["metadata"]) == ("42", {"shop": "kiosk"})
    assert session["url"] == f"{api.base_url}/pay/{session['id']}".replace("//pay", "/pay")
    assert session["expires_at"] - session["created"] == 24 * 3600
    assert api.get(f"{SESSIONS}/{session['id']}").json() == session


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"surprise": "1"}, "surprise", "parameter_unknown"),
        ({"line_items[0][quantity]": ""}, "line_items[0][quantity]", "parameter_invalid_empty"),
        ({"line_items[0][quantity]": "0"}, "line_items[0][quantity]", "parameter_invalid_integer"),
        (
            {"line_items[0][price_data][unit_amount]": "6.00"},
            "line_items[0][price_data][unit_amount]",
            "parameter_invalid_integer",
        ),
        (
            {"line_items[0][price_data][product_data][name]": ""},
            "line_items[0][price_data][product_data][name]",
            "parameter_invalid_empty",
        ),
        ({"line_items[0][price_data][currency]": "euro"}, "line_items[0][price_data][currency]", None),
        ({"success_url": ""}, "success_url", "parameter_invalid_empty"),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid"),
        ({"cancel_url": "/back"}, "cancel_url", "url_invalid"),
        ({"client_reference_id": "x" * 201}, "client_reference_id", "parameter_too_long"),
        ({"mode": "gift"}, "mode", None),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"metadata[" + "k" * 41 + "]": "v"}, "metadata", None),
        ({"line_items[1][price]": "price_1"}, "line_items[1][price]", "resource_missing"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused_by_parameter(api, order, change, param, code):
    status, said = error(api.post(SESSIONS, data=order | change))

    assert (status, said["type"], said["param"], said.get("code")) == (400, "invalid_request_error", param, code)


@pytest.mark.parametrize(
    ("amount", "currency", "code", "words"),
    [
        (49, "eur", "amount_too_small", "€0.50 eur"),
        (17_499, "huf", "amount_too_small", "HUF\xa0175.00"),
        (100_000_000, "eur", "amount_too_large", "€999,999.99 eur"),
        (550, "isk", None, "divisible by 100"),
        (550, "ugx", None, "divisible by 100"),
        (1234, "kwd", None, "divisible by 10"),
    ],
)
def test_an_amount_that_a_currency_does_not_have_is_refused(api, order, amount, currency, code, words):
    price = "line_items[0][price_data]"

    status, said = error(
        api.post(
            SESSIONS,
            data=order
            | {"line_items[0][quantity]": "1", f"{price}[currency]": currency, f"{price}[unit_amount]": str(amount)},
        )
    )

    assert (status, said.get("code"), words in said["message"]) == (400, code, True)


@pytest.mark.parametrize(("ahead", "accepted"), [(29, False), (31, True), (24 * 60 - 1, True), (24 * 60 + 1, False)])
def test_a_session_lasts_from_30_minutes_to_24_hours(api, order, ahead, accepted):
    answer = api.post(SESSIONS, data=order | {"expires_at": str(int(time.time()) + ahead * 60)})

    assert answer.status_code == (200 if accepted else 400)


def test_a_session_expires_by_itself_when_its_time_has_come(payments, api, order):
    session = api.post(SESSIONS, data=order | {"expires_at": str(int(time.time()) + 3600)}).json()

    payments.advance(3601)

    gone = api.get(f"{SESSIONS}/{session['id']}").json()
    assert (gone["status"], gone["payment_status"], gone["url"]) == ("expired", "unpaid", None)
    assert [event["type"] for event in payments.listed("events")] == ["checkout.session.expired"]


def test_only_an_open_session_can_be_expired(api, order):
    session = api.post(SESSIONS, data=order).json()

    expired = api.post(f"{SESSIONS}/{session['id']}/expire").json()
    status, said = error(api.post(f"{SESSIONS}/{session['id']}/expire"))

    assert (expired["status"], expired["url"]) == ("expired", None)
    assert status == 400
    assert "This Checkout Session has a status of `expired`" in said["message"]


def test_line_items_and_intents_are_expanded_on_demand(payments, api, order):
    session = api.post(SESSIONS, data=order | {"expand[0]": "line_items"}).json()
    payments.pay(session["id"])

    paths = {"expand[0]": "payment_intent.latest_charge"}
    paid = api.get(f"{SESSIONS}/{session['id']}", params=paths).json()
    listed = api.get(SESSIONS, params={"expand[]": "data.payment_intent"}).json()["data"]

    assert session["line_items"]["data"][0]["description"] == "Tea"
    assert api.get(f"{SESSIONS}/{session['id']}/line_items").json() == session["line_items"]
    assert paid["payment_intent"]["latest_charge"]["amount"] == 1200
    assert listed[0]["payment_intent"]["status"] == "succeeded"
    assert api.get(f"{SESSIONS}/{session['id']}", params={"expand[]": "created"}).status_code == 400


def test_lists_are_newest_first_and_come_in_pages(payments, api):
    names = [payments.open_session()["id"] for _ in range(5)]

    first = api.get(SESSIONS, params={"limit": 2}).json()
    second = api.get(SESSIONS, params={"limit": 3, "starting_after": first["data"][-1]["id"]}).json()
    before = api.get(SESSIONS, params={"limit": 1, "ending_before": names[2]}).json()

    assert [row["id"] for row in first["data"] + second["data"]] == names[::-1]
    assert (first["object"], first["url"]) == ("list", SESSIONS)
    assert (first["has_more"], second["has_more"], before["has_more"]) == (True, False, True)
    assert [row["id"] for row in before["data"]] == [names[3]]


def test_sessions_are_listed_by_creation_status_and_intent_but_not_by_reference(payments, api):
    old = payments.open_session()
    now = payments.advance(3600)
    new = payments.open_session()
    intent = payments.pay(old["id"])["session"]["payment_intent"]

    def found(**filters):
        return [row["id"] for row in api.get(SESSIONS, params=filters).raise_for_status().json()["data"]]

    assert found(**{"created[gte]": now - 60}) == [new["id"]]
    assert found(**{"created[lt]": now - 60}) == [old["id"]]
    assert found(**{"created[gt]": old["created"], "created[lte]": new["created"]}) == [new["id"]]
    assert found(created=old["created"]) == [old["id"]]
    assert found(status="complete") == [old["id"]]
    assert found(payment_intent=intent) == [old["id"]]
    assert api.get(SESSIONS, params={"client_reference_id": "42"}).status_code == 400
    assert api.get(SESSIONS, params={"metadata[shop]": "kiosk"}).status_code == 400


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"starting_after": "cs_no"}, {"created[gte]": "x"}])
def test_a_list_that_cannot_be_had_is_a_400(api, query):
    assert api.get(SESSIONS, params=query).status_code == 400


@pytest.mark.parametrize(
    "path",
    [f"{SESSIONS}/cs_no", "/v1/refunds/re_no", "/v1/payment_intents/pi_no", "/v1/disputes/du_no", "/v1/events/e"],
)
def test_what_is_not_there_is_a_404_that_says_what(api, path):
    status, said = error(api.get(path))

    assert (status, said["type"], said["code"]) == (404, "invalid_request_error", "resource_missing")
    assert path.rpartition("/")[2] in said["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/nothing"), ("DELETE", "/v1/refunds"), ("POST", "/v1/events")]
)
def test_an_unknown_address_is_a_404_in_the_provider_s_words(api, method, path):
    status, said = error(api.request(method, path))

    assert (status, said["type"]) == (404, "invalid_request_error")
    assert f"{method}: {path}" in said["message"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer sk_test_other"}, {"Authorization": "Bearer"}, {"Authorization": "Basic !"}],
)
def test_without_the_right_key_nothing_is_answered(payments, headers):
    answer = httpx.get(payments.url + SESSIONS, headers=headers)

    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")
    assert "WWW-Authenticate" in answer.headers
    assert "sk_test_other" not in answer.text


def test_the_key_is_also_taken_as_a_user_name(payments, api):
    key = api.headers["Authorization"].removeprefix("Bearer ")

    assert httpx.get(payments.url + SESSIONS, auth=(key, "")).status_code == 200


def test_json_is_not_the_provider_s_language(api):
    status, said = error(api.post(SESSIONS, json={"mode": "payment"}))

    assert (status, said["type"]) == (400, "invalid_request_error")


def test_answers_carry_the_version_that_was_asked_for(api):
    named = api.get(SESSIONS, headers={"Stripe-Version": "2025-06-30.basil"})

    assert named.headers["Stripe-Version"] == "2025-06-30.basil"
    assert named.headers["Request-Id"].startswith("req_")
    assert api.get(SESSIONS, headers={"Stripe-Version": "tomorrow"}).status_code == 400


def test_an_order_for_nothing_needs_no_payment(payments, api, order):
    session = api.post(SESSIONS, data=order | {"line_items[0][price_data][unit_amount]": "0"}).json()

    done = payments.pay(session["id"])["session"]

    assert (done["status"], done["payment_status"], done["payment_intent"]) == (
        "complete",
        "no_payment_required",
        None,
    )
    assert payments.listed("charges") == []


def test_events_are_listed_by_type_and_kept_for_30_days(payments, api):
    payments.pay(payments.open_session()["id"])

    def types(**filters):
        return [event["type"] for event in api.get("/v1/events", params=filters).raise_for_status().json()["data"]]

    assert types() == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]
    assert types(type="payment_intent.succeeded") == ["payment_intent.succeeded"]
    assert types(type="checkout.*") == ["checkout.session.completed"]
    assert types(**{"types[0]": "charge.refunded", "types[1]": "payment_intent.succeeded"}) == [
        "payment_intent.succeeded"
    ]
    payments.advance(60)  # the payment is booked
    payments.advance(31 * 86400)
    assert types() == []


def test_an_event_names_the_request_that_caused_it_and_shows_things_as_they_were(payments, api, order):
    session = api.post(SESSIONS, data=order).json()
    answer = api.post(f"{SESSIONS}/{session['id']}/expire", headers={"Idempotency-Key": "expire-1"})

    event = api.get("/v1/events").json()["data"][0]

    assert event["request"] == {"id": answer.headers["Request-Id"], "idempotency_key": "expire-1"}
    assert event["data"]["object"]["status"] == "expired"
    assert api.get(f"/v1/events/{event['id']}").json() == event
