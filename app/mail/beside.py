"""The HTML that goes beside a mail's text: the same words, with a button for each address of the shop."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape

from app.runtime.languages import DEFAULT, Language

PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:36rem;margin:0 auto">
<h1 style="font-size:1.3rem">{title}</h1>
{body}
<p style="margin-top:2rem"><small>{foot}</small></p>
</div></body></html>
"""
BUTTON = (
    '<a href="{link}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:{colour};color:#fff;'
    'text-decoration:none">{words}</a><br><small>{link}</small>'
)
OPEN: dict[Language, str] = {"en": "Open the page", "de": "Seite öffnen"}
"""On the button."""

LIST = "  "
"""How a line of a list begins."""


def page(title: str, text: str, foot: Sequence[str], shop: str, colour: str, language: Language = DEFAULT) -> str:
    """`foot` are the lines below the text, `colour` is that of buttons, on which the words are white.

    `shop` is the address that its links begin with. A line is a link only if it is one of them from end to end.

    What a person chose cannot be one: `message.py` puts an invisible character into it.
    """
    parts = [each for each in text.split("\n\n") if each.strip()]
    button = partial(BUTTON.format, words=OPEN[language], colour=escape(colour))
    body = "\n".join(_paragraph(each, shop, button) for each in parts)
    below = "<br>\n".join(map(escape, foot))
    return PAGE.format(title=escape(title), body=body, foot=below, language=language)


def _paragraph(part: str, shop: str, button: Callable[..., str]) -> str:
    lines = "<br>\n".join(_line(each, shop, button) for each in part.strip("\n").split("\n"))
    return f"<p>{lines}</p>"


def _line(line: str, shop: str, button: Callable[..., str]) -> str:
    is_link = line.startswith(f"{shop}/") and not any(each.isspace() for each in line)
    if is_link:
        return button(link=escape(line))
    return "&emsp;" * line.startswith(LIST) + escape(line.strip())
