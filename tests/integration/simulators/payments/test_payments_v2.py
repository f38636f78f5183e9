"""What is of its own in /v2 of the payment simulator: JSON parameters, errors, keys, and pages."""

import pytest

EVENTS = "/v2/core/events"
DESTINATIONS = "/v2/core/event_destinations"
WANTED = {
    "name": "Shop",
    "type": "webhook_endpoint",
    "event_payload": "snapshot",
    "enabled_events": ["charge.succeeded"],
    "webhook_endpoint": {"url": "http://127.0.0.1:9/"},
}


def create(api, key=None, **changes):
    headers = {"Idempotency-Key": key} if key else {}
    given = {name: value for name, value in {**WANTED, **changes}.items() if value is not ...}
    return api.post(DESTINATIONS, json=given, headers=headers)


def invalid(answer):
    """The message of a refusal in the shape that /v2 has for fields, which has no `type`."""
    error = answer.json()["error"]
    assert (answer.status_code, set(error), error["code"]) == (400, {"code", "message"}, "invalid_fields")
    return error["message"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"surprise": 1}, "'surprise: Unknown field.'"),
        (
            {"webhook_endpoint": {"url": "http://127.0.0.1:9/", "secret": "1"}},
            "'webhook_endpoint.secret: Unknown field.'",
        ),
        (
            {"event_payload": "fat"},
            "'event_payload: Unrecognized enum value 'fat', valid values are: snapshot, thin.'",
        ),
        ({"include": ["webhook_endpoint.url", "x"]}, "'include[1]: Unrecognized enum value 'x'"),
        ({"enabled_events": 5}, "'enabled_events: "),
        ({"enabled_events": "x"}, "'enabled_events: "),
        ({"enabled_events": [5]}, "'enabled_events[0]: "),
        ({"webhook_endpoint": "x"}, "'webhook_endpoint: "),
        ({"webhook_endpoint": {}}, "'webhook_endpoint.url: "),
        ({"webhook_endpoint": {"url": 5}}, "'webhook_endpoint.url: "),
        ({"webhook_endpoint": {"url": "shop.example"}}, "'webhook_endpoint.url: "),
        ({"webhook_endpoint": ...}, "'webhook_endpoint: "),
        ({"name": None}, "'name: "),
        ({"name": ...}, "'name: "),
        ({"type": "amazon_eventbridge"}, "'type: "),
        ({"amazon_eventbridge": {"aws_account_id": "1", "aws_region": "eu"}}, "'amazon_eventbridge: "),
        ({"type": ["webhook_endpoint"]}, "'type: "),
        ({"metadata": {"order": 7}}, "'metadata.order: "),
        ({"metadata": []}, "'metadata: "),
    ],
)
def test_a_destination_that_is_asked_for_wrongly_is_refused(api, changes, words):
    assert f"Some fields in the request were invalid: {words}" in invalid(create(api, **changes))
    assert api.get(DESTINATIONS).json()["data"] == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"5", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(api, body):
    answer = api.post(DESTINATIONS, content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, set(answer.json()["error"])) == (400, {"code", "message"})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("surprise=1", "surprise"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit[]=5", "limit"),
        ("page=x", "page"),
        ("page=page_eA==", "page"),
        ("object_id[]=x", "object_id"),
        ("types[a]=x", "types"),
        ("created=5", "created"),
        ("created[gt]=5", "created.gt"),
        ("created[gt]=2026-11-30", "created.gt"),
        ("created[after]=2026-11-30T12:00:00Z", "created.after"),
    ],
)
def test_a_query_that_the_list_of_events_does_not_take_is_refused(api, query, field):
    assert f"'{field}: " in invalid(api.get(f"{EVENTS}?{query}"))


def test_a_parameter_that_a_call_without_parameters_gets_is_refused(api):
    name = create(api).json()["id"]

    for answer in (
        api.post(f"{DESTINATIONS}/{name}/disable", json={"why": "x"}),
        api.post(f"{DESTINATIONS}/{name}/disable?why=x"),
        api.post(f"{DESTINATIONS}/{name}", json={"type": "webhook_endpoint"}),
        api.get(f"{DESTINATIONS}/{name}?expand[]=x"),
        api.delete(f"{DESTINATIONS}/{name}?why=x"),
    ):
        assert "Unknown field." in invalid(answer)
    assert api.get(f"{DESTINATIONS}/{name}").json()["status"] == "enabled"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_destination_that_is_not_there_is_not_found(api, method):
    answer = api.request(method, f"{DESTINATIONS}/ed_none")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_change_leaves_the_rest_as_it_is_and_null_takes_metadata_away(api):
    name = create(api, metadata={"a": "1", "b": "2"}, include=["webhook_endpoint.url"]).json()["id"]

    changed = api.post(f"{DESTINATIONS}/{name}", json={"metadata": {"b": None, "c": "3"}, "enabled_events": []}).json()

    assert changed["metadata"] == {"a": "1", "c": "3"}
    assert (changed["name"], changed["enabled_events"]) == ("Shop", [])
    shown = api.get(f"{DESTINATIONS}/{name}?include=webhook_endpoint.url").json()
    assert shown["webhook_endpoint"]["url"] == WANTED["webhook_endpoint"]["url"]


def test_a_key_that_is_used_again_for_another_body_is_an_error(api):
    made = create(api, "key").json()

    again, other = create(api, "key"), create(api, "key", name="Other")

    assert (again.json(), again.headers["Idempotent-Replayed"]) == (made, "true")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_error")
    assert len(api.get(DESTINATIONS).json()["data"]) == 1


def test_a_key_counts_for_a_delete_too(api):
    headers = {"Idempotency-Key": "key"}
    name, other = create(api).json()["id"], create(api).json()["id"]
    first = api.delete(f"{DESTINATIONS}/{name}", headers=headers)

    assert api.delete(f"{DESTINATIONS}/{name}", headers=headers).json() == first.json()
    assert api.delete(f"{DESTINATIONS}/{other}", headers=headers).status_code == 409


def test_what_failed_under_a_key_is_tried_again_and_what_was_done_is_not_done_again(payments, api):
    payments.break_down(path=DESTINATIONS)
    payments.break_down(path=DESTINATIONS, executed=True)

    first, second, third = (create(api, "key") for _ in range(3))

    assert [each.status_code for each in (first, second, third)] == [500, 500, 200]
    assert [each["id"] for each in api.get(DESTINATIONS).json()["data"]] == [third.json()["id"]]


def test_the_log_shows_what_a_call_was_given(payments, api):
    create(api)
    api.get(f"{EVENTS}?limit=3")

    assert [call["params"] for call in payments.calls()] == [WANTED, {"limit": "3"}]


def paged(api, url):
    """Each page's ids, on the way of `next_page_url`; and the way back."""
    pages, answer = [], api.get(url).json()
    while True:
        pages.append([each["id"] for each in answer["data"]])
        if answer["next_page_url"] is None:
            break
        answer = api.get(answer["next_page_url"]).json()
    back = [pages[-1]]
    while answer["previous_page_url"]:
        answer = api.get(answer["previous_page_url"]).json()
        back.append([each["id"] for each in answer["data"]])
    return pages, back


def test_the_lists_have_pages_in_both_directions(payments, api):
    payments.pay(payments.open_session()["id"])
    made = [create(api).json()["id"] for _ in range(5)]

    forth, back = paged(api, f"{DESTINATIONS}?limit=2")
    every, _ = paged(api, EVENTS)
    events, _ = paged(api, f"{EVENTS}?limit=1&types[]=v1.charge.succeeded&types[]=v1.payment_intent.succeeded")

    assert forth == [made[:2:-1], made[2:0:-1], made[:1]]
    assert back == forth[::-1]
    assert [len(page) for page in events] == [1, 1]
    assert {name for page in events for name in page} < {name for page in every for name in page}


def test_what_is_new_between_two_pages_is_on_neither(api):
    made = [create(api).json()["id"] for _ in range(3)]
    first = api.get(f"{DESTINATIONS}?limit=2").json()
    create(api)

    second = api.get(first["next_page_url"]).json()

    assert [each["id"] for page in (first, second) for each in page["data"]] == made[::-1]


def test_events_are_chosen_by_the_time_when_they_happened(payments, api):
    payments.open_session()
    payments.pay(payments.open_session()["id"])
    last = api.get(EVENTS).json()["data"][0]["created"]

    until, after = (api.get(EVENTS, params={f"created[{sign}]": last}).json()["data"] for sign in ("lte", "gt"))

    assert until
    assert after == []
