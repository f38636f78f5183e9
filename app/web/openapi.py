"""The API's description, OpenAPI 3.1, made from the routes' declarations once per process."""

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import msgspec
from flask import current_app
from werkzeug.wrappers import Response

from app.runtime.errors import (
    Forbidden,
    Invalid,
    MalformedBody,
    NotFound,
    Problem,
    ProblemBody,
    Unauthorized,
    Unavailable,
    UnsupportedType,
    WrongContentType,
)
from app.web import limits
from app.web.api import CONFIRMED_WITHIN, JSON, Access, Api, ConfirmationRequired, Operation, operations
from app.web.frontend import page

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
    paths: dict[str, dict[str, Any]] = {}
    for operation in listed:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, by_shape)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kiosk", "version": VERSION, "description": "A small shop that you host yourself."},
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
        "summary": summary,
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
        for name, schema in components[shape.__name__]["properties"].items():
            yield {"name": name, "in": "query", "schema": schema}
    for name in operation.headers:
        yield {"name": name, "in": "header", "required": name == "Idempotency-Key", "schema": {"type": "string"}}


def _responses(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, words in {operation.status: HTTPStatus(operation.status).phrase, **operation.also}.items():
        answers[str(status)] = {"description": words}
        if _has_body(operation.answer):
            answers[str(status)]["content"] = {"application/json": {"schema": schemas[operation.answer]}}
    if operation.etag:
        answers["304"] = {"description": "Not changed since the ETag in If-None-Match"}
    problem = {"application/problem+json": {"schema": schemas[ProblemBody]}}
    for raised in sorted(_raised(operation), key=lambda each: (each.status, each.error)):
        code = str(raised.status.value)
        words = answers.get(code, {}).get("description", "")
        answers[code] = {"description": f"{words}, {raised.error}".lstrip(", "), "content": problem}
    return answers


def _raised(operation: Operation) -> set[type[Problem]]:
    """What an operation may answer besides what it declares itself."""
    raised: set[type[Problem]] = {*operation.raises, Unavailable}
    if operation.access not in (Access.ALL, Access.PROVIDER):
        raised |= (
            {Unauthorized, Forbidden}
            if operation.method != "GET" or operation.access is Access.STAFF
            else {Unauthorized}
        )
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
