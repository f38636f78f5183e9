"""Stripe's wire format: form bodies with brackets, typed parameters, error bodies.

Source: https://docs.stripe.com/api (errors, pagination, expanding objects).
"""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

Param: TypeAlias = "str | list[Param] | dict[str, Param]"
Params: TypeAlias = dict[str, Param]
Resource: TypeAlias = dict[str, Any]
"""An object as it goes over the wire: JSON, times in Unix seconds, money in minor units."""

MOST_METADATA, LONGEST_METADATA_KEY = 50, 40
KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
INDEX = re.compile(r"[0-9]{1,6}")
DEEPEST = 10
LARGEST_AMOUNT = 99_999_999


class Refusal(Exception):
    """A request that is answered with an error body.

    `began` says that execution had begun, so that the answer is saved under the idempotency key.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",  # noqa: A002 - the wire's name
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        headers: Mapping[str, str] | None = None,
        began: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.type, self.code = status, message, type, code
        self.param, self.decline_code = param, decline_code
        self.headers, self.began, self.more = dict(headers or {}), began, dict(more or {})

    def error(self) -> Resource:
        """The error as it stands inside `error`, and inside an intent's `last_payment_error`."""
        error: Resource = {"message": self.message, "type": self.type}
        for name in ("code", "decline_code", "param"):
            if (value := getattr(self, name)) is not None:
                error[name] = value
        if self.code:
            error["doc_url"] = "https://stripe.com/docs/error-codes/" + self.code.replace("_", "-")
        return {**error, **self.more}

    def body(self) -> Resource:
        return {"error": self.error()}


def no_such(kind: str, name: str, param: str = "id", *, status: int = 404) -> Refusal:
    """An object that is not there: 404 in a path, 400 in a parameter."""
    return Refusal(status, f"No such {kind}: '{name}'", code="resource_missing", param=param, began=True)


def api_key(header: str) -> str | None:
    """The key of an Authorization header: Bearer, or Basic with the key as the user name, as curl's -u sends it.

    The scheme is of any case. None for another scheme, an empty key, or what is not base64.
    Source: https://docs.stripe.com/api/authentication.
    """
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except ValueError:
            return None
    return given.strip() or None if scheme.lower() in ("bearer", "basic") else None


def merged(metadata: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """A key with an empty value goes, or with null in /v2: https://docs.stripe.com/api/metadata"""
    return {key: value for key, value in {**metadata, **given}.items() if value not in ("", None)}


def take_metadata(thing: Resource, given: Resource) -> None:
    """Merge the metadata of a request, if it gives any, into an object's; "" empties it."""
    if "metadata" in given:
        wanted = given["metadata"]
        thing["metadata"] = merged(thing["metadata"], wanted) if wanted else {}


def words(text: str) -> list[str]:
    """Names that would fill a page one below the other."""
    return text.split()


def parse_form(raw: str) -> Params:
    """`a[b][0][c]=1` becomes {"a": {"b": [{"c": "1"}]}}; Refusal where it cannot be read."""
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=2000)
    except (UnicodeDecodeError, ValueError):
        raise Refusal(400, "Invalid request: the form data could not be decoded") from None
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _place(tree, key, value)
    return {name: _lists(node) for name, node in tree.items()}


def _place(tree: dict[str, Any], key: str, value: str) -> None:
    parts = KEY.fullmatch(key)
    if not parts or "\x00" in value:
        raise Refusal(400, f"Invalid request: cannot parse the parameter {key!r}")
    first, rest = parts.groups()
    steps = re.findall(r"\[([^\[\]]*)\]", rest)
    if len(steps) > DEEPEST:
        raise Refusal(400, f"Invalid request: {first} is nested too deeply", param=first)
    for step in steps:
        node = tree.setdefault(first, {})
        if not isinstance(node, dict):
            raise _mixed(key)
        tree, first = node, step or str(len(node))
    if isinstance(tree.get(first), dict):
        raise _mixed(key)
    tree[first] = value


def _mixed(key: str) -> Refusal:
    return Refusal(400, f"Invalid request: {key} is given both as a value and as an object", param=key)


def _lists(node: Any) -> Param:
    """Objects whose keys are all numbers are lists."""
    if not isinstance(node, dict):
        return str(node)
    inner = {key: _lists(value) for key, value in node.items()}
    if inner and all(INDEX.fullmatch(key) for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


class Fields:
    """Reads typed parameters out of one level of a parsed form; what is wrong is a Refusal that names it."""

    def __init__(self, params: Params, path: str = "") -> None:
        self.params, self.path = params, path

    def name(self, field: str) -> str:
        return f"{self.path}[{field}]" if self.path else field

    def only(self, known: Iterable[str]) -> None:
        """Refuses parameters that Stripe does not know either."""
        for field in self.params.keys() - set(known):
            name = self.name(field)
            raise Refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)

    def text(self, field: str, most: int = 5000) -> str | None:
        """None where it is absent; an empty string counts as absent, as it unsets a value at Stripe."""
        value = self.params.get(field)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise Refusal(400, "Invalid string", param=self.name(field))
        if len(value) > most:
            raise Refusal(
                400,
                f"Invalid string: {value[:20]}…; must be at most {most} characters",
                code="parameter_too_long",
                param=self.name(field),
            )
        return value

    def required(self, field: str) -> str:
        if (value := self.text(field)) is None:
            raise self.missing(field)
        return value

    def missing(self, field: str) -> Refusal:
        name = self.name(field)
        return Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)

    def integer(self, field: str, least: int = 0, most: int = LARGEST_AMOUNT) -> int | None:
        if (value := self.text(field)) is None:
            return None
        name = self.name(field)
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise Refusal(400, f"Invalid integer: {value[:50]}", code="parameter_invalid_integer", param=name)
        if int(value) < least:
            raise Refusal(
                400,
                f"This value must be greater than or equal to {least}.",
                code="parameter_invalid_integer",
                param=name,
            )
        if int(value) > most:
            raise Refusal(400, f"This value must be at most {most}.", code="parameter_invalid_integer", param=name)
        return int(value)

    def choice(self, field: str, allowed: Iterable[str]) -> str | None:
        value, known = self.text(field), list(allowed)
        if value is not None and value not in known:
            raise Refusal(400, f"Invalid {field}: must be one of {', '.join(known)}", param=self.name(field))
        return value

    def url(self, field: str) -> str | None:
        value = self.text(field)
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise Refusal(400, "Not a valid URL", code="url_invalid", param=self.name(field))
        return value

    def inner(self, field: str) -> "Fields | None":
        value = self.params.get(field)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise Refusal(400, "Invalid object", param=self.name(field))
        return Fields(value, self.name(field))

    def each(self, field: str) -> list[Param]:
        value = self.params.get(field, [])
        if not isinstance(value, list):
            raise Refusal(400, "Invalid array", param=self.name(field))
        return value

    def metadata(self) -> dict[str, str]:
        """Up to 50 keys of at most 40 characters, values of at most 500."""
        fields = self.inner("metadata")
        if fields is None:
            return {}
        if len(fields.params) > MOST_METADATA:
            raise Refusal(400, "Metadata can have at most 50 keys", param="metadata")
        for key in fields.params:
            if len(key) > LONGEST_METADATA_KEY:
                raise Refusal(400, f"Metadata keys can have at most 40 characters: {key[:45]}…", param="metadata")
        return {key: fields.text(key, most=500) or "" for key in fields.params}
