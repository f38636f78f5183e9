"""The HTML that goes beside a mail's text: the same words, with a button for each address of the shop."""

from html import escape

from app.runtime.languages import DEFAULT, Language

PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:36rem;margin:0 auto">
<h1 style="font-size:1.3rem">{title}</h1>
{body}
</div></body></html>
"""
BUTTON = (
    '<a href="{link}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#9d2235;color:#fff;'
    'text-decoration:none">{words}</a><br><small>{link}</small>'
)
OPEN: dict[Language, str] = {"en": "Open the page", "de": "Seite öffnen"}
"""On the button."""

LIST = "  "
"""How a line of a list begins."""


def page(title: str, text: str, shop: str, language: Language = DEFAULT) -> str:
    """`shop` is the address that its links begin with. A line is a link only if it is one of them from end to end.

    What a person chose cannot be one: `message.py` puts an invisible character into it.
    """
    parts = [each for each in text.split("\n\n") if each.strip()]
    body = "\n".join(_paragraph(each, shop, OPEN[language]) for each in parts)
    return PAGE.format(title=escape(title), body=body, language=language)


def _paragraph(part: str, shop: str, words: str) -> str:
    lines = "<br>\n".join(_line(each, shop, words) for each in part.strip("\n").split("\n"))
    return f"<p>{lines}</p>"


def _line(line: str, shop: str, words: str) -> str:
    is_link = line.startswith(f"{shop}/") and not any(each.isspace() for each in line)
    if is_link:
        return BUTTON.format(link=escape(line), words=words)
    return "&emsp;" * line.startswith(LIST) + escape(line.strip())
