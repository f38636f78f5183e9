"""Errors of calls to the payment provider. Each says whether to try again."""

import re

import httpx
import msgspec

from app.stripe.schemas import ErrorBody, ErrorDetail


class PaymentError(Exception):
    """`known`: the provider gave a final answer and did nothing. Otherwise it may have acted all the same.

    `retry`: the same request under the same key may succeed later. `look_up`: it will not, since the provider keeps
    its answer under the key; list the provider's objects to learn what was made. `code` and `param` are the
    provider's, such as amount_too_small and line_items: https://docs.stripe.com/error-codes
    """

    def __init__(self, words: str, *, code: str = "", param: str = "") -> None:
        super().__init__(words)
        self.code, self.param = code, param

    known = False
    retry = False
    look_up = False


class Declined(PaymentError):
    """402: the payer's bank or card says no."""

    known = True


class Rejected(PaymentError):
    """Another final 4xx: the same request would be refused again."""

    known = True


class NotFound(Rejected):
    """404: the provider has no such object, or does not show it to our key."""


class Misconfigured(Rejected):
    """401 or 403: our key is wrong, or may not do this."""


class Unavailable(PaymentError):
    """Not sent: too many calls are under way, or the last ones timed out."""


class Unknown(PaymentError):
    """Time-out, broken connection, 409, 429, 5xx, or an answer that cannot be read."""

    retry = True


class Stuck(Unknown):
    """The provider repeats a saved 500, or has seen the key with another request."""

    retry = False
    look_up = True


NAME = re.compile(r"[\w.\[\]-]{1,200}", re.ASCII)
FINAL = {401: Misconfigured, 402: Declined, 403: Misconfigured, 404: NotFound}


def refusal(answer: httpx.Response, what: str) -> PaymentError:
    """The error that an answer means: https://docs.stripe.com/api/errors

    The provider's message is left out, since it may quote our key. 408 and 425 come from a proxy, and do not tell
    what the provider did.
    """
    detail, status = _detail(answer), answer.status_code
    replayed = answer.headers.get("Idempotent-Replayed") == "true"
    if status in (408, 409, 425, 429):
        kind: type[PaymentError] = Unknown  # 409: our key is in flight, whatever type the error has
    elif detail.type == "idempotency_error" or (answer.is_server_error and replayed):
        kind = Stuck
    elif answer.is_client_error:
        kind = FINAL.get(status, Rejected)
    else:
        kind = Unknown
    told = {"code": _name(detail.code), "param": _name(detail.param)}
    words = " ".join(f"{name}={value}" for name, value in {"type": _name(detail.type), **told}.items() if value)
    return kind(f"{what}: {status} {words}".rstrip(), **told)


def _name(given: object) -> str:
    """A name such as `line_items[0][quantity]`; empty for other text, which could forge a line of the log."""
    return given if isinstance(given, str) and NAME.fullmatch(given) else ""


def _detail(answer: httpx.Response) -> ErrorDetail:
    try:
        return msgspec.json.decode(answer.content, type=ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ErrorDetail()
