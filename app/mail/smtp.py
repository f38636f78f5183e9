"""Speaks SMTP (RFC 5321) with the mail server of MAIL_URL."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.runtime.async_bridge import blocking
from app.runtime.urls import is_loopback

STEP_SECONDS = 10
DEADLINE_SECONDS = 60
"""For a whole mail, also with a server that answers slowly. It is shorter than the lease."""

PERMANENT = 500
PORTS = {"smtp": 25, "smtps": 465}


class MailError(Exception):
    """A mail was not sent, or it is unknown whether it was. The text names no address.

    `final`: no later try can succeed. `away`: the server accepts no mail at all at the moment.
    """

    def __init__(self, words: str, *, final: bool = False, away: bool = False) -> None:
        super().__init__(words)
        self.final, self.away = final, away


async def send(mail_url: str, message: EmailMessage, sender: str, to: str) -> None:
    """Raises MailError."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await _hand_over(mail_url, message, sender, to)
    except aiosmtplib.SMTPRecipientsRefused as error:
        code = min(each.code for each in error.recipients)
        raise MailError(f"the recipient is refused with {code}", final=code >= PERMANENT) from error
    except aiosmtplib.SMTPSenderRefused as error:
        raise MailError(f"the sender of KIOSK_MAIL_FROM is refused with {error.code}") from error
    except aiosmtplib.SMTPDataError as error:
        raise MailError(f"the mail is refused with {error.code}", final=error.code >= PERMANENT) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise MailError("the server cannot write to such an address", final=True) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise _away(error) from error


async def greet(mail_url: str, sender: str) -> None:
    """Connect and sign in as for a mail, and send none. Raises MailError."""
    try:
        async with _connected(mail_url, sender) as client:
            await client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise _away(error) from error


def _away(error: Exception) -> MailError:
    return MailError(f"the server does not accept it: {type(error).__name__}", away=True)


async def _hand_over(mail_url: str, message: EmailMessage, sender: str, to: str) -> None:
    async with _connected(mail_url, sender) as client:
        await client.send_message(message, sender=sender, recipients=[to])
        await client.quit()


@asynccontextmanager
async def _connected(mail_url: str, sender: str) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection, encrypted where the server offers that, and signed in where the settings have a password.

    Raises MailError rather than send a password unencrypted.
    """
    url = urlsplit(mail_url)
    is_local = is_loopback(mail_url)
    client = aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port or PORTS[url.scheme],
        use_tls=url.scheme == "smtps",
        start_tls=False if is_local else None,  # None: where the server offers it
        tls_context=None if is_local and url.scheme == "smtp" else await blocking(ssl.create_default_context),
        local_hostname=sender.rpartition("@")[2],  # else it would ask the machine, which may ask the network
        timeout=STEP_SECONDS,
    )
    try:
        await client.connect()
        if url.username and url.password:
            if not (is_local or client.get_transport_info("sslcontext")):
                raise MailError("the server offers no encryption, and gets no password without it", away=True)
            await client.login(unquote(url.username), unquote(url.password))
        yield client
    finally:
        client.close()
