"""The languages of Kiosk, and which one an answer or a mail is in."""

from functools import lru_cache
from typing import Literal, cast, get_args

from flask import Request, has_request_context
from flask.globals import request_ctx
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

Language = Literal["en", "de"]
KNOWN: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "en"

COOKIE = "kiosk_language"
"""What the switch on the page was set to in this browser; frontend/src/language.ts writes it."""


def known(name: str | None) -> Language | None:
    return cast("Language", name) if name in KNOWN else None


def asked() -> Language:
    """What the current request wants to be answered in: English outside of one."""
    return of(request_ctx.request) if has_request_context() else DEFAULT


def of(request: Request) -> Language:
    """For a page what the browser's switch was set to; else what the client's `Accept-Language` prefers."""
    chosen = None if request.path.startswith("/api/") else known(request.cookies.get(COOKIE))
    return chosen or _preferred(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=256)
def _preferred(header: str) -> Language:
    """The first that is known, of `de-AT` too: https://www.rfc-editor.org/rfc/rfc9110#field.accept-language"""
    wanted = parse_accept_header(header[:1000], LanguageAccept)
    return known(wanted.best_match(KNOWN, DEFAULT)) or DEFAULT
