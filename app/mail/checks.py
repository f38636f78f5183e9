"""Whether mails can be sent: checks of the settings, and of the mail server."""

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.mail.message import sender
from app.mail.smtp import MailError, greet
from app.runtime import email_address, time_zones, urls
from app.runtime.async_bridge import bridge
from app.runtime.checks import Check, Line
from app.runtime.config import Settings, settings

MAIL_SECONDS = 8
SENDER = re.compile(r'(?P<bare>[^<>]+)|[^"(),:;<>@\[\\\]\x00-\x1f\x7f]*<(?P<named>[^<>]+)>')
"""An address, perhaps with a name before it that needs no quotes."""


def check_settings(settings: Settings) -> Iterator[str]:
    parts = urls.split(settings.mail_url)
    more = parts.path.rstrip("/") or parts.query or parts.fragment
    if settings.mail_url and (parts.scheme not in ("smtp", "smtps") or not parts.hostname or more):
        yield "KIOSK_MAIL_URL is no mail server: write it like smtp://mail.example:587, or smtps://user:password@mail.example"
    elif settings.mail_url and bool(parts.username) != bool(parts.password):
        yield "KIOSK_MAIL_URL has a user without a password, or the other way round: write smtps://user:password@host"
    if not _is_sender(settings.sender):
        yield "KIOSK_MAIL_FROM is no address: write it like shop@mail.example, or My shop <shop@mail.example>"
    if not time_zones.is_known(settings.time_zone):
        yield "KIOSK_TIME_ZONE is not known here: write it like Europe/Berlin; a machine without any needs its tzdata"


def _is_sender(text: str) -> bool:
    if (parts := SENDER.fullmatch(text)) is None:
        return False
    try:
        email_address.ascii_form(parts["bare"] or parts["named"])
    except email_address.NoMailbox:
        return False
    return True


def checks() -> Iterator[tuple[str, Check]]:
    yield "mail", check_server


def check_server() -> Iterator[Line]:
    if not (url := settings().mail_url):
        yield Line("warn", "mail", "none is sent: users cannot reset their passwords", "set KIOSK_MAIL_URL")
        return
    host = urlsplit(url).hostname
    try:
        bridge.run(_greet(url))
    except MailError as error:
        yield Line("FAIL", "mail", f"{host}: {error}", "see whether it runs, and check KIOSK_MAIL_URL")
    else:
        yield Line("ok", "mail", f"{host} takes mail")


async def _greet(url: str) -> None:
    try:
        async with asyncio.timeout(MAIL_SECONDS):
            await greet(url, sender(settings()))
    except TimeoutError as error:
        raise MailError(f"no greeting within {MAIL_SECONDS} s") from error
