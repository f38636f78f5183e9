"""Text that people enter: which characters a line may hold, and the digits and dashes that their devices put in."""

import unicodedata

BREAKS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
"""Of a pattern: controls, and what ends a line or a paragraph."""

UNSEEN = "This holds nothing to be seen, or characters that are not allowed here."
"""Of what is no line, for people."""

SPACES = " \u00a0\u3000"
"""Spaces that a keyboard adds after a word."""

_BREAKING = ("Cc", "Cs", "Zl", "Zp")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They change the direction of the text around them, and so can make one name look like another.

https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters. What joins or parts letters, such as the
zero-width joiner of Persian, of Sinhala and of many emoji, is text.
"""

_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Letters and marks that show nothing: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point"""


def is_line(text: str) -> bool:
    """Whether it stays on one line, changes no direction, and shows at least one character."""
    return not any(_breaks(each) for each in text) and is_seen_in(text)


def is_seen_in(text: str) -> bool:
    """Whether it shows at least one character."""
    return any(is_seen(each) for each in text)


def on_one_line(text: str) -> str:
    """`text` with a space for each character that breaks a line or changes the direction."""
    return "".join(" " if _breaks(each) else each for each in text)


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in _BREAKING or character in _TURNING


def is_seen(character: str) -> bool:
    """Whether it is neither a space, nor invisible, nor unassigned in Unicode."""
    return unicodedata.category(character)[0] not in "CZ" and character not in _BLANK


def is_word(character: str) -> bool:
    """A letter or a number of any script, or a mark on one, such as a vowel sign of Devanagari."""
    kind = unicodedata.category(character)
    return (kind[0] in "LN" or kind in ("Mn", "Mc")) and character not in _BLANK


def is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def typed_code(text: str) -> str:
    """A code that was typed, in one form: lower case, without spaces, dashes and invisible characters.

    Digits of any script and full-width letters are in ASCII.
    """
    characters = (each for each in unicodedata.normalize("NFKC", text) if is_seen(each) and not _is_dash(each))
    return "".join(str(unicodedata.decimal(each, each)) for each in characters).lower()


_DASHES = (
    "_\N{MINUS SIGN}\N{HYPHEN BULLET}\N{MODIFIER LETTER MINUS SIGN}\N{BOX DRAWINGS LIGHT HORIZONTAL}"
    "\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}\N{HANGUL LETTER EU}\N{HANGUL JUNGSEONG EU}"
)
"""Characters that Unicode does not count as dashes, and that keyboards, those of Japan and Korea too, offer as such."""


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character in _DASHES
