"""What people write: which characters a line of theirs may hold, and what their devices make of digits and dashes."""

import unicodedata

BREAKS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
"""Of a pattern: controls, and what ends a line or a paragraph."""

SPACES = " \u00a0\u3000"
"""What a keyboard leaves behind a word."""

_BREAKING = ("Cc", "Cs", "Zl", "Zp")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of the text around them, and so make one thing look like another.

https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters. What joins or parts letters, such as the
zero-width joiner of Persian, of Sinhala and of many emoji, is text.
"""

_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Letters and marks that show nothing: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point"""


def is_line(text: str) -> bool:
    """Whether it stays on one line and in its place, with something to be seen in it."""
    return not any(_breaks(each) for each in text) and any(is_seen(each) for each in text)


def on_one_line(text: str) -> str:
    """`text` with a space for whatever would break the line or turn it around."""
    return "".join(" " if _breaks(each) else each for each in text)


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in _BREAKING or character in _TURNING


def is_seen(character: str) -> bool:
    """No space, nothing invisible, nothing that Unicode has not got."""
    return unicodedata.category(character)[0] not in "CZ" and character not in _BLANK


def is_word(character: str) -> bool:
    """A letter or a number of any script, or a mark on one, such as a vowel sign of Devanagari."""
    kind = unicodedata.category(character)
    return (kind[0] in "LN" or kind in ("Mn", "Mc")) and character not in _BLANK


def is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def typed_code(text: str) -> str:
    """A code as it was meant: digits of any script and full-width letters in ASCII, no spaces, dashes or invisible
    characters, in lower case.
    """
    found = (each for each in unicodedata.normalize("NFKC", text) if is_seen(each) and not _is_dash(each))
    return "".join(str(unicodedata.decimal(each, each)) for each in found).lower()


_DASHES = (
    "_\N{MINUS SIGN}\N{HYPHEN BULLET}\N{MODIFIER LETTER MINUS SIGN}\N{BOX DRAWINGS LIGHT HORIZONTAL}"
    "\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}\N{HANGUL LETTER EU}\N{HANGUL JUNGSEONG EU}"
)
"""What Unicode counts as something else, and keyboards, those of Japan and Korea among them, write like a dash."""


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character in _DASHES
