"""Moments as mails tell them: in the time zone of the shop, which each of them names."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from app.runtime.config import settings


def written(at: datetime) -> str:
    """Such as "2026-05-04 12:00 CEST"."""
    here = at.astimezone(ZoneInfo(current_app.extensions["time_zone"]()))
    return f"{here:%Y-%m-%d %H:%M %Z}"


def init_app(app: Flask, time_zone: Callable[[], str] | None = None) -> None:
    app.extensions["time_zone"] = time_zone or (lambda: settings().time_zone)
