"""What people write: lines that stay lines, and codes as they were meant."""

import pytest

from app.runtime.text import is_line, on_one_line, typed_code


@pytest.mark.parametrize(
    "name", ["山田\u3000太郎", "👩\u200d💻 Ada", "می\u200cخواهم", "🏴\U000e0067\U000e0062\U000e007f", "Zoë"]
)
def test_a_name_keeps_its_spaces_and_what_joins_its_letters(name):
    assert is_line(name)
    assert on_one_line(name) == name


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\x85", "\u2028", "\u2029", "\x00", "\u202e", "\u2066", "\ud800"])
def test_what_would_look_like_another_line_or_turn_it_around_is_gone(breaks):
    assert not is_line(f"Ada{breaks}Bcc: eve")
    assert on_one_line(f"Ada{breaks}Bcc: eve").split() == ["Ada", "Bcc:", "eve"]


@pytest.mark.parametrize("nothing", ["", " ", "\u3000", "\u200b", "\u3164", "\u00ad\ufe0f"])
def test_what_shows_nothing_is_no_name(nothing):
    assert not is_line(nothing)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("123 456", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("۱۲۳۴۵۶", "123456"),
        ("１２３\u3000４５６", "123456"),
        ("१२३-४५६", "123456"),
        ("ABCD–efgh—2345−aaaa", "abcdefgh2345aaaa"),
        ("ab\u00adcd\u200b ef\u2011gh", "abcdefgh"),
        ("abcdー2345ｰefgh", "abcd2345efgh"),
        ("abcd_2345⁃efgh─aaaaㅡbbbb", "abcd2345efghaaaabbbb"),
        ("no code!", "nocode!"),
    ],
)
def test_a_code_is_read_as_it_was_meant(typed, meant):
    assert typed_code(typed) == meant
