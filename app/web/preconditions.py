"""Whether what a caller is about to change is still what they saw: If-Match and If-None-Match (RFC 9110, 13.1)."""

from collections.abc import Callable
from typing import Any

from flask import request

from app.runtime.errors import StaleVersion
from app.web.api import Encoded


def check(current: Callable[[], Encoded[Any] | None]) -> None:
    """Raises StaleVersion where the request asks for another version than `current` tells; None: there is nothing.

    Without either header nothing is asked for, and `current` is not called. The caller has locked what it tells of.
    """
    wanted, unwanted = (request.headers.get(name, "").strip() for name in ("If-Match", "If-None-Match"))
    if not wanted and not unwanted:
        return
    there = current()
    if wanted and (there is None or there.etag not in request.if_match):
        raise StaleVersion
    if unwanted and there is not None and request.if_none_match.contains_weak(there.etag):
        raise StaleVersion
