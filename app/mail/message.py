"""What a mail says, and how it is put on the wire: plain text, and nothing in its headers that is not ours."""

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jinja2
import msgspec

from app.runtime import email_address
from app.runtime.config import Settings
from app.runtime.text import on_one_line


class Undeliverable(Exception):
    """The address is none that a mail can be sent to."""


class Letter(msgspec.Struct, frozen=True):
    """A mail to `to`: the template `<name>.txt`, filled with `values`.

    All but `link`, which is an address of the shop, is taken for what a person chose, and leads nowhere.
    """

    to: str
    name: str
    values: dict[str, Any]


def message(settings: Settings, letter: Letter, dedupe_key: str, at: datetime) -> EmailMessage:
    """The same in every detail for the same arguments, so that a mail that comes twice is seen to be one.

    Raises Undeliverable. The template's first line is the subject.
    """
    values = {**letter.values, "shop": settings.public_url}
    values |= {name: _Ours(values[name]) for name in ("shop", "link") if name in values}
    subject, _, text = _environment().get_template(f"{letter.name}.txt").render(values).partition("\n")
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
        return email_address.wire(given)
    except email_address.NoMailbox as error:
        raise Undeliverable from error


def sender(settings: Settings) -> str:
    """The address that a mail server is told."""
    return address(parseaddr(settings.sender)[1])


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("app.mail"),
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 -- it is plain text
    )


class _Ours(str):
    """An address of the shop, of which a mail reader may make a link."""

    __slots__ = ()


NOWHERE = "\N{ZERO WIDTH SPACE}"
LEADS = re.compile(r"(?<=[.\u3002\uff0e\uff61])(?=[^\W\d])|(?<=@)(?=\S)|(?<=:)(?=//)")
"""Where an address is broken: in a host before each label that begins with a letter, and behind @ and a scheme."""


def _harmless(value: object) -> object:
    """What a person calls themselves, or a thing, neither looks like a paragraph of ours nor becomes a link.

    Mail readers make a link of whatever looks like a host, such as the username `evil.example`. It is broken by a
    character that nobody sees, and that a username is compared without.
    """
    if not isinstance(value, str) or isinstance(value, _Ours):
        return value
    return LEADS.sub(NOWHERE, on_one_line(value))
