"""Names of time zones, as the IANA database has them: https://www.iana.org/time-zones"""

from zoneinfo import ZoneInfo


def is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # one that is not there, that leads elsewhere, or that is a folder
        return False
    return True
