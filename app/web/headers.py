"""What every response tells the browser: https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from flask.globals import request_ctx

from app.runtime.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = (
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
PUBLIC = (
    "/api/shop",  # feature: shop
    "/api/items",  # feature: shop
    "/api/categories",  # feature: shop
    "/api/pages",  # feature: shop
    "/api/providers",
    "/api/openapi.json",
    "/api/docs",
)
"""How the paths of the API begin whose answers hold no personal data."""


def init_app(app: Flask, settings: Settings) -> None:
    fixed = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.https:
        fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    app.wsgi_app = _adding(app.wsgi_app, fixed)  # type: ignore[method-assign, assignment]  # Flask's own way for a middleware
    app.after_request(_keep_private)


def _adding(app: "WSGIApplication", fixed: dict[str, str]) -> "WSGIApplication":
    """Adds these headers to an answer, except those that it has already.

    Done here, on WSGI's plain list, this costs a fifth of what it does in Flask's `after_request`.
    """
    by_name = {name.lower(): (name, value) for name, value in fixed.items()}

    def of_request(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            own = {name.lower() for name, _ in headers}
            more = [pair for name, pair in by_name.items() if name not in own]
            return start_response(status, headers + more, *error)

        return app(environ, start)

    return of_request


def _keep_private(response: Response) -> Response:
    if response.status_code >= HTTPStatus.BAD_REQUEST or _is_personal(request_ctx.request):
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_personal(request: Request) -> bool:
    """Whether an answer may hold personal data or a token."""
    is_public = request.method in ("GET", "HEAD") and request.path.startswith(PUBLIC)
    return request.path.startswith(("/api", "/oauth", "/checkout")) and not is_public
