"""What somebody signs in with, in words, and whether they did so before."""

import hashlib
import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import g, has_request_context, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.auth import opaque_tokens
from app.auth.models import KnownDevice, UserSession
from app.runtime.config import settings
from app.runtime.db import insert_once
from app.web.client_address import client_address

KNOWN_FOR = timedelta(days=400)
"""As long as browsers keep a cookie at most: https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html"""

TOKEN = re.compile(r"[\w-]{43}", re.ASCII)

# In this order: most browsers also name those that they descend from.
# https://developer.mozilla.org/docs/Web/HTTP/Guides/Browser_detection_using_the_user_agent
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def words(user_agent: str) -> str:
    """`Firefox on Linux`; a program by its own name, such as `curl 8.5.0`. What it says of itself is no proof."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), None)
    if browser:
        return f"{browser} on {system}" if system else browser
    program = re.match(r"[\w.+-]{1,40}(/[\w.+-]{1,20})?", user_agent, re.ASCII)
    return program[0].replace("/", " ") if program else "Unknown device"


def named() -> str | None:
    """What the request at hand comes from; None outside of one."""
    return words(request.headers.get("User-Agent", "")) if has_request_context() else None


def address() -> str | None:
    """The address that the request at hand comes from."""
    return client_address() or None if has_request_context() else None


def is_new(session: Session, begun: UserSession, now: datetime) -> bool:
    """Whether its user never signed in with this device before, but did with others. From now on it is known."""
    mine = KnownDevice.user_id == begun.user_id
    session.execute(sa.delete(KnownDevice).where(mine, KnownDevice.seen_at < now - KNOWN_FOR))
    others = session.scalar(sa.select(sa.exists().where(mine)))
    fingerprint = hashlib.sha256(f"{begun.user_id}:{_mark(begun)}".encode()).digest()
    if insert_once(KnownDevice, {"user_id": begun.user_id, "fingerprint": fingerprint, "seen_at": now}) is not None:
        return bool(others)
    session.execute(sa.update(KnownDevice).where(mine, KnownDevice.fingerprint == fingerprint).values(seen_at=now))
    return False


def _mark(begun: UserSession) -> str:
    """A browser is known by a cookie of its own; a program, which keeps none, by its name and where it is."""
    if begun.token_hash is None:
        return f"{begun.device}:{begun.address}"
    given = request.cookies.get(_cookie_name(), "")
    g.device = given if TOKEN.fullmatch(given) else opaque_tokens.mint()
    return str(g.device)


def _cookie_name() -> str:
    return "__Host-kiosk-device" if settings().https else "kiosk-device"


def set_cookie(response: Response) -> None:
    """Leaves with a browser that signed in what it is known by the next time."""
    if (device := g.get("device")) is not None:
        lasts = int(KNOWN_FOR.total_seconds())
        secure = settings().https
        response.set_cookie(_cookie_name(), device, max_age=lasts, secure=secure, httponly=True, samesite="Lax")
