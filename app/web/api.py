"""One declaration per route: who may call it, what it reads, what it answers. Checks and description follow from it.

    routes = Api("todos")

    @routes.post("/api/todos", access=Access.SIGNED_IN, status=201)
    def add(body: NewTodo, user: SignedInUser) -> TodoOut: ...

`body` and `query` are read from the request and checked against their Struct; `user` is the signed-in user, a
`SignedInUser` or, for a view that changes it, the row; `user_session` is the session that they are signed in by, a
`SignedIn` or the row. With `confirmed` they have proved within the last 30 minutes who they are. A plain or an
`async def` view answers with a Struct, an `Answer` around one, an `Encoded` one, or a ready Response.
A `body` of bytes is a file of one of the types that the route `takes`.
The changes of a view that writes are committed here, once, after it returned; after an error they are rolled back.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cache, partial
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from flask import Blueprint, Flask, current_app, request
from flask.globals import app_ctx, request_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, IntegerConverter
from werkzeug.wrappers import Response

from app.runtime import deadline, text
from app.runtime.db import db, reading, writing
from app.runtime.errors import (
    FieldError,
    Forbidden,
    Invalid,
    MalformedBody,
    Problem,
    StaleVersion,
    UnsupportedType,
    WrongContentType,
)
from app.runtime.languages import Sentence
from app.web import limits
from app.web.validation import invalid

T = TypeVar("T")
View = Callable[..., Any]
View_ = TypeVar("View_", bound=View)

MAX_BODY = 256 * 1024
"""Bytes; more is refused before it is read."""

JSON = ("application/json",)

END = r"(?![\s\S])"
"""Of a pattern: `$` would let a line break through behind it in Python, and `\\Z` is not known in JSON Schema."""

ONE_LINE = rf"^[^{text.BREAKS}\ud800-\udfff]*{END}"
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Text = Annotated[str, msgspec.Meta(max_length=10_000, pattern=r"^[^\x00\ud800-\udfff]*$")]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


CONFIRMED_WITHIN = timedelta(minutes=30)
"""How recently the user of a `confirmed` route has signed in, or confirmed who they are."""


class ConfirmationRequired(Forbidden):
    error = "confirmation_required"
    detail = "Confirm that it is you first: it has been a while since you signed in."


class Private(msgspec.Struct, frozen=True):
    """A body with a secret in it. Its repr does not show it, so that no log and no traceback does."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Access(StrEnum):
    """Who may call a route."""

    ALL = "all"
    SIGNED_IN = "signed in"
    OWNER = "owner"
    """Signed in. What belongs to another user is answered as if it did not exist."""
    STAFF = "staff"
    OPERATOR = "operator"
    """Monitoring, known by METRICS_TOKEN, or a client on this machine."""
    PROVIDER = "provider"
    """The payment provider, known by its signature."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer with more than a body; `finish` gets the response last, to set a cookie."""

    body: T
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    finish: Callable[[Response], None] | None = None


class Encoded(msgspec.Struct, Generic[T], frozen=True):
    """An answer that is JSON already, with the ETag that names it."""

    json: bytes
    etag: str

    @classmethod
    def of(cls, body: T, etag: str = "") -> "Encoded[T]":
        """`etag` is a hash of the JSON where there is none."""
        json = msgspec.json.encode(body)
        return cls(json, etag or blake2b(json, digest_size=12).hexdigest())


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    view: View
    access: Access
    status: int
    also: dict[int, str]
    raises: tuple[type[Problem], ...]
    headers: tuple[str, ...]
    etag: bool
    writes: bool
    limit: limits.Limit | None
    confirmed: bool
    takes: tuple[str, ...]
    max_body: int
    tag: str
    reads: dict[str, Any]
    answer: Any

    @property
    def name(self) -> str:
        return f"{self.tag}.{self.view.__name__}"

    @property
    def is_strict(self) -> bool:
        """Whether a query parameter that is not declared is refused. Other systems add theirs to where they send."""
        return self.path.startswith("/api/") and self.access is not Access.PROVIDER

    def __call__(self, **given: Any) -> Response:
        asked, extensions = request_ctx.request, app_ctx.app.extensions
        asked.max_content_length = self.max_body
        if self.takes != JSON:  # a file of a stranger does not get into memory
            with reading():
                extensions["guard"](self.access, wanted={}, confirmed=self.confirmed)
        if "body" in self.reads:
            raw_body()  # before the database is touched: a slow client may not hold a lock
            deadline.renew()
        with writing() if self.writes else reading():
            wanted = {name: self.reads[name] for name in ("user", "user_session") if name in self.reads}
            given |= extensions["guard"](self.access, wanted=wanted, confirmed=self.confirmed)
            if self.limit is not None:
                db.session.commit()  # nothing is locked while Redis is asked
                limits.check(self.limit)
            if "body" in self.reads:
                given["body"] = read_body(self.reads["body"], self.takes)
            if self.is_strict and asked.query_string:
                refuse_unknown(asked.args, self.reads.get("query"))
            if "query" in self.reads:
                given["query"] = read_query(self.reads["query"])
            result = app_ctx.app.ensure_sync(self.view)(**given)
            if self.writes:
                db.session.commit()
        return self._respond(result)

    def _respond(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        answer = result if isinstance(result, Answer) else Answer(result)
        body = answer.body
        if self.etag and not isinstance(body, Encoded):
            body = Encoded.of(body)
        data = body.json if isinstance(body, Encoded) else msgspec.json.encode(body)
        response = Response(data, answer.status or self.status, answer.headers, mimetype="application/json")
        if answer.finish:
            answer.finish(response)
        if isinstance(body, Encoded):
            response.set_etag(body.etag)
        if self.etag:
            response.cache_control.no_cache = True
            response.make_conditional(request)
            if response.status_code == HTTPStatus.PRECONDITION_FAILED:
                raise StaleVersion
        if self.access is not Access.ALL:
            response.headers["Cache-Control"] = "no-store"
        return response


class Api:
    """A feature's routes."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name, __name__)
        self.operations: list[Operation] = []
        self.get = partial(self._route, "GET")
        self.post = partial(self._route, "POST")
        self.put = partial(self._route, "PUT")
        self.patch = partial(self._route, "PATCH")
        self.delete = partial(self._route, "DELETE")

    def _route(
        self,
        method: str,
        path: str,
        *,
        access: Access,
        status: int = 200,
        also: dict[int, str] | None = None,
        raises: tuple[type[Problem], ...] = (),
        headers: tuple[str, ...] = (),
        etag: bool = False,
        writes: bool | None = None,
        limit: limits.Limit | None = None,
        confirmed: bool = False,
        takes: tuple[str, ...] = JSON,
        max_body: int = MAX_BODY,
    ) -> Callable[[View_], View_]:
        def declare(view: View_) -> View_:
            reads, answer = _shapes(view)
            operation = Operation(
                method,
                path,
                view,
                access,
                status,
                also or {},
                raises,
                headers,
                etag,
                method != "GET" if writes is None else writes,
                limit,
                confirmed,
                takes,
                max_body,
                self.blueprint.name,
                reads,
                answer,
            )
            self._add(operation)
            return view

        return declare

    def _add(self, operation: Operation) -> None:
        self.operations.append(operation)
        endpoint = f"{operation.view.__name__}_{operation.method.lower()}_{len(self.operations)}"
        self.blueprint.add_url_rule(operation.path, endpoint, operation.__call__, methods=[operation.method])

    def init_app(self, app: Flask) -> None:
        app.register_blueprint(self.blueprint)
        app.extensions["operations"].extend(self.operations)


def _shapes(view: View) -> tuple[dict[str, Any], Any]:
    """What a view takes, by the argument's name, and what it answers."""
    hints = get_type_hints(view)
    answer = hints.pop("return")
    return hints, get_args(answer)[0] if get_origin(answer) in (Answer, Encoded) else answer


class IdConverter(IntegerConverter):
    """A row's id in a path. A number that no database could hold is a 404."""

    regex = r"[0-9]{1,16}"

    def __init__(self, map: Any) -> None:  # noqa: A002 -- werkzeug's own name
        super().__init__(map, min=1, max=2**53)


class SlugConverter(BaseConverter):
    """A page's name in its address."""

    regex = r"[a-z0-9][a-z0-9-]{0,63}"


class DigestConverter(BaseConverter):
    """A file's hash."""

    regex = r"[0-9a-f]{32}"


class TokenConverter(BaseConverter):
    """An opaque token in a path, of characters that every database takes."""

    regex = r"[A-Za-z0-9_-]{1,64}"


def raw_body() -> bytes:
    """All of the request's body. Raises MalformedBody."""
    try:
        return request.get_data()
    except HTTPException:
        raise
    except Exception as error:  # the server's own, such as for a chunk without a length
        raise MalformedBody("The body cannot be read.") from error


def read_body(shape: Any, takes: tuple[str, ...] = JSON) -> Any:
    """The body as `shape`; as it is for bytes. Raises WrongContentType, UnsupportedType, MalformedBody, Invalid."""
    if request.mimetype not in takes:
        raise (
            WrongContentType
            if takes == JSON
            else UnsupportedType(Sentence("Send the body as {types}.", types=", ".join(takes)))
        )
    if shape is bytes:
        return raw_body()
    try:
        return msgspec.json.decode(raw_body(), type=shape)
    except msgspec.ValidationError as error:
        raise invalid(_as_it_came(raw_body()), shape, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBody from error


def _as_it_came(raw: bytes) -> Any:
    """What JSON stands for, of whatever shape. Raises MalformedBody: its fault may stand behind that of the shape."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:  # a number that is out of range
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBody from error


def read_query(shape: type[T]) -> T:
    try:
        return msgspec.convert(request.args.to_dict(), shape, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(request.args.to_dict(), shape, error, strict=False) from error


def refuse_unknown(given: Iterable[str], shape: type | None) -> None:
    """Raises Invalid where `shape` has no field for one of `given`: a misspelt filter would filter nothing."""
    known = _names(shape) if shape else ()
    if unknown := [name for name in given if name not in known]:
        raise Invalid(errors=[FieldError(name, "There is no such parameter here.") for name in unknown])


@cache
def _names(shape: type) -> frozenset[str]:
    return frozenset(field.encode_name for field in msgspec.structs.fields(shape))


def init_app(app: Flask, guard: Callable[..., Any]) -> None:
    """`guard(access, wanted=…, confirmed=…)` lets a request through, with what its view wants of whom, or raises.

    `wanted` has the types of the view's `user` and `user_session`.
    """
    app.extensions["guard"] = guard
    app.extensions["operations"] = []
    app.url_map.merge_slashes = False  # its redirect would go wherever the Host header says
    app.url_map.converters |= {
        "digest": DigestConverter,
        "id": IdConverter,
        "slug": SlugConverter,
        "token": TokenConverter,
    }
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY


def operations() -> list[Operation]:
    declared: list[Operation] = current_app.extensions["operations"]
    return declared
