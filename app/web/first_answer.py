"""The HTML page as the server sends it: with the head for search engines, and with the data that it needs first."""

import re
from collections.abc import Callable, Mapping
from html import escape
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Flask, current_app
from msgspec import structs
from sqlalchemy.exc import SQLAlchemyError

from app.runtime import deadline, languages
from app.runtime.config import settings
from app.runtime.db import reading
from app.runtime.errors import Problem
from app.runtime.languages import Language, Sentence, said
from app.web.pages import is_page

BEGIN, END = "<!-- head -->", "<!-- /head -->"
"""Between these frontend/index.html has the head of a page without a server. The server replaces it."""

MESSAGES = re.compile(r"<!-- (?P<language>[a-z]{2}): (?P<link><link [^>]*>) -->")
"""As frontend/messages.ts writes them."""

APP = '<div id="app"></div>'
"""Where frontend/src/main.tsx draws the page; it takes the place of what stands there."""

SECONDS = 3
"""How long to wait for the database. Without its data the page works too: it asks the API."""


class Link(msgspec.Struct, frozen=True):
    """A `<link>` to an icon."""

    rel: str
    href: str
    sizes: str = ""
    type: str = ""


ICONS = (Link("icon", "/favicon.svg", type="image/svg+xml"),)
"""Of the build. What takes no drawing asks for /favicon.ico or /apple-touch-icon.png by itself."""


class Head(msgspec.Struct, frozen=True):
    """What search engines and other programs read of a page."""

    title: str
    description: str
    image: str = ""
    """A path or an address."""
    kind: str = "website"
    colour: str = ""
    manifest: str = ""
    """A path."""
    icons: tuple[Link, ...] = ICONS
    structured: dict[str, Any] | None = None
    """JSON-LD of schema.org."""
    status: int = 200
    """404 for a page about something that does not exist."""


PLAIN = Head("Kiosk", Sentence("A small shop that you host yourself."))
MISSING = Sentence("There is nothing here.")
"""The description of a page that does not exist."""


class Written(msgspec.Struct, frozen=True):
    """The page as HTML. `is_personal`: it tells who is signed in."""

    html: str
    status: int = 200
    is_personal: bool = False


def written(template: str, path: str) -> Written:
    """The page at `path`, made from the built index.html. Where no page has this path it is 404 and says so."""
    before, begin, rest = template.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        return Written(template, HTTPStatus.OK if is_page(path) else HTTPStatus.NOT_FOUND)
    try:
        with deadline.within(SECONDS), reading():
            data = {name: give() for name, give in current_app.extensions["page_data"].items()}
            language = _language(data)
            head = current_app.extensions["page_head"](path, data, language)
    except (SQLAlchemyError, Problem):
        data, language = {}, languages.asked()
        head = structs.replace(PLAIN, description=said(PLAIN.description, language))
    if not is_page(path):
        missing = said(MISSING, language)
        head = structs.replace(head, description=missing, structured=None, status=HTTPStatus.NOT_FOUND)
    first = _script("first", "application/json", {"language": language, **data})
    html = in_language(f"{before}{_tags(head, path)}{first}{after}", language)
    html = html.replace(APP, _until_it_is_drawn(language), 1)
    return Written(html, head.status, is_personal=data.get("me") is not None)


def _language(data: Mapping[str, Any]) -> Language:
    """The language that the signed-in user has chosen, or else the one that the browser asks for."""
    return getattr(data.get("me"), "language", None) or languages.asked()


def in_language(html: str, language: Language) -> str:
    """The built page in this language. As built it declares English, and links to other languages in comments."""
    return MESSAGES.sub(lambda named: named["link"] if named["language"] == language else "", html).replace(
        '<html lang="en"', f'<html lang="{language}"', 1
    )


def _until_it_is_drawn(language: Language) -> str:
    """What stands in the page before its code has run; frontend/src/ui/base.css shows it where that takes too long.

    So it needs no code of its own, which might not come either, nor does the page's policy have to let it run.
    """
    title, words, again = (
        escape(said(each, language))
        for each in (
            Sentence("This page has not loaded"),
            Sentence("Are you online, and is JavaScript on?"),
            Sentence("Try again"),
        )
    )
    link = f'<a class="button" href="">{again}</a>'
    said_at_once = f'<div role="alert"><h1>{title}</h1><p>{words}</div>'
    return f'<div id="app"><main class="not-drawn page-narrow">{said_at_once}<p>{link}</main></div>'


def _tags(head: Head, path: str) -> str:
    here = settings().public_url + path
    tags = [
        f"<title>{escape(head.title)}</title>",
        f'<meta name="description" content="{escape(head.description)}">',
        f'<link rel="canonical" href="{escape(here)}">',
    ]
    shown = {"title": head.title, "description": head.description, "type": head.kind, "url": here}
    if head.image:
        shown["image"] = absolute(head.image)
    tags += [f'<meta property="og:{name}" content="{escape(value)}">' for name, value in shown.items()]
    if head.colour:
        tags.append(f'<meta name="theme-color" content="{escape(head.colour)}">')
    if head.manifest:
        tags.append(f'<link rel="manifest" href="{escape(head.manifest)}">')
    tags += [_link(icon) for icon in head.icons]
    if head.status != PLAIN.status:
        tags.append('<meta name="robots" content="noindex">')
    if head.structured:
        tags.append(_script("", "application/ld+json", {"@context": "https://schema.org", **head.structured}))
    return "".join(tags)


def _link(link: Link) -> str:
    given = [f'{name}="{escape(value)}"' for name, value in structs.asdict(link).items() if value]
    return f"<link {' '.join(given)}>"


def absolute(address: str) -> str:
    """A path of the shop, or an address, as an address."""
    return settings().public_url + address if address.startswith("/") else address


def _script(name: str, kind: str, data: Any) -> str:
    """A script element with data, which browsers do not run. No text in it can end the element: https://html.spec.whatwg.org/#the-script-element"""
    json = msgspec.json.encode(data).decode().replace("<", "\\u003c")
    return f'<script{name and f" id={name}"} type="{kind}">{json}</script>'


def init_app(
    app: Flask,
    head: Callable[[str, Mapping[str, Any], Language], Head] = lambda *_: PLAIN,
    *,
    data: Mapping[str, Callable[[], Any]],
) -> None:
    """`data` has functions for answers of the API that come with the page, by the names that the page has for them.

    `head` makes the Head of a page from its path, these answers and its language.
    """
    app.extensions["page_head"] = head
    app.extensions["page_data"] = data
