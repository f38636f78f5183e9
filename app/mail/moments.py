"""Moments as mails tell them: in the time zone of the shop, which each of them names."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from app.runtime.config import settings
from app.runtime.languages import DEFAULT, Language

FORMS: dict[Language, str] = {"en": "%Y-%m-%d %H:%M %Z", "de": "%d.%m.%Y, %H:%M %Z"}


def written(at: datetime, language: Language = DEFAULT) -> str:
    """Such as "2026-05-04 12:00 CEST" in English."""
    here = at.astimezone(ZoneInfo(current_app.extensions["time_zone"]()))
    return here.strftime(FORMS[language])


def init_app(app: Flask, time_zone: Callable[[], str] | None = None) -> None:
    app.extensions["time_zone"] = time_zone or (lambda: settings().time_zone)
