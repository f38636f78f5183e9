"""The cookies of a browser: one names its session, the other one the device. Read and set by routes and the guard.

`sessions.renew` rotates the cookie of a session; `hand_out` sends the new one with the answer to the request.
"""

import re
from datetime import datetime
from typing import NamedTuple

from flask import Flask, g, request
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.auth import opaque_tokens, sessions
from app.auth.devices import KNOWN_FOR, Device, words
from app.runtime.config import settings
from app.users.models import User
from app.web.client_address import client_address

TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


class SignIn(NamedTuple):
    """A session that began in the browser of this request. The answer has to carry its cookies."""

    token: str
    device: Device

    def set_cookies(self, response: Response) -> None:
        set_session(response, self.token)
        lasts = int(KNOWN_FOR.total_seconds())
        _set(response, _device_name(), self.device.token, lasts)


def sign_in(session: Session, user: User, now: datetime, since: datetime | None = None) -> SignIn:
    """Sign in the browser of this request. The session that it had before ends.

    `since` is when the user proved who they are, where that was not just now.
    """
    begun = SignIn(opaque_tokens.generate(), device())
    if (old := session_token()) is not None:
        sessions.end_by_cookie(session, old, now)
    sessions.begin(session, user, now, begun.device, begun.token, since)
    return begun


def device() -> Device:
    """The device that this request comes from; a browser that is not known yet gets a new token."""
    given = request.cookies.get(_device_name(), "")
    token = given if TOKEN.fullmatch(given) else opaque_tokens.generate()
    return Device(words(request.headers.get("User-Agent", "")), client_address() or None, token)


def session_name() -> str:
    return "__Host-kiosk" if settings().https else "kiosk"


def _device_name() -> str:
    return f"{session_name()}-device"


def session_token() -> str | None:
    """The value of the session's cookie, if this request has one."""
    return request.cookies.get(session_name())


def set_session(response: Response, token: str) -> None:
    g.pop("renewed_cookie", None)
    _set(response, session_name(), token, int(sessions.LASTS.total_seconds()))


def drop_session(response: Response) -> None:
    """Remove the cookie of the session, and what the browser has stored: https://www.w3.org/TR/clear-site-data/

    Not `"cookies"`: that clears those of every other host of the domain as well. It also clears the cookie of the
    device, so that each later sign-in would be mailed as one with a new device.
    """
    g.pop("renewed_cookie", None)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(session_name(), secure=settings().https, httponly=True, samesite="Lax")


def _set(response: Response, name: str, value: str, lasts: int) -> None:
    response.set_cookie(name, value, max_age=lasts, secure=settings().https, httponly=True, samesite="Lax")


def hand_out(response: FlaskResponse) -> FlaskResponse:
    """Send the cookie that `sessions.renew` made during this request."""
    if (token := g.get("renewed_cookie")) is not None:
        set_session(response, token)
        response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    app.after_request(hand_out)
