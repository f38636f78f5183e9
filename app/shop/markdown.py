"""Markdown of an owner as HTML that is safe to show: no HTML of their own, and no address that runs a script."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


Sizes = frozenset[tuple[str, int, int]]
"""Of uploaded pictures: the path, width and height in pixels."""

PICTURE = re.compile(r"/pictures/[0-9a-f]{32}(-small)?\.webp$")
"""How the address of an uploaded one ends."""


@lru_cache(maxsize=64)  # a long page takes a quarter of a second
def html(text: str, sizes: Sizes = frozenset()) -> str:
    """The page's title is above all headings. A table may be wider than the page."""
    tokens = _parser().parse(text)
    _rank_headings(tokens)
    known = {path: (width, height) for path, width, height in sizes}
    for token in tokens:
        for part in token.children or ():
            if part.type == "image":
                _keep_place(part, known)
    rendered: str = _parser().renderer.render(tokens, _parser().options, {})
    # Text of the owner's has no tags.
    return rendered.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")


def _rank_headings(tokens: "list[Token]") -> None:
    """From h2 on, and none skipped, whichever the owner begins with and leaves out: readers of the page count on it."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            above = [tag for tag in above if tag < token.tag] + [token.tag]
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(len(above) + 1, 6)}"


def _keep_place(image: "Token", known: Mapping[str, tuple[int, int]]) -> None:
    path = PICTURE.search(str(image.attrs["src"]))
    if path and (size := known.get(path[0])):
        image.attrs["width"], image.attrs["height"] = size


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # late: 62 modules, and many shops have no page

    return MarkdownIt("commonmark", {"html": False}).enable("table")
