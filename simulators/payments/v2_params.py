"""The parameters of /v2: JSON bodies and queries with their types, and the errors that /v2 has of its own.

Source: https://docs.stripe.com/api/v2/core/events, https://docs.stripe.com/api/v2/core/event-destinations and the error
codes there; the parameters are those of Stripe's library for Python, 16.1.0. An error of /v2 has a code and no `type`
where fields are invalid: https://github.com/stripe/stripe-node/blob/master/src/Error.ts. Of the words in such a message
those of an unknown field and of an unknown value are Stripe's; it documents no others, and the rest is ours.

The notation is that of `description`, and "t" a time such as 2026-11-30T12:00:00Z, "m" metadata: texts, or null.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from simulators.payments.protocol import Refusal, Resource

Kind: TypeAlias = Any

URL = "webhook_endpoint.url"
WEBHOOK = {"url": "s"}
AMAZON = {"aws_account_id": "s", "aws_region": "s"}
AZURE = {"azure_region": "s", "azure_resource_group_name": "s", "azure_subscription_id": "s"}
PAGE = {"limit?": "i", "page?": "s"}
SHOWN = {"include?": {"[]": [URL]}}
DESTINATION = {
    "name": "s",
    "type": ["amazon_eventbridge", "azure_event_grid", "webhook_endpoint"],
    "event_payload": ["snapshot", "thin"],
    "enabled_events": {"[]": "s"},
    "amazon_eventbridge?": AMAZON,
    "azure_event_grid?": AZURE,
    "description?": "s",
    "events_from?": {"[]": "s"},
    "include?": {"[]": ["webhook_endpoint.signing_secret", URL]},
    "metadata?": "m",
    "snapshot_api_version?": "s",
    "webhook_endpoint?": WEBHOOK,
}
CHANGES = {
    "description?": "s",
    "enabled_events?": {"[]": "s"},
    "include?": {"[]": [URL]},
    "metadata?": "m",
    "name?": "s",
    "webhook_endpoint?": WEBHOOK,
}
EVENTS = {
    **PAGE,
    "created?": {"gt?": "t", "gte?": "t", "lt?": "t", "lte?": "t"},
    "object_id?": "s",
    "types?": {"[]": "s"},
}
LARGEST_PAGE = 100


class Invalid(Refusal):
    """An error of /v2: `code` and `message`, and `type` only where it is named."""

    def __init__(self, message: str, *, code: str, status: int = 400, type: str = "", began: bool = False) -> None:  # noqa: A002 - the wire's name
        super().__init__(status, message, type=type, code=code, began=began)

    def error(self) -> Resource:
        return {"code": self.code, "message": self.message, **({"type": self.type} if self.type else {})}


def invalid(name: str, why: str) -> Invalid:
    return Invalid(f"Some fields in the request were invalid: '{name}: {why}'", code="invalid_fields")


def not_found() -> Invalid:
    return Invalid("The resource wasn't found.", code="not_found", status=404, began=True)


def reused() -> Invalid:
    """A key of idempotency for another request. `type` is what Stripe's libraries go by, `code` what its docs name."""
    message = "An idempotent retry occurred with different request parameters."
    return Invalid(message, code="idempotency_error", type="idempotency_error", status=409)


def parse(body: bytes) -> Resource:
    """The object of a JSON body; {} for none."""
    try:
        given = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Invalid("The request body must be a JSON object.", code="invalid_json")
    return given


def read(kinds: Mapping[str, Kind], given: Mapping[str, Any], *, text: bool, path: str = "") -> Resource:
    """The parameters with their types. `text`: they come from a query, where all values are texts.

    Invalid where one is unknown, missing, or of another type.
    """
    values: Resource = {}
    for field, value in given.items():
        name = f"{path}.{field}" if path else field
        kind = kinds.get(field, kinds.get(f"{field}?"))
        if kind is None:
            raise invalid(name, "Unknown field.")
        values[field] = _value(kind, value, name, text=text)
    for field in kinds:
        if not field.endswith("?") and field not in given:
            raise invalid(f"{path}.{field}" if path else field, "This field is required.")
    return values


def _value(kind: Kind, value: Any, name: str, *, text: bool) -> Any:
    if isinstance(kind, dict) and "[]" in kind:
        return _array(kind["[]"], value, name, text=text)
    if isinstance(kind, dict):
        if not isinstance(value, dict):
            raise invalid(name, "This field must be an object.")
        return read(kind, value, text=text, path=name)
    if isinstance(kind, list):
        if value not in kind:
            raise invalid(name, f"Unrecognized enum value '{_short(value)}', valid values are: {', '.join(kind)}.")
        return value
    return READERS[kind](_number(value) if text and kind == "i" else value, name)


def _array(kind: Kind, value: Any, name: str, *, text: bool) -> list[Any]:
    if text and isinstance(value, str):
        value = [value]  # `include=webhook_endpoint.url`, as Stripe's own example has it
    if not isinstance(value, list):
        raise invalid(name, "This field must be an array.")
    return [_value(kind, each, f"{name}[{number}]", text=text) for number, each in enumerate(value)]


def _short(value: Any) -> str:
    return (value if isinstance(value, str) else json.dumps(value))[:60]


def _number(value: Any) -> Any:
    """The number that a text of a query is; what is none stays what it is, and is refused later."""
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value


def _string(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise invalid(name, "This field must be a string.")
    return value


def _page_size(value: Any, name: str) -> int:
    if type(value) is not int:
        raise invalid(name, "This field must be an integer.")
    if not 1 <= value <= LARGEST_PAGE:
        raise invalid(name, f"This field must be from 1 to {LARGEST_PAGE}.")
    return value


def _time(value: Any, name: str) -> float:
    """In Unix seconds."""
    try:
        moment = datetime.fromisoformat(_string(value, name))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid(name, "This field must be a time such as 2026-11-30T12:00:00Z.")
    return moment.timestamp()


def _metadata(value: Any, name: str) -> dict[str, str | None]:
    if not isinstance(value, dict):
        raise invalid(name, "This field must be an object.")
    return {key: None if each is None else _string(each, f"{name}.{key}") for key, each in value.items()}


READERS: dict[str, Callable[[Any, str], Any]] = {"s": _string, "i": _page_size, "t": _time, "m": _metadata}
