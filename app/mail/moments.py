"""Moments as mails tell them: in the time zone of the reader, or else of the shop. Each of them names it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from app.runtime import time_zones
from app.runtime.config import settings
from app.runtime.languages import DEFAULT, Language

FORMS: dict[Language, str] = {"en": "%Y-%m-%d %H:%M %Z", "de": "%d.%m.%Y, %H:%M %Z"}


def written(at: datetime, language: Language = DEFAULT, zone: str | None = None) -> str:
    """Such as "2026-05-04 12:00 CEST" in English. `zone` is the reader's, where it is known."""
    if zone is None or not time_zones.is_known(zone):  # it was known once, and a database of zones may change
        zone = current_app.extensions["time_zone"]()
    here = at.astimezone(ZoneInfo(zone))
    return here.strftime(FORMS[language])


def init_app(app: Flask, time_zone: Callable[[], str] | None = None) -> None:
    app.extensions["time_zone"] = time_zone or (lambda: settings().time_zone)
