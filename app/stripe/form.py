"""Request bodies of the payment provider, which are form-encoded: https://docs.stripe.com/api"""

from urllib.parse import urlencode


def form(fields: object) -> str:
    """Nested lists and mappings as a form, with brackets: `line_items[0][quantity]=2`."""
    return urlencode(_flat("", fields))


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _flat(f"{name}[{key}]" if name else str(key), each)]
    if isinstance(value, list):
        return [pair for number, each in enumerate(value) for pair in _flat(f"{name}[{number}]", each)]
    return [(name, str(value))]
