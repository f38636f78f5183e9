"""Talks to the payment provider. The very same code for the real one and the simulator: base URL and key differ."""

from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec
from flask import Flask, current_app

from app import http
from app.config import PaymentsAccount, Settings
from app.payments.errors import Declined, Misconfigured, Mismatch, PaymentError, Rejected, Unknown
from app.payments.shapes import CheckoutSession, ErrorBody, ErrorDetail

T = TypeVar("T")

API_VERSION = "2026-07-29.dahlia"
"""Pinned: what the provider changes later reaches us when we say so (https://docs.stripe.com/api/versioning)."""


class Gateway:
    """One per application. Raises nothing but PaymentError."""

    def __init__(self, account: PaymentsAccount) -> None:
        self._base = account.api_base.rstrip("/")
        self.livemode = "_live_" in account.secret_key
        """Whether real money moves: https://docs.stripe.com/keys"""
        self._headers = {"Authorization": f"Bearer {account.secret_key}", "Stripe-Version": API_VERSION}

    async def create_session(self, body: str, key: str) -> CheckoutSession:
        """POST a Checkout Session. `body` is a form, sent to the letter, so that a replay is one."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", "/v1/checkout/sessions", CheckoutSession, content=body, headers=headers)

    async def get_session(self, session_id: str) -> CheckoutSession:
        return await self._ask("GET", f"/v1/checkout/sessions/{quote(session_id, safe='')}", CheckoutSession)

    async def _ask(
        self,
        method: str,
        path: str,
        shape: type[T],
        *,
        content: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> T:
        try:
            async with http.deadline():
                answer = await http.client().request(
                    method, self._base + path, content=content, headers={**self._headers, **(headers or {})}
                )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unknown(f"{method} {path}: {error!r}") from error
        if answer.is_success:
            try:
                return msgspec.json.decode(answer.content, type=shape)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Unknown(f"{method} {path}: {answer.status_code} without sense: {error}") from error
        raise _error(answer, f"{method} {path}")


def _error(answer: httpx.Response, what: str) -> PaymentError:
    """https://docs.stripe.com/api/errors: which answers are final. The provider's own words may quote our key."""
    detail = _detail(answer)
    words = f"{what}: {answer.status_code} {detail.type} {detail.code}"
    if answer.headers.get("Stripe-Should-Retry") == "true" or answer.status_code in (409, 429):
        return Unknown(words)  # 409: our key is in flight, whatever type the error has
    if detail.type == "idempotency_error":
        return Mismatch(words)
    if answer.status_code == httpx.codes.PAYMENT_REQUIRED:
        return Declined(words)
    if answer.status_code in (401, 403):
        return Misconfigured(words)
    return Rejected(words) if answer.is_client_error else Unknown(words)


def _detail(answer: httpx.Response) -> ErrorDetail:
    try:
        return msgspec.json.decode(answer.content, type=ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ErrorDetail()


def form(fields: object) -> str:
    """Nested lists and mappings as a form with brackets: `line_items[0][quantity]=2`."""
    return urlencode(_flat("", fields))


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _flat(f"{name}[{key}]" if name else str(key), each)]
    if isinstance(value, list):
        return [pair for number, each in enumerate(value) for pair in _flat(f"{name}[{number}]", each)]
    return [(name, str(value))]


def gateway() -> Gateway:
    found: Gateway = current_app.extensions["gateway"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["gateway"] = Gateway(settings.payments)
