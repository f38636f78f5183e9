"""The API's description tells newcomers what each field and each error is."""

import pytest

from app.runtime.errors import Problem


@pytest.fixture
def description(client):
    return client.get("/api/openapi.json").get_json()


def responses(description):
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                yield f"{method} {path} {status}", answer


def test_it_begins_with_how_to_sign_in_and_what_errors_are(description):
    assert "POST /api/login" in description["info"]["description"]
    assert "problem+json" in description["info"]["description"]


def test_every_field_has_a_sentence_and_an_example(description):
    silent = [
        f"{name}.{field}"
        for name, schema in description["components"]["schemas"].items()
        for field, about in schema.get("properties", {}).items()
        if not about.get("description") or not about.get("examples")
    ]

    assert silent == []


def test_every_parameter_that_is_no_id_has_a_sentence(description):
    silent = [
        f"{method} {path} {parameter['name']}"
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        for parameter in operation["parameters"]
        if parameter["in"] != "path" and not parameter.get("description")
    ]

    assert silent == []


def test_every_error_has_a_sentence_and_an_example(description):
    for where, answer in responses(description):
        problems = answer.get("content", {}).get("application/problem+json")
        if problems is None:
            continue
        assert problems["examples"], where
        for code, example in problems["examples"].items():
            body = example["value"]
            assert body["error"] == code, where
            assert body["detail"] in answer["description"], where
            assert code == Problem.error or body["detail"] != Problem.detail, f"{where}: {code} has no words of its own"


def test_every_route_has_a_summary(description):
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert " " in operation["summary"], f"{method} {path}"
