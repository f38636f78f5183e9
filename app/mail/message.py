"""Makes a mail of a template and values: text, the same as HTML, and no header that a user could have written."""

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import msgspec
from msgspec import structs

from app.mail import beside
from app.runtime import email_address
from app.runtime.config import Settings
from app.runtime.languages import DEFAULT, Language
from app.runtime.text import on_one_line

TEMPLATES = Path(__file__).with_name("templates")
"""A feature that can be left out has its templates in a folder of its own below this one."""


LONGEST_LINE = 998
"""Characters that a line may have which is not encoded."""


class Undeliverable(Exception):
    """No mail can be sent to the address."""


class Site(msgspec.Struct, frozen=True):
    """Who writes: the name, the colour of buttons, which white can be read on, and how to reach them, on lines."""

    name: str = "Kiosk"
    colour: str = "#9d2235"
    contact: str = ""


class Message(msgspec.Struct, frozen=True):
    """A mail to `to`: the template `<template>.txt` with `values`, or `<template>.de.txt` in German.

    Only `link`, an address of the shop, becomes a link. All other values may be chosen by a person, and do not; what
    the owner has set stands below them, as they wrote it.
    """

    to: str
    template: str
    values: dict[str, Any]
    language: Language = DEFAULT

    def with_values(self, **more: Any) -> "Message":
        return structs.replace(self, values={**self.values, **more})

    @property
    def file(self) -> str:
        return f"{self.template}.txt" if self.language == DEFAULT else f"{self.template}.{self.language}.txt"


def rendered(
    settings: Settings, message: Message, dedupe_key: str, at: datetime, site: Site | None = None
) -> EmailMessage:
    """The first line of the template is the subject. Raises Undeliverable.

    The name of `site` is the sender's where the settings have none.

    The same arguments give the same mail in every detail, so that a mail reader shows one that came twice once.
    """
    site = site or Site()
    values = {**message.values, "shop": settings.public_url, "site": site.name}
    values |= {name: _Ours(values[name]) for name in ("shop", "link") if name in values}
    subject, _, text = _environment().get_template(message.file).render(values).partition("\n")
    made = EmailMessage()
    made["From"] = settings.mail_from or Address(site.name, addr_spec=sender(settings))
    made["To"] = Address(addr_spec=address(message.to))
    made["Subject"] = subject.removeprefix("Subject: ")
    made["Date"] = at
    made["Message-ID"] = (
        f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@{urlsplit(settings.public_url).hostname}>"
    )
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: automatic replies do not answer it
    text = text.strip() + "\n"
    foot = [on_one_line(each) for each in (site.name, settings.public_url, *site.contact.splitlines()) if each.strip()]
    plain = "\n".join((text, *foot, ""))
    made.set_content(plain, cte="7bit" if _is_bare(plain) else "quoted-printable")
    made.add_alternative(
        beside.page(made["Subject"], text, foot, settings.public_url, site.colour, message.language),
        subtype="html",
        cte="quoted-printable",
    )
    made.set_boundary(hashlib.sha256(f"boundary:{dedupe_key}".encode()).hexdigest()[:32])
    return made


def _is_bare(text: str) -> bool:
    """Whether it may be sent as it is: https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1"""
    return text.isascii() and all(len(line) <= LONGEST_LINE for line in text.split("\n"))


def address(given: str) -> str:
    """`given` with its domain in ASCII. Raises Undeliverable."""
    try:
        return email_address.ascii_form(given)
    except email_address.NoMailbox as error:
        raise Undeliverable from error


def sender(settings: Settings) -> str:
    """The address of the sender, as the mail server gets it."""
    return address(parseaddr(settings.sender)[1])


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, *sorted(each for each in TEMPLATES.iterdir() if each.is_dir())]),
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 -- it is plain text
    )


class _Ours(str):
    """An address of the shop. A mail reader may make a link of it."""

    __slots__ = ()


INVISIBLE = "\N{ZERO WIDTH SPACE}"
LINK = re.compile(r"(?<=[.\u3002\uff0e\uff61])(?=[^\W\d])|(?<=@)(?=\S)|(?<=:)(?=//)")
"""Where a character is put in: before each label of a host that begins with a letter, after @, and after a scheme."""


def _harmless(value: object) -> object:
    """A text that a person chose, as it may stand in a mail: on one line, and not as a link.

    Mail readers make a link of all that looks like a host, such as the username `evil.example`. An invisible character
    in it prevents that. Usernames are compared without it (app/users/models.py).
    """
    if not isinstance(value, str) or isinstance(value, _Ours):
        return value
    return LINK.sub(INVISIBLE, on_one_line(value))
