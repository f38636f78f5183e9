"""One declaration per route: who may call it, what it reads, what it answers. Checks and description follow from it.

    routes = Api("todos")

    @routes.post("/api/todos", access=Access.SIGNED_IN, status=201)
    def add(body: NewTodo, user: SignedInUser) -> TodoOut: ...

A view takes those of these arguments that it needs:

- `body` and `query` are read from the request and checked against their Struct. A `body` of bytes is a file of one of
  the content types that the route `takes`.
- `user` is the signed-in user: a `SignedInUser` or, for a view that changes it, the row (`User`).
- `user_session` is the session that the user is signed in by: a `SignedIn` or the row (`UserSession`).

It may be plain or `async def`, and returns a Struct, an `Answer` around one, an `Encoded` one, or a ready Response.
Where it writes, its changes are committed here, once, after it returned; after an error they are rolled back. What a
service has committed before, by `db.write` or between two steps, stays.
A `confirmed` route can be called only within 30 minutes after the user has proved who they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from flask import Blueprint, Flask, current_app, request
from flask.globals import app_ctx, request_ctx
from werkzeug.wrappers import Response

from app.runtime import deadline, text
from app.runtime.db import commit, reading, writing
from app.runtime.errors import Forbidden, Problem, StaleVersion
from app.web import limits, validation
from app.web.path_values import CONVERTERS
from app.web.request_input import JSON, raw_body, read_body, read_query, refuse_unknown

T = TypeVar("T")
View = Callable[..., Any]
View_ = TypeVar("View_", bound=View)

MAX_BODY = 256 * 1024
"""Bytes; more is refused before it is read."""

END = r"(?![\s\S])"
"""Of a pattern: `$` would let a line break through behind it in Python, and `\\Z` is not known in JSON Schema."""

ONE_LINE = rf"^[^{text.BREAKS}\ud800-\udfff]*{END}"
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
_Name = Annotated[str, msgspec.Meta(min_length=1, pattern=ONE_LINE, extra={validation.HOLDS: text.is_line})]
"""What a thing is called: a line that shows something, and leaves the direction of the text around it alone."""

Name = Annotated[_Name, msgspec.Meta(max_length=200)]
ShortName = Annotated[_Name, msgspec.Meta(max_length=100)]

STORABLE = r"^[^\x00\ud800-\udfff]*$"
"""Text that every database can store: without NUL and lone surrogates."""

Text = Annotated[str, msgspec.Meta(max_length=10_000, pattern=STORABLE)]
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
        """Without `etag` it is a hash of the JSON."""
        json = msgspec.json.encode(body)
        return cls(json, etag or blake2b(json, digest_size=12).hexdigest())


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A route as it was declared. To call it is to answer the current request."""

    method: str
    path: str
    view: View
    access: Access
    status: int
    """Of a success."""
    also: dict[int, str]
    """Other statuses of a success, and what they mean."""
    raises: tuple[type[Problem], ...]
    headers: tuple[str, ...]
    """Names of request headers that the view reads."""
    etag: bool
    """Whether the answer has an ETag, and is 304 where the client has it already."""
    writes: bool
    limit: limits.Limit | None
    confirmed: bool
    takes: tuple[str, ...]
    """Content types of the body."""
    max_body: int
    """In bytes."""
    tag: str
    """The name of its Api."""
    reads: dict[str, Any]
    """The types of the view's arguments, by name."""
    answer: Any
    """The type of the body that the view answers with."""

    @property
    def name(self) -> str:
        return f"{self.tag}.{self.view.__name__}"

    @property
    def is_strict(self) -> bool:
        """Whether unknown query parameters are refused. Providers add some to addresses that they call or link to."""
        return self.path.startswith("/api/") and self.access is not Access.PROVIDER

    def __call__(self, **given: Any) -> Response:
        request, extensions = request_ctx.request, app_ctx.app.extensions  # behind Flask's proxies, which cost more
        request.max_content_length = self.max_body
        if self.takes != JSON:  # before the body is read: no stranger fills the memory with a file
            with reading():
                extensions["guard"](self.access, wanted={}, confirmed=self.confirmed)
        if "body" in self.reads:
            raw_body()  # before the transaction begins: a slow client must not hold a lock
            deadline.renew()
        with writing() if self.writes else reading():
            wanted = {name: self.reads[name] for name in ("user", "user_session") if name in self.reads}
            given |= extensions["guard"](self.access, wanted=wanted, confirmed=self.confirmed)
            if self.limit is not None:
                commit()  # hold no lock while Redis is asked
                limits.check(self.limit)
            if "body" in self.reads:
                given["body"] = read_body(self.reads["body"], self.takes)
            if self.is_strict and request.query_string:
                refuse_unknown(request.args, self.reads.get("query"))
            if "query" in self.reads:
                given["query"] = read_query(self.reads["query"])
            result = app_ctx.app.ensure_sync(self.view)(**given)
            if self.writes:
                commit()
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
                method=method,
                path=path,
                view=view,
                access=access,
                status=status,
                also=also or {},
                raises=raises,
                headers=headers,
                etag=etag,
                writes=method != "GET" if writes is None else writes,
                limit=limit,
                confirmed=confirmed,
                takes=takes,
                max_body=max_body,
                tag=self.blueprint.name,
                reads=reads,
                answer=answer,
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
    """The types of a view's arguments, by name, and of the body that it answers with."""
    hints = get_type_hints(view)
    answer = hints.pop("return")
    return hints, get_args(answer)[0] if get_origin(answer) in (Answer, Encoded) else answer


def init_app(app: Flask, guard: Callable[..., Any]) -> None:
    """`guard(access, wanted=…, confirmed=…)` raises where a request may not call a route (`app/auth/guard.py`).

    `wanted` has the types of the view's arguments `user` and `user_session`; it returns their values.
    """
    app.extensions["guard"] = guard
    app.extensions["operations"] = []
    app.url_map.merge_slashes = False  # its redirect would go wherever the Host header says
    app.url_map.converters |= CONVERTERS
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY


def operations() -> list[Operation]:
    declared: list[Operation] = current_app.extensions["operations"]
    return declared
