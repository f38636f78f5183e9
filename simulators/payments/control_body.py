"""The JSON bodies of the control API."""

from typing import Any

from flask import request

from simulators.payments.protocol import Refusal, Resource

NUMBER = (int, float)


def read(**known: Any) -> Resource:
    """The JSON body; Refusal 400 for a key that is not `known`, or a value of another type. null counts as absent."""
    body = request.get_json(silent=True) if request.data else {}
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object, with a JSON content type.")
    body = {name: value for name, value in body.items() if value is not None}
    for name, value in body.items():
        if name not in known:
            raise Refusal(400, f"Unknown: {name}. Known: {', '.join(known) or 'nothing'}", param=name)
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
            raise Refusal(400, f"{name} has the wrong type.", param=name)
    return body
