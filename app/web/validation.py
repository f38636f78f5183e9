"""What is wrong with a body or a query: every field that is, in words for people."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from app.runtime import text
from app.runtime.errors import FieldError, Invalid
from app.runtime.languages import Sentence

REQUIRED = "This is required."
UNREADABLE = "This cannot be read."

HOLDS = "holds"
"""In `extra` of a text's Meta: a rule that no pattern can tell, as a function of the text."""

WORDS: tuple[tuple[str, str], ...] = (
    (r"missing required field", REQUIRED),
    (r"matching regex", "This holds characters that are not allowed here."),
    (r"`str` of length >= 1\b(?!\d)", "Write something here."),
    (r"`str` of length >= (\d+)", "Use at least {number} characters."),
    (r"`str` of length <= (\d+)", "Use at most {number} characters."),
    (r"`array` of length >= (\d+)", "Give at least {number} of them."),
    (r"`array` of length <= (\d+)", "Give at most {number} of them."),
    (r"`(?:int|float)` >= (-?\d+)", "Give {number} or more."),
    (r"`(?:int|float)` <= (-?\d+)", "Give {number} or less."),
    (r"Expected `str.*got `null`", REQUIRED),
    (r"Expected `(?:int|float)|Invalid (?:int|float)", "Give a whole number."),
    (r"Expected `bool|Invalid bool", "Give true or false."),
    (r"Expected `array", "Give a list."),
    (r"Expected `object", "Give an object with named fields."),
    (r"Expected `str", "Give a text."),
)
"""By what msgspec says, the first that fits: https://jcristharif.com/msgspec/constraints.html"""


def invalid(given: Any, shape: Any, error: msgspec.ValidationError, *, strict: bool = True) -> Invalid:
    """All that is wrong with `given` as a `shape`. `error` is the first fault, at which msgspec stopped."""
    faults = list(_faults(given, shape, "", strict=strict))
    return Invalid(errors=faults or [_fault(error, shape, "")])


def check_texts(body: Any) -> None:
    """Raises Invalid where a field of this struct breaks the rule that stands under HOLDS."""
    struct: type = type(body)
    wrong = [
        FieldError(name, text.UNSEEN)
        for attribute, name, holds in _rules(struct)
        if isinstance(given := getattr(body, attribute), str) and not holds(given)
    ]
    if wrong:
        raise Invalid(errors=wrong)


TOLD = 100
"""How many elements of a list are told their faults: each of 100,000 would take seconds."""


@cache
def _rules(struct: type) -> list[tuple[str, str, Callable[[str], bool]]]:
    """Fields that have such a rule, as Python and as JSON call them."""
    fields = msgspec.structs.fields(struct) if issubclass(struct, msgspec.Struct) else ()
    return [(each.name, each.encode_name, rule) for each in fields if (rule := _rule(each.type))]


def _rule(shape: Any) -> Callable[[str], bool] | None:
    if get_origin(shape) is Annotated:
        return next((rule for meta in shape.__metadata__ if (rule := (meta.extra or {}).get(HOLDS))), None)
    return next((rule for part in _parts(shape) if (rule := _rule(part))), None)


def _faults(given: Any, shape: Any, path: str, *, strict: bool) -> Iterator[FieldError]:
    struct, part = _struct(shape), _part(shape)
    if struct is not None and isinstance(given, dict):
        yield from _of_fields(given, struct, path, strict=strict)
        return
    if part is not None and isinstance(given, list):
        within = [
            fault
            for number, each in enumerate(given[:TOLD])
            for fault in _faults(each, part, f"{path}[{number}]", strict=strict)
        ]
        if within:
            yield from within
            return
    try:
        msgspec.convert(given, shape, strict=strict)
    except msgspec.ValidationError as error:
        yield _fault(error, shape, path)
        return
    if isinstance(given, str) and (holds := _rule(shape)) and not holds(given):
        yield FieldError(path, text.UNSEEN)


def _of_fields(given: dict[str, Any], struct: type, path: str, *, strict: bool) -> Iterator[FieldError]:
    """Those of the shape, and then what the struct itself has against the fields that have the right one."""
    right = {}
    for field in msgspec.structs.fields(struct):
        name = field.encode_name
        within = f"{path}.{name}".lstrip(".")
        if name not in given:
            if field.required:
                yield FieldError(within, REQUIRED)
            continue
        wrong = list(_faults(given[name], field.type, within, strict=strict))
        yield from wrong
        if not wrong:
            right[name] = given[name]
    against: Callable[[dict[str, Any]], list[FieldError]] | None = getattr(struct, "against", None)
    if against is not None:
        yield from against(right)


def _fault(error: msgspec.ValidationError, shape: Any, path: str) -> FieldError:
    message, _, below = str(error).partition(" - at `$")
    below = below.rstrip("`")
    if missing := re.search(r"missing required field `(\w+)`", message):
        below += f".{missing[1]}"
    return FieldError((path + below).lstrip("."), _words(message, shape))


def _words(message: str, shape: Any) -> str:
    if message.startswith("Invalid enum value") and (known := _choices(shape)):
        return Sentence("Use one of these: {known}.", known=", ".join(known))
    if "matching regex" in message and (example := _example(shape)):
        return Sentence("Write it like this: {example}.", example=example)
    for pattern, words in WORDS:
        if matched := re.search(pattern, message):
            return Sentence(words, number=matched[1]) if matched.groups() else words
    return UNREADABLE


def _example(shape: Any) -> str:
    """The first example of a text's Meta; empty where there is none."""
    if get_origin(shape) is Annotated:
        return next((meta.examples[0] for meta in shape.__metadata__ if meta.examples), "")
    return next((example for part in _parts(shape) if (example := _example(part))), "")


def _choices(shape: Any) -> list[str]:
    if get_origin(shape) is Literal:
        return [str(each) for each in get_args(shape)]
    return [each for part in get_args(shape) for each in _choices(part)]


def _struct(shape: Any) -> type | None:
    """The Struct that `shape` is, with or without Annotated, None or UNSET beside it."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return shape
    return next((struct for part in _parts(shape) if (struct := _struct(part))), None)


def _part(shape: Any) -> Any:
    """Of what `shape` is a list."""
    if get_origin(shape) is list:
        return get_args(shape)[0]
    return next((within for part in _parts(shape) if (within := _part(part))), None)


def _parts(shape: Any) -> tuple[Any, ...]:
    if get_origin(shape) is Annotated:
        return get_args(shape)[:1]
    if get_origin(shape) in (Union, UnionType):
        return tuple(each for each in get_args(shape) if each not in (NoneType, msgspec.UnsetType))
    return ()
