"""Headers of the pages that people see in a browser."""

from flask import Response


def secure(response: Response, policy: str) -> Response:
    """The response with this Content-Security-Policy, kept nowhere, and telling no other site where it was."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
