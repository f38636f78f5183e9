"""Names of time zones, as the IANA database has them: https://www.iana.org/time-zones"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from app.runtime.errors import Invalid


def is_known(name: str) -> bool:
    """Whether it means the same on each machine; `localtime` and `posixrules` are the machine's own."""
    if not name[:1].isupper() or name == "Factory":
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # one that is not there, that leads elsewhere, or that is a folder
        return False
    return True


def checked(name: str | None) -> str | None:
    """The name that a caller sent as `time_zone`, if any. Raises Invalid where there is no such time zone."""
    if name is not None and not is_known(name):
        raise Invalid.field("time_zone", "There is no such time zone: take one such as Europe/Berlin.")
    return name


def begin_of(day: date, zone: str) -> datetime:
    """The first moment of a day in a time zone, in UTC. Raises OverflowError where UTC has no such year.

    Where clocks go on at midnight, it is the moment at which they do; where they go back to it, the first of the two.
    """
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
