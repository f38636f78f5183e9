"""What a mail says, and how it is put on the wire: plain text, and nothing in its headers that is not ours."""

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jinja2
import msgspec

from app import mailbox
from app.config import Settings
from app.text import on_one_line


class Undeliverable(Exception):
    """The address is none that a mail can be sent to."""


class Letter(msgspec.Struct, frozen=True):
    """A mail to `to`: the template `<name>.txt`, filled with `values`."""

    to: str
    name: str
    values: dict[str, Any]


def message(settings: Settings, letter: Letter, dedupe_key: str, at: datetime) -> EmailMessage:
    """The same in every detail for the same arguments, so that a mail that comes twice is seen to be one.

    Raises Undeliverable. The template's first line is the subject.
    """
    subject, _, text = _environment().get_template(f"{letter.name}.txt").render(
        letter.values, shop=settings.public_url
    ).partition("\n")  # fmt: skip
    made = EmailMessage()
    made["From"] = settings.sender
    made["To"] = Address(addr_spec=address(letter.to))
    made["Subject"] = subject.removeprefix("Subject: ")
    made["Date"] = at
    made["Message-ID"] = (
        f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@{urlsplit(settings.public_url).hostname}>"
    )
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note is to answer it
    text = text.strip() + "\n"
    made.set_content(text, cte="7bit" if text.isascii() else "quoted-printable")
    return made


def address(given: str) -> str:
    """`given`, with its domain as mail servers know it. Raises Undeliverable."""
    try:
        return mailbox.wire(given)
    except mailbox.NoMailbox as error:
        raise Undeliverable from error


def sender(settings: Settings) -> str:
    """The address that a mail server is told."""
    return address(parseaddr(settings.sender)[1])


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("app.mail"),
        undefined=jinja2.StrictUndefined,
        finalize=_on_one_line,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 -- it is plain text
    )


def _on_one_line(value: object) -> object:
    """What somebody calls themselves, or a thing, must not be able to look like a paragraph of ours."""
    return on_one_line(value) if isinstance(value, str) else value
