"""Gets JSON from a provider: bounded, with a time-out, and with one error for all that can go wrong."""

import json
from typing import Any, TypeVar

import httpx

from app.auth.oauth.errors import OAuthFailure
from app.runtime import outbound

T = TypeVar("T")


def decoded(raw: bytes) -> Any:
    """The JSON in `raw`. Numbers of any length are accepted: they may be in members that Kiosk does not read.

    Raises ValueError, or RecursionError where it is nested too deep.
    """
    return json.loads(raw, parse_int=_integer)


def _integer(digits: str) -> int | float:
    # int() refuses thousands of digits: https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
    return int(digits) if len(digits) <= 20 else float(digits)  # noqa: PLR2004 -- of 64 bits


async def fetch(url: str, shape: type[T], headers: dict[str, str] | None = None) -> T:
    """GET and decode JSON. Raises OAuthFailure: `oauth_unavailable` where asking again later may help."""
    try:
        async with outbound.call_deadline():
            answer = await outbound.client().get(url, headers=headers)
        answer.raise_for_status()
        document = decoded(answer.content)
    except (httpx.DecodingError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise OAuthFailure("oauth_failed", f"{url}: {error!r}") from error
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"{url}: {error!r}") from error
    if not isinstance(document, shape):
        raise OAuthFailure("oauth_failed", f"{url}: no {shape.__name__}, but {type(document).__name__}")
    return document
