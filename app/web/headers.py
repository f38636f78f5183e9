"""What every response tells the browser: https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html"""

from http import HTTPStatus

from flask import Flask, Response, request

from app.runtime.config import Settings

POLICY = (
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
FOR_ALL = (
    "/api/shop",  # feature: shop
    "/api/items",  # feature: shop
    "/api/categories",  # feature: shop
    "/api/pages",  # feature: shop
    "/api/providers",
    "/api/openapi.json",
    "/api/docs",
)
"""Paths of the API on which nothing personal is said."""


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

    def add(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}
        response.headers.extend(pair for pair in fixed.items() if pair[0].lower() not in given)
        if _is_personal() or response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add)


def _is_personal() -> bool:
    """Whether an answer may hold personal data or a token."""
    for_all = request.method in ("GET", "HEAD") and request.path.startswith(FOR_ALL)
    return request.path.startswith(("/api", "/oauth", "/checkout")) and not for_all
