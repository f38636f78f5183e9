"""What Stripe's own description of its API says: which parameters a call takes, and which fields an object has.

`description.json` is generated from the official Python SDK (MIT licence, Copyright Stripe), which is itself generated
from that description; `make interop` compares them. The notation: "s" text, "i" integer, "b" boolean, "n" a decimal
number, "x" an id that can be expanded, "l" a list of the API, "{}" any object, "*" anything, a list the values that
are allowed, {"[]": …} an array of those, {"|": […]} one of several, where [""] says that an empty text unsets it.
Any other object has fields; a name that ends with "?" may be absent or null.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from simulators.payments import versions
from simulators.payments.protocol import Fields, Param, Params, Refusal, Resource

Kind: TypeAlias = Any
UNSET = [""]
ENDPOINTS = "post /v1/webhook_endpoints"


@cache
def _described() -> dict[str, Any]:
    described: dict[str, Any] = json.loads(Path(__file__).with_name("description.json").read_text())
    newest = described["calls"][ENDPOINTS]["api_version?"]
    if versions.CURRENT not in newest:
        newest.append(versions.CURRENT)
    return described


def known_versions() -> list[str]:
    """Every version that Stripe has had, which are those that an endpoint for webhooks may have."""
    known: list[str] = calls()[ENDPOINTS]["api_version?"]
    return known


def version() -> str:
    """The API version that is described."""
    return str(_described()["version"])


def calls() -> dict[str, dict[str, Kind]]:
    """`post /v1/refunds/{}` to the parameters that it takes."""
    described: dict[str, dict[str, Kind]] = _described()["calls"]
    return described


def fields(kind: str) -> dict[str, Kind]:
    """Of an object such as `checkout.session`; {} for one that is not described."""
    described: dict[str, Kind] = _described()["objects"].get(kind, {})
    return described


def read(call: str, params: Params, asked: str | None = None) -> Resource:
    """The parameters with their types; Refusal 400 in Stripe's words for what the call does not take.

    `asked` is the version that the client speaks: parameters that have gone since are still taken from it.
    """
    gone = versions.gone(call, asked)
    kinds = {name: kind for name, kind in calls()[call].items() if name not in gone}
    return _object({**kinds, **versions.parameters(call, asked)}, params, "")


def _object(kinds: Mapping[str, Kind], given: Mapping[str, Param], path: str) -> Resource:
    here, read = Fields(dict(given), path), {}
    for name, value in given.items():
        kind = kinds.get(name, kinds.get(f"{name}?"))
        if kind is None:
            raise unknown(here.name(name))
        read[name] = _value(kind, value, here.name(name))
    for name in kinds:
        if not name.endswith("?") and name not in given:
            raise here.missing(name)
    return read


def shown(kind: str, field: str, value: Any) -> Any:
    """What an object of that kind shows of a parameter that is named as its field; null for what is unset.

    Refusal 400 for what it has no field for: it would be taken, and nothing would come of it.
    """
    known = fields(kind)
    return _shown(known.get(field, known.get(f"{field}?")), value, field)


def _shown(kind: Kind, value: Any, name: str) -> Any:
    if kind is None or kind == "l":
        raise unknown(name)
    if value == "":
        return None
    if not (isinstance(kind, dict) and isinstance(value, dict)) or "|" in kind:
        return value
    return {
        each: _shown(kind.get(each, kind.get(f"{each}?")), inner, f"{name}[{each}]") for each, inner in value.items()
    }


def unknown(name: str) -> Refusal:
    return Refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def _value(kind: Kind, value: Param, name: str) -> Any:
    if isinstance(kind, dict) and "|" in kind:
        return _union(kind["|"], value, name)
    if value == "" and kind != UNSET:
        raise _empty(name)
    if isinstance(kind, dict):
        if "[]" in kind:
            return _array(kind["[]"], value, name)
        if not isinstance(value, dict):
            raise Refusal(400, "Invalid object", param=name)
        return _object(kind, value, name)
    if kind in ("{}", "*"):
        if kind == "{}" and not isinstance(value, dict):
            raise Refusal(400, "Invalid object", param=name)
        return value
    if not isinstance(value, str):
        raise Refusal(400, f"Invalid string: {json.dumps(value)[:60]}", param=name)
    return _choice(kind, value, name) if isinstance(kind, list) else _plain(kind, value, name)


def _union(kinds: list[Kind], value: Param, name: str) -> Any:
    if value == "":
        if UNSET in kinds:
            return ""
        raise _empty(name)
    wanted = dict if isinstance(value, dict) else list if isinstance(value, list) else str
    fitting = [kind for kind in kinds if kind != UNSET and _shape(kind) is wanted]
    return _value((fitting or [kind for kind in kinds if kind != UNSET])[0], value, name)


def _shape(kind: Kind) -> type:
    if isinstance(kind, dict):
        return list if "[]" in kind else dict
    return dict if kind == "{}" else str


def _array(kind: Kind, value: Param, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise Refusal(400, "Invalid array", param=name)
    return [_value(kind, each, f"{name}[{number}]") for number, each in enumerate(value)]


def _empty(name: str) -> Refusal:
    message = (
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a field; however"
        f" '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
    )
    return Refusal(400, message, code="parameter_invalid_empty", param=name)


def _choice(kind: list[str], value: str, name: str) -> str:
    if value in kind:
        return value
    *most, last = kind
    said = f"{', '.join(most)}, or {last}" if most else last
    raise Refusal(
        400, f"Invalid {name}: must be one of {said}" if most else f"Invalid {name}: must be {last}", param=name
    )


def _plain(kind: str, value: str, name: str) -> Any:
    if kind == "i":
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise Refusal(400, f"Invalid integer: {value[:50]}", code="parameter_invalid_integer", param=name)
        return int(value)
    if kind == "b":
        if value not in ("true", "false"):
            raise Refusal(400, f"Invalid boolean: {value[:50]}", param=name)
        return value == "true"
    if kind == "n":
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,12})?", value):
            raise Refusal(400, f"Invalid decimal: {value[:50]}; must conform to the decimal format", param=name)
        return float(value)
    return value


def differences(thing: Resource, kind: str | None = None) -> Iterator[str]:
    """Where an object differs from what Stripe describes: fields that it has not, or of another type."""
    yield from _differ(fields(kind or str(thing.get("object"))), thing, kind or str(thing.get("object")))


def _differ(kind: Kind, value: Any, path: str) -> Iterator[str]:
    if isinstance(kind, dict) and "|" in kind:
        if all(list(_differ(each, value, path)) for each in kind["|"]):
            yield f"{path}: {value!r} is of none of the described types"
    elif isinstance(kind, dict) and "[]" in kind:
        yield from _differ_array(kind["[]"], value, path)
    elif isinstance(kind, dict):
        yield from _differ_fields(kind, value, path)
    elif isinstance(kind, list):
        if value not in kind:
            yield f"{path}: {value!r} is not one of {', '.join(kind)[:200]}"
    elif not _fits(kind, value):
        yield f"{path}: {value!r} is not of the type {kind!r}"
    else:
        for inner in _objects(kind, value):
            yield from differences(inner)


def _objects(kind: str, value: Any) -> list[Resource]:
    """The objects of the API that stand in the place of an id, or in a list."""
    if kind == "l":
        return [each for each in value["data"] if isinstance(each, dict)]
    return [value] if isinstance(value, dict) and fields(str(value.get("object"))) else []


def _differ_array(kind: Kind, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {value!r} is no array"
        return
    for number, each in enumerate(value):
        yield from _differ(kind, each, f"{path}[{number}]")


def _differ_fields(kinds: Mapping[str, Kind], value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no object"
        return
    for name, kind in kinds.items():
        bare = name.removesuffix("?")
        if bare not in value or value[bare] is None:
            if bare == name:
                yield f"{path}.{bare} is missing or null"
        else:
            yield from _differ(kind, value[bare], f"{path}.{bare}")
    for name in value.keys() - {name.removesuffix("?") for name in kinds}:
        yield f"{path}.{name} is not described"


def _fits(kind: str, value: Any) -> bool:
    if kind == "i":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "n":
        return (isinstance(value, int | float) and not isinstance(value, bool)) or (
            isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) is not None
        )
    if kind == "x":
        return isinstance(value, str | dict)
    if kind == "l":
        return isinstance(value, dict) and value.get("object") == "list"
    return kind == "*" or isinstance(value, {"s": str, "b": bool, "{}": dict}[kind])
