"""The API's description, OpenAPI 3.1, made from the routes' declarations once per process."""

import inspect
import re
from collections import ChainMap
from collections.abc import Iterator, Sequence
from datetime import timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

import msgspec
from flask import Flask, current_app
from werkzeug.wrappers import Response

from app.runtime.errors import (
    FieldError,
    Forbidden,
    Invalid,
    MalformedBody,
    NotFound,
    Problem,
    ProblemBody,
    StaleVersion,
    Unauthorized,
    Unavailable,
    UnsupportedType,
    WrongContentType,
    encoded,
    of_status,
)
from app.web import limits
from app.web.api import CONFIRMED_WITHIN, Access, Api, ConfirmationRequired, Operation, operations
from app.web.field_words import Words
from app.web.frontend import page
from app.web.introduction import HEADERS, INTRODUCTION
from app.web.request_input import JSON

VERSION = "1"
RECENT = f"Takes a sign-in or a confirmation within the last {CONFIRMED_WITHIN // timedelta(minutes=1)} minutes."
routes = Api("description")


@routes.get("/api/openapi.json", access=Access.ALL)
def describe_api() -> Response:
    """This description."""
    return Response(described(), mimetype="application/json")


@routes.get("/api/docs", access=Access.ALL)
def show_docs() -> Response:
    """This description, for reading and trying; works offline."""
    return page("docs/index.html")


def described() -> bytes:
    """The description as JSON."""
    cached: bytes | None = current_app.extensions.get("openapi")
    if cached is None:
        cached = current_app.extensions["openapi"] = msgspec.json.encode(description(operations()))
    return cached


def description(listed: list[Operation]) -> dict[str, Any]:
    shapes = list(dict.fromkeys(_shapes(listed)))
    schemas, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    by_shape = dict(zip(shapes, schemas, strict=True))
    _explain(components)
    paths: dict[str, dict[str, Any]] = {}
    for operation in listed:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, by_shape)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kiosk", "version": VERSION, "description": "\n".join(INTRODUCTION)},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "operator": {"type": "http", "scheme": "bearer", "description": "KIOSK_METRICS_TOKEN"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-kiosk"},
            },
        },
    }


def _explain(components: dict[str, dict[str, Any]]) -> None:
    """Give each field its sentence and its example."""
    for name, component in components.items():
        for field, schema in component.get("properties", {}).items():
            if told := _words(name, field):
                schema.setdefault("description", told[0])
                schema.setdefault("examples", [told[1]])


def _words(schema: str, field: str) -> tuple[str, object] | None:
    words: ChainMap[str, tuple[str, object]] = current_app.extensions["field_words"]
    return words.get(f"{schema}.{field}") or words.get(field)


def init_app(app: Flask, words: Sequence[Words]) -> None:
    """`words` of all features; of two that have a field of one name, the one that has named its schema wins."""
    app.extensions["field_words"] = ChainMap(*map(dict, words))


def _shapes(listed: list[Operation]) -> Iterator[Any]:
    yield ProblemBody
    for operation in listed:
        for name in ("body", "query"):
            if operation.reads.get(name, bytes) is not bytes:
                yield operation.reads[name]
        if _has_body(operation.answer):
            yield operation.answer


def _has_body(answer: Any) -> bool:
    return not (inspect.isclass(answer) and issubclass(answer, Response))


def _operation(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    summary, _, details = (inspect.getdoc(operation.view) or operation.view.__name__.replace("_", " ")).partition(
        "\n\n"
    )
    described: dict[str, Any] = {
        "operationId": operation.name.replace(".", "_"),
        "tags": [operation.tag],
        "summary": summary.replace("`", ""),  # plain text, other than the description
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation, schemas),
        "x-access": operation.access.value,
    }
    notes = [details, RECENT if operation.confirmed else "", operation.limit or ""]
    if said := "\n\n".join(str(note) for note in notes if note):
        described["description"] = said
    if operation.access is Access.OPERATOR:
        described["security"] = [{"operator": []}]
    elif operation.access not in (Access.ALL, Access.PROVIDER):
        described["security"] = [{"bearer": []}, {"session": []}]
    if "body" in operation.reads:
        schema = schemas.get(operation.reads["body"], {"type": "string", "format": "binary"})
        content = {each: {"schema": schema} for each in operation.takes}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", operation.path):
        schema = {"type": "integer", "minimum": 1, "maximum": 2**53} if kind == "id" else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if "query" in operation.reads:
        shape = operation.reads["query"]
        _, components = msgspec.json.schema_components([shape])
        _explain(components)
        for name, schema in components[shape.__name__]["properties"].items():
            described = {"description": schema["description"]} if "description" in schema else {}
            yield {"name": name, "in": "query", "schema": schema, **described}
    for name in operation.headers:
        said = {"description": HEADERS[name]} if name in HEADERS else {}
        schema = {"type": "string"}
        yield {"name": name, "in": "header", "required": name == "Idempotency-Key", "schema": schema, **said}


def _responses(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, words in {operation.status: HTTPStatus(operation.status).phrase, **operation.also}.items():
        answers[str(status)] = {"description": words}
        if _has_body(operation.answer):
            answers[str(status)]["content"] = {"application/json": {"schema": schemas[operation.answer]}}
    if operation.etag:
        answers["304"] = {"description": "Not changed since the ETag in If-None-Match"}
    for code, raised in groupby(sorted(_raised(operation), key=_by_status), key=lambda each: str(each.status.value)):
        problems = list(raised)
        said = [answers.get(code, {}).get("description", ""), *(f"`{each.error}`: {each.detail}" for each in problems)]
        examples = {each.error: {"value": _example(each)} for each in problems}
        content = {"application/problem+json": {"schema": schemas[ProblemBody], "examples": examples}}
        answers[code] = {"description": "\n\n".join(filter(None, said)), "content": content}
    return answers


def _by_status(problem: type[Problem]) -> tuple[int, str]:
    return problem.status.value, problem.error


def _example(problem: type[Problem]) -> Any:
    errors = [FieldError("quantity", "Give 1 or more.")] if problem is Invalid else []
    told = problem(errors=errors) if errors else of_status(problem.status, problem.error, problem.detail)
    return msgspec.json.decode(encoded(told))


def _raised(operation: Operation) -> set[type[Problem]]:
    """What an operation may answer besides what it declares itself."""
    raised: set[type[Problem]] = {*operation.raises, Unavailable}
    if operation.access not in (Access.ALL, Access.PROVIDER):
        raised |= (
            {Unauthorized, Forbidden}
            if operation.method != "GET" or operation.access is Access.STAFF
            else {Unauthorized}
        )
    if operation.etag:
        raised.add(StaleVersion)  # for If-Match
    if operation.confirmed:
        raised.add(ConfirmationRequired)
    if "<" in operation.path:
        raised.add(NotFound)
    if operation.limit is not None:
        raised.add(limits.TooManyRequests)
    if "body" in operation.reads:
        raised |= {MalformedBody, WrongContentType if operation.takes == JSON else UnsupportedType, Invalid, TooLarge}
    if operation.is_strict or "query" in operation.reads:
        raised.add(Invalid)
    return raised


class TooLarge(Problem):
    """Werkzeug raises its own error; this one describes it."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    error = "request_entity_too_large"
    detail = "The body is larger than this route takes."
