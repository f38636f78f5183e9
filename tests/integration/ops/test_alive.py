"""/healthz: it is answered before Flask, and is in all else as any route."""

import pytest


def told(client, what):
    """The line of a metric."""
    lines = client.get("/metrics").text.splitlines()
    return next((line.rpartition(" ")[2] for line in lines if line.startswith(what)), "0.0")


def test_it_says_what_its_description_says(client):
    response = client.get("/healthz")

    assert (response.status_code, response.mimetype, response.get_json()) == (200, "application/json", {"status": "ok"})


def test_its_answer_has_the_request_id_that_was_given(client):
    assert (
        client.get("/healthz", headers={"X-Request-ID": "request-of-ada"}).headers["X-Request-ID"] == "request-of-ada"
    )


def test_a_request_id_of_another_form_is_replaced(client):
    answers = [client.get("/healthz", headers={"X-Request-ID": "a word, and another"}) for _ in range(2)]

    ids = {answer.headers["X-Request-ID"] for answer in answers}
    assert len(ids) == 2
    assert "a word, and another" not in ids


@pytest.mark.parametrize("what", ["kiosk_requests_total", "kiosk_request_seconds_count"])
def test_it_is_counted(client, what):
    which = f'{what}{{method="GET",route="/healthz"'
    before = float(told(client, which))

    client.get("/healthz")

    assert float(told(client, which)) == before + 1


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("OPTIONS", 200)])
def test_other_methods_are_answered_as_on_any_route(client, method, status):
    assert client.open("/healthz", method=method).status_code == status
