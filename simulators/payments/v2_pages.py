"""Pages of the lists of /v2. Source: https://docs.stripe.com/api-v2-overview (list pagination).

A page is named by a token that clients take from `next_page_url` or `previous_page_url`; it means nothing to them.
"""

import base64
import binascii
from urllib.parse import parse_qsl, urlencode

from flask import request

from simulators.payments.protocol import Resource
from simulators.payments.v2_params import invalid

USUAL = 20
PREFIX = "page_"


def page(rows: list[Resource], given: Resource) -> Resource:
    """Of the `rows`, the first ones or those that `page` names, and the addresses of the pages around them."""
    limit, names = given.get("limit", USUAL), [row["id"] for row in rows]
    start = _start(given["page"], names, limit) if "page" in given else 0
    shown = rows[start : start + limit]
    is_last = start + limit >= len(rows)
    return {
        "data": shown,
        "next_page_url": None if is_last else _url("after", shown[-1]["id"]),
        "previous_page_url": None if start == 0 or not shown else _url("before", shown[0]["id"]),
    }


def _start(token: str, names: list[str], limit: int) -> int:
    """A token holds the id beside the page, and no number: what is new in between moves nothing."""
    side, _, name = _read(token).partition(" ")
    if side not in ("after", "before") or name not in names:
        raise invalid("page", "This is no page of the list.")
    at = names.index(name)
    return at + 1 if side == "after" else max(at - limit, 0)


def _read(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.removeprefix(PREFIX).encode()).decode()
    except (binascii.Error, ValueError):
        return ""


def _url(side: str, name: str) -> str:
    """The same query with another page."""
    token = PREFIX + base64.urlsafe_b64encode(f"{side} {name}".encode()).decode()
    query = [pair for pair in parse_qsl(request.query_string.decode("latin-1")) if pair[0] != "page"]
    return f"{request.path}?{urlencode([*query, ('page', token)])}"
