"""Serves the built frontend: its files, and its one page for every path that no route has."""

import re
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, redirect, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.runtime.config import ROOT
from app.runtime.errors import Unavailable, from_http, respond
from app.web import first_answer, packed
from app.web.api import Access, Api

DIST = ROOT / "frontend" / "dist"
YEAR = 365 * 24 * 3600
NOT_PAGES = ("api", "oauth", "checkout", "healthz", "readyz", "metrics", "assets", ".well-known")
"""A server that answers 200 to any path under `.well-known` tells clients that nothing there can be relied on:
https://w3c.github.io/webappsec-change-password-url/#semantics
"""

routes = Api("pages")

PANEL = "/profile#password"


class NotBuilt(Unavailable):
    error = "frontend_not_built"
    detail = "The page has not been built yet: run `make install`, then reload."


def page(name: str) -> Response:
    """A page of the build, as it is. The files it names carry their content's hash, so it alone must be fresh."""
    if not (DIST / name).is_file():
        raise NotBuilt
    response = packed.send(DIST, name, max_age=0)
    response.cache_control.no_cache = True
    return response


def start(path: str) -> Response:
    """The one page of the frontend, at `path`. Where it tells who is signed in, no client keeps it."""
    file = DIST / "index.html"
    if not file.is_file():
        raise NotBuilt
    page = first_answer.written(_template(file, file.stat().st_mtime_ns), path)
    response = Response(page.html, page.status, mimetype="text/html")
    response.vary.update(("Cookie", "Accept-Language"))
    if page.is_personal:
        response.cache_control.no_store = True
    else:
        response.cache_control.private = True
        response.cache_control.no_cache = True
    if page.status == HTTPStatus.OK and not page.is_personal:
        response.add_etag()
        response.make_conditional(request, accept_ranges=True, complete_length=len(response.data))
    return response


@lru_cache(maxsize=2)
def _template(file: Path, _changed: int) -> str:
    """On one line, and without what says nothing there: the page is sent as it is, not packed."""
    return re.sub(r"\n\s*| /(?=>)| crossorigin", "", file.read_text(encoding="utf-8"))


def asset(name: str) -> Response:
    response = packed.send(DIST / "assets", name, max_age=YEAR)
    response.cache_control.immutable = True
    return response


@routes.get("/.well-known/change-password", access=Access.ALL, status=302)
def change_password() -> BaseResponse:
    """To the place where people change their password.

    Password managers know this address: https://w3c.github.io/webappsec-change-password-url/
    """
    return redirect(PANEL)


def fall_back(error: NotFound) -> Response:
    """What no route answers: a file of the frontend, or its page, with the status 404 where it has nothing to show.

    Not a catch-all route: with one, a wrong method on the API's paths would no longer be a 405.
    """
    first, _, last = request.path.lstrip("/").partition("/")
    if request.method not in ("GET", "HEAD") or first in NOT_PAGES:
        return from_http(error)
    try:
        if "." in (last or first):
            return packed.send(DIST, request.path.lstrip("/"), max_age=3600)
        return start(request.path)
    except HTTPException as refusal:  # Flask does not handle what an error handler raises
        return from_http(refusal)
    except NotBuilt as problem:
        return respond(problem)


def init_app(app: Flask) -> None:
    routes.init_app(app)
    app.add_url_rule("/assets/<path:name>", view_func=asset)
    app.register_error_handler(NotFound, fall_back)
