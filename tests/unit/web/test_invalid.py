"""What is wrong with a body, told by field."""

import msgspec
import pytest

from app.web.api import Id, Line, invalid


class Part(msgspec.Struct):
    item_id: Id
    note: Line = "-"


class Whole(msgspec.Struct):
    name: Line
    parts: list[Part] = []


def errors(body):
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=Whole)
    return [(each.field, each.message) for each in invalid(caught.value).errors]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"name": 7}', "name"),
        ('{"name": ""}', "name"),
        ('{"name": null}', "name"),
        ('{"name": "a", "parts": {}}', "parts"),
        ('{"name": "a", "parts": [{"item_id": 1}, {"item_id": "x"}]}', "parts[1].item_id"),
        ('{"name": "a", "parts": [{"item_id": 9007199254740993}]}', "parts[0].item_id"),
        ('{"name": "a", "parts": [{"item_id": 0}]}', "parts[0].item_id"),
        ("[]", ""),
    ],
)
def test_the_field_is_named_by_its_path(body, field):
    assert [name for name, _ in errors(body)] == [field]


def test_a_missing_field_is_named_itself():
    assert errors("{}") == [("name", "This is required.")]
    assert errors('{"name": "a", "parts": [{}]}') == [("parts[0].item_id", "This is required.")]


@pytest.mark.parametrize("name", ["a\\n", "\\u0000", "a\\u0000b", "a\\tb", "\\u007f"])
def test_characters_that_a_line_does_not_hold_are_refused_in_words(name):
    assert errors(f'{{"name": "{name}"}}') == [("name", "This holds characters that are not allowed here.")]


def test_a_message_is_in_plain_words_without_marks_of_code():
    [(_, message)] = errors('{"name": 7}')

    assert "`" not in message
    assert "$" not in message
