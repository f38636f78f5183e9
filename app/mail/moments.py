"""Moments as mails tell them: in the time zone of the shop, which each of them names."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.runtime.config import settings


def written(at: datetime) -> str:
    """Such as "2026-05-04 12:00 CEST"."""
    here = at.astimezone(ZoneInfo(settings().time_zone))
    return f"{here:%Y-%m-%d %H:%M %Z}"
