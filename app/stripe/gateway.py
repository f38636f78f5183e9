"""Talks to the payment provider. The very same code for the real one and the simulator: base URL and key differ."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec
from flask import Flask, current_app

from app.runtime import outbound
from app.runtime.config import PaymentsAccount, Settings
from app.stripe.circuit_breaker import Shelter
from app.stripe.errors import Declined, Misconfigured, NotFound, PaymentError, Rejected, Stuck, Unknown
from app.stripe.form import form
from app.stripe.schemas import (
    Charge,
    CheckoutSession,
    ErrorBody,
    ErrorDetail,
    Listing,
    PaymentIntent,
    ProviderDispute,
    ProviderRefund,
)

T = TypeVar("T")

API_VERSION = "2026-07-29.dahlia"
"""Pinned: what the provider changes later reaches us when we say so (https://docs.stripe.com/api/versioning)."""

TRIES = 3
PAUSE_SECONDS = 0.2
PAGE = 100
MOST_BYTES = 32 * 1024 * 1024
"""Of an answer: a page of a listing holds a hundred events, each as long as what it is about."""


class _Asked(msgspec.Struct, frozen=True):
    """What a call carries besides its address."""

    body: str = ""
    key: str = ""
    version: str = API_VERSION


class Gateway:
    """One per application. Raises nothing but PaymentError, and that within `http.time_left`."""

    def __init__(self, account: PaymentsAccount) -> None:
        self._base = account.api_base.rstrip("/")
        self.livemode = "_live_" in account.secret_key
        """Whether real money moves: https://docs.stripe.com/keys"""
        self._headers = {"Authorization": f"Bearer {account.secret_key}"}
        self._shelter = Shelter()

    @property
    def is_resting(self) -> bool:
        """Whether the provider hung on the last calls."""
        return self._shelter.is_resting

    async def create_session(self, body: str, key: str, version: str = API_VERSION) -> CheckoutSession:
        """`body` is a form, sent to the letter under `key` and `version`, so that a replay is one."""
        return await self._ask("POST", "/v1/checkout/sessions", CheckoutSession, _Asked(body, key, version))

    async def get_session(self, session_id: str) -> CheckoutSession:
        return await self._ask("GET", f"/v1/checkout/sessions/{_part(session_id)}", CheckoutSession)

    async def expire_session(self, session_id: str) -> CheckoutSession:
        """Works on an open one only: https://docs.stripe.com/api/checkout/sessions/expire"""
        return await self._ask("POST", f"/v1/checkout/sessions/{_part(session_id)}/expire", CheckoutSession)

    def sessions(self, since: int) -> AsyncIterator[CheckoutSession]:
        """Made at a Unix time or later, the newest first."""
        return self._all("/v1/checkout/sessions", CheckoutSession, {"created": {"gte": since}})

    async def get_intent(self, intent_id: str) -> PaymentIntent:
        return await self._ask("GET", f"/v1/payment_intents/{_part(intent_id)}", PaymentIntent)

    def intents(self, since: int) -> AsyncIterator[PaymentIntent]:
        return self._all("/v1/payment_intents", PaymentIntent, {"created": {"gte": since}})

    async def create_refund(self, body: str, key: str, version: str = API_VERSION) -> ProviderRefund:
        return await self._ask("POST", "/v1/refunds", ProviderRefund, _Asked(body, key, version))

    async def get_refund(self, refund_id: str) -> ProviderRefund:
        return await self._ask("GET", f"/v1/refunds/{_part(refund_id)}", ProviderRefund)

    def refunds(self, intent_id: str) -> AsyncIterator[ProviderRefund]:
        return self._all("/v1/refunds", ProviderRefund, {"payment_intent": intent_id})

    async def get_charge(self, charge_id: str) -> Charge:
        return await self._ask("GET", f"/v1/charges/{_part(charge_id)}", Charge)

    def refunds_since(self, since: int) -> AsyncIterator[ProviderRefund]:
        return self._all("/v1/refunds", ProviderRefund, {"created": {"gte": since}})

    async def get_dispute(self, dispute_id: str) -> ProviderDispute:
        return await self._ask("GET", f"/v1/disputes/{_part(dispute_id)}", ProviderDispute)

    def disputes(self, since: int) -> AsyncIterator[ProviderDispute]:
        return self._all("/v1/disputes", ProviderDispute, {"created": {"gte": since}})

    def events(self, since: int) -> AsyncIterator[dict[str, Any]]:
        """Messages of the last 30 days at most, as they would have come: https://docs.stripe.com/api/events/list"""
        return self._all("/v1/events", dict[str, Any], {"created": {"gte": since}})

    async def clock(self) -> datetime:
        """The provider's time, to the second: https://www.rfc-editor.org/rfc/rfc9110#name-date"""
        what = "GET /v1/events"
        answer = await self._answer("GET", "/v1/events?limit=1", what, _Asked())
        try:
            return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
        except ValueError as error:
            raise Unknown(f"{what}: no date in the answer") from error

    async def _all(self, path: str, shape: type[T], fields: dict[str, Any]) -> AsyncIterator[T]:
        last = ""
        while True:
            asked = {**fields, "limit": PAGE, **({"starting_after": last} if last else {})}
            raw = await self._ask("GET", f"{path}?{form(asked)}", Listing[dict[str, Any]])
            for each in raw.data:
                last = str(each.get("id"))
                try:
                    yield msgspec.convert(each, shape)
                except msgspec.ValidationError as error:
                    raise Unknown(f"{path}: {last} makes no sense: {error}") from error
            if not raw.has_more or not raw.data:
                return

    async def _ask(self, method: str, path: str, shape: type[T], asked: _Asked = _Asked()) -> T:  # noqa: B008 -- frozen
        what = f"{method} {path.partition('?')[0]}"
        answer = await self._answer(method, path, what, asked)
        try:
            return msgspec.json.decode(answer.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unknown(f"{what}: {answer.status_code} without sense: {error}") from error

    async def _answer(self, method: str, path: str, what: str, asked: _Asked) -> httpx.Response:
        """A success. Asks again, under the same key, where that may help and time is left."""
        headers = {**self._headers, "Stripe-Version": asked.version}
        if asked.key:
            headers["Idempotency-Key"] = asked.key
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        request = (method, self._base + path, asked.body, headers)
        if not outbound.time_left():
            raise Unknown(f"{what}: not asked, since the answers before it took too long")
        try:
            with self._shelter.call():
                async with outbound.deadline():
                    answer = await _persist(request)
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:  # nothing was sent
            raise Misconfigured(f"{what}: {error!r}") from error
        except httpx.HTTPError as error:
            raise Unknown(f"{what}: {error!r}") from error
        if not answer.is_success:
            raise _error(answer, what)
        return answer


async def _persist(request: tuple[str, str, str, dict[str, str]]) -> httpx.Response:
    method, url, content, headers = request
    for attempt in range(1, TRIES + 1):
        try:
            answer = await outbound.client(MOST_BYTES).request(method, url, content=content, headers=headers)
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if attempt == TRIES:
                raise
        else:
            if attempt == TRIES or not _again(answer):
                return answer
        await asyncio.sleep(PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 -- spreads, hides nothing
    raise AssertionError("unreachable")


def _again(answer: httpx.Response) -> bool:
    """https://docs.stripe.com/error-low-level: the provider's own word first."""
    if (told := answer.headers.get("Stripe-Should-Retry")) is not None:
        return bool(told == "true")
    if answer.headers.get("Idempotent-Replayed") == "true":
        return False  # it will say the same for as long as it remembers the key
    return answer.status_code in (409, 429) or answer.is_server_error


def _error(answer: httpx.Response, what: str) -> PaymentError:
    """https://docs.stripe.com/api/errors: which answers are final. The provider's own words may quote our key.

    408 and 425 are a proxy's: they say nothing of what became of the call.
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
    """A name of the provider's, such as `line_items[0][quantity]`, and nothing that would forge a line of the log."""
    return given if isinstance(given, str) and NAME.fullmatch(given) else ""


NAME = re.compile(r"[\w.\[\]-]{1,200}", re.ASCII)
FINAL = {401: Misconfigured, 402: Declined, 403: Misconfigured, 404: NotFound}


def _detail(answer: httpx.Response) -> ErrorDetail:
    try:
        return msgspec.json.decode(answer.content, type=ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ErrorDetail()


def _part(name: str) -> str:
    return quote(name, safe="")


def gateway() -> Gateway:
    found: Gateway = current_app.extensions["gateway"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["gateway"] = Gateway(settings.payments)
    outbound.pool(app).name(settings.payments.api_base, "payments")
