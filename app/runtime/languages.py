"""The languages of Kiosk, and which one an answer or a mail is in."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Literal, Self, get_args

from babel.messages.pofile import read_po
from flask import Request, has_request_context
from flask.globals import request_ctx
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

Language = Literal["en", "de"]
KNOWN: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "en"

VARY = {"Vary": "Accept-Language"}
"""A header of what the API says in the caller's language."""

COOKIE = "kiosk_language"
"""What the switch on the page was set to in this browser; frontend/src/language.ts writes it."""


def known(name: str | None) -> Language | None:
    return name if name in KNOWN else None


def asked() -> Language:
    """The language to answer the current request in: English where it names none of ours, and outside of requests."""
    return wanted() or DEFAULT


def wanted() -> Language | None:
    """The language that the current request names; None where it names none of ours."""
    return _of(request_ctx.request) if has_request_context() else None


def of(request: Request) -> Language:
    return _of(request) or DEFAULT


def _of(request: Request) -> Language | None:
    """For a page the one chosen by the switch on it; otherwise the preferred one of the `Accept-Language` header."""
    chosen = None if request.path.startswith("/api/") else known(request.cookies.get(COOKIE))
    return chosen or _preferred(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=256)
def _preferred(header: str) -> Language | None:
    """The most preferred one that Kiosk has; `de-AT` is German: https://www.rfc-editor.org/rfc/rfc9110#field.accept-language"""
    wanted = parse_accept_header(header[:1000], LanguageAccept)  # the most wanted first
    named = (known(tag.partition("-")[0].lower()) for tag, quality in wanted if quality > 0)
    return next((each for each in named if each), None)


MESSAGES = Path(__file__).with_name("messages")
"""Translations of the server's sentences, a file for each language but English, which is in the code."""


class Sentence(str):
    """An English sentence with values in it that can be translated: it remembers its template and the values.

    `Sentence("Use at least {number} characters.", number=8)`. A sentence without values may be a plain string.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        made = super().__new__(cls, template.format_map(values))
        made.template, made.values = template, values
        return made


def said(text: str, language: Language) -> str:
    """A sentence of the code, translated. Text that has no translation stays as it is."""
    if language == DEFAULT:
        return str(text)
    if isinstance(text, Sentence):
        values = {
            name: said(each, language) if isinstance(each, Sentence) else each for name, each in text.values.items()
        }
        return messages(language).get(text.template, text.template).format_map(values)
    return messages(language).get(text, text)


class Verbatim(str):
    """A value of a sentence that is not translated, since a user wrote it."""

    __slots__ = ()


# ---------------------------------------------------------------- sentences that rows keep in English

AMOUNT = re.compile(r"-?\d+\.\d+ [A-Z]{3}")
"""An amount as `currencies.written` writes it in English."""

FEWEST_LETTERS = 10
"""A template with fewer letters besides its values is not tried: "{item} at {shop}" would match too many texts."""
LONGEST = 1_000
"""Of a text with more letters no template is looked for. None of our sentences is as long without its values."""


def retold(text: str, language: Language) -> str:
    """`text` in this language: a Sentence, or one that the database has as plain English text.

    Findings and the history of an order are stored as English text, which logs, mails and the previous release can read
    too. The template that such a text was made of is the message whose pattern it matches. Text that matches none stays
    as it is.
    """
    if language == DEFAULT or isinstance(text, Verbatim):
        return str(text)
    if AMOUNT.fullmatch(text):
        return text.replace(".", ",") if language == "de" else text
    template, values = (text.template, text.values) if isinstance(text, Sentence) else _matched(text, language)
    translated = messages(language).get(template, template)
    if not values:
        return translated
    return translated.format_map(
        {name: retold(value, language) if isinstance(value, str) else value for name, value in values.items()}
    )


@lru_cache(maxsize=1024)
def _matched(text: str, language: Language) -> tuple[str, Mapping[str, object]]:
    """The template that the text was made of, and its values; the text itself where it has none."""
    if text in messages(language) or len(text) > LONGEST:
        return text, {}
    for template, pattern in _patterns(language):
        if match := pattern.fullmatch(text):
            return template, match.groupdict()
    return text, {}


@cache
def _patterns(language: Language) -> Sequence[tuple[str, re.Pattern[str]]]:
    """A pattern for each template with values. Those with the most letters besides the values come first.

    Such a template fits the fewest other texts.
    """
    parts = {template: list(Formatter().parse(template)) for template in messages(language) if "{" in template}
    letters = {template: sum(len(words) for words, *_ in parts[template]) for template in parts}
    tried = sorted((each for each in parts if letters[each] >= FEWEST_LETTERS), key=lambda each: -letters[each])
    return [(each, re.compile(_pattern(each), re.DOTALL)) for each in tried]


def _pattern(template: str) -> str:
    """A regular expression for the texts of a template. A value ends where the words after it come for the first time.

    No later place is tried (`(?>…)`): that takes a tenth of a second for a text of LONGEST letters, and a provider may
    have chosen the text.
    """
    parts = list(Formatter().parse(template))
    first, *after = [*(re.escape(words) for words, *_ in parts), ""]
    names = [name for _, name, *_ in parts if name]
    *others, last = (f"(?P<{name}>.+?){words}" for name, words in zip(names, after, strict=False))
    return first + "".join(f"(?>{each})" for each in others) + last


# ---------------------------------------------------------------- the messages


@cache
def messages(language: Language) -> Mapping[str, str]:
    """The translations, by the English sentence."""
    with (MESSAGES / f"{language}.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, locale=language) if each.id and each.string}
