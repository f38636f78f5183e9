"""Request bodies of the payment provider, which are form-encoded: https://docs.stripe.com/api"""

import re
from functools import lru_cache
from urllib.parse import quote_plus

# Most values need no quoting, and the pattern tells so faster than `quote_plus`, which goes through the characters.
_is_plain = re.compile(r"[\w.~-]*", re.ASCII).fullmatch
_name = lru_cache(1024)(quote_plus)  # each request has the same names


def form(fields: object) -> str:
    """Nested lists and mappings as a form, with brackets: `line_items[0][quantity]=2`."""
    return "&".join(f"{_name(name)}={_value(value)}" for name, value in _flat("", fields))


def _value(value: str) -> str:
    return value if _is_plain(value) else quote_plus(value)


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _flat(f"{name}[{key}]" if name else str(key), each)]
    if isinstance(value, list):
        return [pair for number, each in enumerate(value) for pair in _flat(f"{name}[{number}]", each)]
    return [(name, str(value))]
