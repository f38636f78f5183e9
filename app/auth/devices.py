"""Which browser or program a user signs in with, in words, and whether they have signed in with it before."""

import hashlib
import re
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import KnownDevice
from app.runtime.db import insert_once
from app.runtime.languages import Language, Sentence, said

KNOWN_FOR = timedelta(days=400)
"""The longest that browsers keep a cookie:
https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html
"""

# The order matters: most browsers also name the browsers that they are derived from.
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

UNKNOWN = Sentence("Unknown device")


class Device(NamedTuple):
    """What a request says about the browser or program that sent it. Routes get it from `cookies.device`."""

    name: str
    """In words, such as `Firefox on Linux`."""
    address: str | None
    token: str
    """The value of the cookie that a browser is recognised by. A program keeps no cookies."""


def words(user_agent: str) -> str:
    """`Firefox on Linux`; a program by its name, such as `curl 8.5.0`. A client may claim to be another one."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), None)
    if browser:
        return str(_on(browser, system)) if system else browser
    program = re.match(r"[\w.+-]{1,40}(/[\w.+-]{1,20})?", user_agent, re.ASCII)
    return program[0].replace("/", " ") if program else str(UNKNOWN)


def told(name: str | None, language: Language) -> str:
    """A device as `words` describes it and a row stores it, in this language. None where it is not known."""
    if name is None or name == UNKNOWN:
        return said(UNKNOWN, language)
    browser, _, system = name.partition(" on ")
    is_browser = browser in BROWSERS.values() and system in SYSTEMS.values()
    return said(_on(browser, system), language) if is_browser else name


def _on(browser: str, system: str) -> Sentence:
    return Sentence("{browser} on {system}", browser=browser, system=system)


def is_new(session: Session, user_id: int, device: Device, now: datetime, *, is_browser: bool) -> bool:
    """Whether the user has signed in with other devices before, but not with this one. From now on it is known.

    A browser is recognised by its cookie, a program by its name and address.
    """
    own = KnownDevice.user_id == user_id
    session.execute(sa.delete(KnownDevice).where(own, KnownDevice.seen_at < now - KNOWN_FOR))
    has_others = session.scalar(sa.select(sa.exists().where(own)))
    mark = device.token if is_browser else f"{device.name}:{device.address}"
    fingerprint = hashlib.sha256(f"{user_id}:{mark}".encode()).digest()
    if insert_once(session, KnownDevice, {"user_id": user_id, "fingerprint": fingerprint, "seen_at": now}) is not None:
        return bool(has_others)
    session.execute(sa.update(KnownDevice).where(own, KnownDevice.fingerprint == fingerprint).values(seen_at=now))
    return False
