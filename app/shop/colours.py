"""Whether text on a colour can be read: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""

from app.runtime.languages import Sentence

PAGE = "#f2f7f3"
"""The background of the page in the light scheme, a little darker than the white of text on the header."""

LEAST_CONTRAST = 4.5
"""Of text: https://www.w3.org/TR/WCAG22/#contrast-minimum"""


def contrast(one: str, other: str) -> float:
    """From 1, the same brightness, to 21, black on white. Colours are written as `#rrggbb`."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def fault(primary: str) -> str:
    """What is wrong with the colour of header and links, in words; empty where nothing is."""
    ratio = contrast(primary, PAGE)
    if ratio >= LEAST_CONTRAST:
        return ""
    return Sentence(
        "Text in this colour, or white on it, is hard to read: take a darker one (contrast {contrast}, at least 4.5).",
        contrast=f"{ratio:.1f}",
    )


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- as sRGB has it
