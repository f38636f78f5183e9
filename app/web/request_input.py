"""Reads a request's body and query, checked against the types that its view declares."""

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

import msgspec
from flask import request
from werkzeug.exceptions import HTTPException

from app.runtime.errors import FieldError, Invalid, MalformedBody, UnsupportedType, WrongContentType
from app.runtime.languages import Sentence
from app.web.validation import check_texts, invalid

T = TypeVar("T")

JSON = ("application/json",)


def raw_body() -> bytes:
    """All of the request's body. Raises MalformedBody."""
    try:
        return request.get_data()
    except HTTPException:
        raise
    except Exception as error:  # the server's own, such as for a chunk without a length
        raise MalformedBody("The body cannot be read.") from error


def read_body(shape: Any, takes: tuple[str, ...] = JSON) -> Any:
    """The body as `shape`, or as it is. Raises WrongContentType, UnsupportedType, MalformedBody, Invalid."""
    if request.mimetype not in takes:
        if takes == JSON:
            raise WrongContentType
        raise UnsupportedType(Sentence("Send the body as {types}.", types=", ".join(takes)))
    if shape is bytes:
        return raw_body()
    try:
        body = msgspec.json.decode(raw_body(), type=shape)
    except msgspec.ValidationError as error:
        raise invalid(_decoded(raw_body()), shape, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBody from error
    check_texts(body)
    return body


def _decoded(raw: bytes) -> Any:
    """JSON of any shape, so that all of its faults can be told. Raises MalformedBody for what is no JSON at all.

    The decoder stops at the first value that does not fit, so that a syntax error behind it comes out only here.
    """
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:  # a number that is out of range
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBody from error


def read_query(shape: type[T]) -> T:
    """Raises Invalid."""
    try:
        return msgspec.convert(request.args.to_dict(), shape, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(request.args.to_dict(), shape, error, strict=False) from error


def refuse_unknown(given: Iterable[str], shape: type | None) -> None:
    """Raises Invalid where `shape` has no field for one of `given`: a misspelt filter would filter nothing."""
    known = _names(shape) if shape else ()
    if unknown := [name for name in given if name not in known]:
        raise Invalid(errors=[FieldError(name, "There is no such parameter here.") for name in unknown])


@cache
def _names(shape: type) -> frozenset[str]:
    return frozenset(field.encode_name for field in msgspec.structs.fields(shape))
