"""What is wrong with a body, told by field."""

from typing import Annotated, Literal

import msgspec
import pytest

from app.runtime.errors import Invalid
from app.web.api import Id, Line, Name
from app.web.validation import check_texts, invalid


class Part(msgspec.Struct):
    item_id: Id
    note: Line = "-"


class Whole(msgspec.Struct):
    name: Line
    parts: Annotated[list[Part], msgspec.Meta(max_length=2)] = []
    kind: Literal["big", "small"] | None = None


def errors(body):
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=Whole)
    found = invalid(msgspec.json.decode(body), Whole, caught.value)
    return [(each.field, each.message) for each in found.errors]


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


def test_everything_that_is_wrong_is_told_at_once():
    body = '{"name": "", "parts": [{"item_id": 0}, {"note": "x"}], "kind": "huge"}'

    assert errors(body) == [
        ("name", "Write something here."),
        ("parts[0].item_id", "Give 1 or more."),
        ("parts[1].item_id", "This is required."),
        ("kind", "Use one of these: big, small."),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"name": 7}', "Give a text."),
        ('{"name": null}', "This is required."),
        (f'{{"name": "{"x" * 201}"}}', "Use at most 200 characters."),
        ('{"name": "a", "parts": 7}', "Give a list."),
        ('{"name": "a", "parts": [{"item_id": 1}, {"item_id": 1}, {"item_id": 1}]}', "Give at most 2 of them."),
        ('{"name": "a", "parts": [{"item_id": "x"}]}', "Give a whole number."),
        ('{"name": "a", "parts": [{"item_id": 9007199254740993}]}', "Give 9007199254740992 or less."),
        ("[]", "Give an object with named fields."),
    ],
)
def test_it_is_told_in_words_of_people(body, message):
    assert [words for _, words in errors(body)] == [message]


class Named(msgspec.Struct, rename="camel"):
    first_name: Name
    nick_name: Name | msgspec.UnsetType | None = msgspec.UNSET
    count: int = 0


BLANK = " \u200b\u3000", "\u2067", "\u00ad\u2060", "Tea \u202e"
UNSEEN = "This holds nothing to be seen, or characters that are not allowed here."


@pytest.mark.parametrize("blank", BLANK)
def test_a_name_shows_something_and_turns_no_text_around(blank):
    with pytest.raises(Invalid) as caught:
        check_texts(Named("Tea", blank))

    assert [(each.field, each.message) for each in caught.value.errors] == [("nickName", UNSEEN)]


def test_a_name_of_letters_that_need_joiners_is_one():
    check_texts(Named("می\u200cخواهم", None))
    check_texts([1])


def test_a_blank_name_is_told_together_with_other_fields_that_are_wrong():
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"firstName": " ", "count": "x"}, Named)
    wrong = invalid({"firstName": " ", "count": "x"}, Named, caught.value)

    assert [(each.field, each.message) for each in wrong.errors] == [
        ("firstName", UNSEEN),
        ("count", "Give a whole number."),
    ]


def test_of_a_list_with_very_many_faults_the_first_hundred_elements_are_told():
    told = errors(f'{{"name": "a", "parts": [{",".join(["{}"] * 5_000)}]}}')

    assert [name for name, _ in told] == [f"parts[{number}].item_id" for number in range(100)]
