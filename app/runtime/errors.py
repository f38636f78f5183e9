"""The error tree, and the one place that turns an error into problem+json (RFC 9457)."""

import logging
import re
from collections.abc import Sequence
from http import HTTPStatus

import msgspec
import sqlalchemy.exc
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from app.runtime import languages
from app.runtime.languages import DEFAULT, Language, said

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldError(msgspec.Struct, frozen=True):
    field: str
    message: str


class ProblemBody(msgspec.Struct, frozen=True, rename={"kind": "type"}):
    """What a caller sees of an error; `error` is a stable snake_case code, `errors` the fields of invalid input."""

    kind: str
    title: str
    status: int
    detail: str
    error: str
    errors: list[FieldError] | msgspec.UnsetType = msgspec.UNSET


class Problem(Exception):
    """An error that a caller is told about. `detail` is shown as it is: no secret may stand in it."""

    status = HTTPStatus.BAD_REQUEST
    error = "bad_request"
    detail = "The request cannot be understood."

    def __init__(
        self, detail: str = "", *, errors: Sequence[FieldError] = (), headers: dict[str, str] | None = None
    ) -> None:
        self.detail = detail or self.detail
        self.errors = list(errors)
        self.headers = headers or {}
        super().__init__(self.detail)


class MalformedBody(Problem):
    error = "malformed_body"
    detail = "The body is not valid JSON."


class Unauthorized(Problem):
    status = HTTPStatus.UNAUTHORIZED
    error = "sign_in_required"
    detail = "Sign in first."


class Forbidden(Problem):
    status = HTTPStatus.FORBIDDEN
    error = "forbidden"
    detail = "You may not do this."


class NotFound(Problem):
    status = HTTPStatus.NOT_FOUND
    error = "not_found"
    detail = "There is no such thing here."


class Conflict(Problem):
    status = HTTPStatus.CONFLICT
    error = "conflict"


class StaleVersion(Problem):
    status = HTTPStatus.PRECONDITION_FAILED
    error = "stale_version"
    detail = "This was changed since you read it. Read it again, then change it."


class WrongContentType(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    error = "json_required"
    detail = "Send the body as application/json."


class UnsupportedType(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    error = "unsupported_media_type"
    detail = "A file of this type is not taken here."


class Invalid(Problem):
    """Input of the wrong shape or value; `errors` names the fields."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    error = "invalid_input"
    detail = "Some of what was sent is not valid."

    @classmethod
    def field(cls, name: str, message: str) -> "Invalid":
        return cls(errors=[FieldError(name, message)])


class Unavailable(Problem):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    error = "unavailable"
    detail = "This is out of order for a moment. Try again soon."

    def __init__(self, detail: str = "", *, retry_after: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class OperatorError(Exception):
    """What an operator can mend. The message says how; a command shows it as one line."""


class DatabaseUnavailable(Unavailable):
    error = "database_unavailable"


def encoded(problem: Problem, language: Language = DEFAULT) -> bytes:
    errors = [FieldError(each.field, said(each.message, language)) for each in problem.errors]
    body = ProblemBody(
        kind="about:blank",
        title=said(problem.status.phrase, language),
        status=problem.status.value,
        detail=said(problem.detail, language),
        error=problem.error,
        errors=errors or msgspec.UNSET,
    )
    return msgspec.json.encode(body)


def respond(problem: Problem) -> Response:
    note_refusal(problem.error)
    answer = Response(encoded(problem, languages.asked()), problem.status.value, mimetype=MEDIA_TYPE)
    answer.vary.add("Accept-Language")
    answer.headers.update(problem.headers)
    return answer


def note_refusal(error: str) -> None:
    """Note why this request is refused, for metrics: a code of ours, never text of the caller."""
    g.refusal = error


def of_status(status: HTTPStatus, error: str, detail: str = "") -> Problem:
    problem = Problem(detail or status.phrase)
    problem.status, problem.error = status, error
    return problem


def from_http(error: HTTPException) -> Response:
    """Werkzeug's own errors: unknown path, wrong method, body too large, and, as 500, any bug of ours."""
    status = HTTPStatus(error.code or 500)
    # Python renames its statuses now and then.
    problem = of_status(status, re.sub(r"\W+", "_", error.name).lower(), error.description or "")
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        problem.detail = "Something broke on our side. It has been noted; the request id helps to find it."
    answer = respond(problem)
    passed_on = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate", "Location")
    answer.headers.update({name: value for name, value in error.get_headers() if name in passed_on})
    return answer


def _from_database(error: Exception) -> Response:
    """The database is away, busy or full: the caller may try again, and nothing was written."""
    log.error("database unavailable", exc_info=error)
    return respond(DatabaseUnavailable())


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, from_http)
    for error in (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError):
        app.register_error_handler(error, _from_database)
