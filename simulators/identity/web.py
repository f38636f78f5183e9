"""What every endpoint needs of HTTP: who we are, and answers that go wrong on demand."""

from typing import Any

from flask import Flask, Response, g, jsonify, request

from simulators.identity.state import state


def issuer() -> str:
    """Our own name is the host that was asked, so that localhost and 127.0.0.1 are each consistent."""
    return request.host_url.rstrip("/")


def members(place: str, answer: dict[str, Any]) -> Response:
    """A JSON object, bent by the fault at this place."""
    return jsonify(state().strike(place).bend(answer))


def init_app(app: Flask) -> None:
    app.before_request(_misbehave)
    app.after_request(_finish)


def _place() -> str | None:
    """Endpoints are named after the places where things can go wrong: `openid.token` is `token`."""
    blueprint, _, name = (request.endpoint or "").rpartition(".")
    return name if blueprint in ("openid", "github") else None


def _misbehave() -> Response | None:
    g.place = _place()
    if g.place is None:
        return None
    # Taken first: a reset from here on lifts the fault or ends the wait, and is not followed by a call from before it.
    with state().lock:
        patience, g.calls = state().patience, state().calls
    fault = state().strike(g.place, replaces=True)
    if fault.delay:
        patience.wait(fault.delay)
    if fault.drop:
        request.environ["simulator.drop"] = True  # the server closes the connection instead of answering
    if not fault.answers:
        return None
    return Response(fault.body or "", fault.status or 200, content_type=fault.content_type)


def _finish(response: Response) -> Response:
    if g.get("place"):
        with state().lock:
            g.calls.note(g.place, request, response.status_code)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
