"""Markdown of an owner as HTML that is safe to show: no HTML of their own, and no address that runs a script."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@lru_cache(maxsize=64)  # a long page takes a quarter of a second
def html(text: str) -> str:
    """Headings begin a level lower than written: the page's title is above them."""
    tokens = _parser().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    rendered: str = _parser().renderer.render(tokens, _parser().options, {})
    return rendered


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # late: 62 modules, and many shops have no page

    return MarkdownIt("commonmark", {"html": False}).enable("table")
