"""Calls the payment provider. The real one and the simulator get the same calls; base URL and key differ."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec
from flask import Flask, current_app

from app.runtime import outbound
from app.runtime.config import PaymentsAccount, Settings
from app.stripe.circuit_breaker import CircuitBreaker
from app.stripe.errors import Misconfigured, Unknown, refusal
from app.stripe.form import form
from app.stripe.schemas import (
    Charge,
    CheckoutSession,
    Listing,
    PaymentIntent,
    ProviderDispute,
    ProviderRefund,
    ShippingRate,
)

T = TypeVar("T")

API_VERSION = "2026-11-18.endive"
"""Pinned, so that the provider's later changes reach us only by a release: https://docs.stripe.com/api/versioning"""

TRIES = 3
PAUSE_SECONDS = 0.2
PAGE = 100
MOST_BYTES = 32 * 1024 * 1024
"""Of an answer. A page of a list holds a hundred events, and an event holds a whole object."""

_url = lru_cache(256)(httpx.URL)  # most calls go to one of few addresses, and httpx reads each anew


class _Sent(msgspec.Struct, frozen=True):
    """The body and the headers of a call."""

    body: str = ""
    key: str = ""
    version: str = API_VERSION


class Gateway:
    """One per application. Its calls raise PaymentError and nothing else, within the deadline of `outbound`."""

    def __init__(self, account: PaymentsAccount) -> None:
        self._base = account.api_base.rstrip("/")
        self.livemode = "_live_" in account.secret_key
        """Whether real money moves: https://docs.stripe.com/keys"""
        self._headers = {"Authorization": f"Bearer {account.secret_key}"}
        self.breaker = CircuitBreaker()

    @property
    def is_resting(self) -> bool:
        """Whether the last calls to the provider timed out."""
        return self.breaker.is_resting

    async def create_session(self, body: str, key: str, version: str = API_VERSION) -> CheckoutSession:
        """`body` is a form. It is sent as it is, under `key` and `version`: a replay has to be identical."""
        return await self._ask("POST", "/v1/checkout/sessions", CheckoutSession, _Sent(body, key, version))

    async def get_session(self, session_id: str) -> CheckoutSession:
        return await self._ask("GET", f"/v1/checkout/sessions/{_part(session_id)}", CheckoutSession)

    async def expire_session(self, session_id: str) -> CheckoutSession:
        """Only an open session can be expired: https://docs.stripe.com/api/checkout/sessions/expire"""
        return await self._ask("POST", f"/v1/checkout/sessions/{_part(session_id)}/expire", CheckoutSession)

    def sessions(self, since: int) -> AsyncIterator[CheckoutSession]:
        """Made at the Unix time `since` or later, the newest first."""
        return self._all("/v1/checkout/sessions", CheckoutSession, {"created": {"gte": since}})

    async def get_intent(self, intent_id: str) -> PaymentIntent:
        return await self._ask("GET", f"/v1/payment_intents/{_part(intent_id)}", PaymentIntent)

    def intents(self, since: int) -> AsyncIterator[PaymentIntent]:
        return self._all("/v1/payment_intents", PaymentIntent, {"created": {"gte": since}})

    async def create_refund(self, body: str, key: str, version: str = API_VERSION) -> ProviderRefund:
        return await self._ask("POST", "/v1/refunds", ProviderRefund, _Sent(body, key, version))

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

    async def get_shipping_rate(self, rate_id: str) -> ShippingRate:
        return await self._ask("GET", f"/v1/shipping_rates/{_part(rate_id)}", ShippingRate)

    def events(self, since: int, after: str = "") -> AsyncIterator[list[Any]]:
        """Pages of events of the last 30 days at most, the newest first; `after` the event with this id.

        An event is as a webhook gets it: https://docs.stripe.com/api/events/list. What has no form is given as it is.
        """
        return self._pages("/v1/events", {"created": {"gte": since}}, after)

    async def clock(self) -> datetime:
        """The provider's time, to the second: https://www.rfc-editor.org/rfc/rfc9110#name-date"""
        what = "GET /v1/events"
        answer = await self._answer("GET", "/v1/events?limit=1", what, _Sent())
        try:
            return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
        except ValueError as error:
            raise Unknown(f"{what}: no date in the answer") from error

    async def _all(self, path: str, shape: type[T], fields: dict[str, Any]) -> AsyncIterator[T]:
        async for page in self._pages(path, fields):
            for each in page:
                try:
                    yield msgspec.convert(each, shape)
                except msgspec.ValidationError as error:
                    raise Unknown(f"{path}: {name_of(each)} cannot be read: {error}") from error

    async def _pages(self, path: str, fields: dict[str, Any], last: str = "") -> AsyncIterator[list[Any]]:
        """Each page that holds anything. Raises Unknown where none of a page has an id to go on from."""
        while True:
            asked = {**fields, "limit": PAGE, **({"starting_after": last} if last else {})}
            raw = await self._ask("GET", f"{path}?{form(asked)}", Listing[Any])
            if raw.data:
                yield raw.data
            if not raw.has_more or not raw.data:
                return
            before, last = last, next(filter(None, map(name_of, reversed(raw.data))), "")
            if last in ("", before):
                raise Unknown(f"{path}: after {before or 'the beginning'} come things without an id")

    async def _ask(self, method: str, path: str, shape: type[T], sent: _Sent = _Sent()) -> T:  # noqa: B008 -- frozen
        what = f"{method} {path.partition('?')[0]}"
        answer = await self._answer(method, path, what, sent)
        try:
            return msgspec.json.decode(answer.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unknown(f"{what}: the answer, {answer.status_code}, cannot be read: {error}") from error

    async def _answer(self, method: str, path: str, what: str, sent: _Sent) -> httpx.Response:
        """A successful answer. Tries again, under the same key, where that may help and time is left."""
        headers = {**self._headers, "Stripe-Version": sent.version}
        if sent.key:
            headers["Idempotency-Key"] = sent.key
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        request = (method, self._base + path, sent.body, headers)
        if not outbound.call_seconds():
            raise Unknown(f"{what}: not sent, since the answers before it took too long")
        try:
            with self.breaker.call():
                async with outbound.call_deadline():
                    answer = await _send(request)
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:  # nothing was sent
            raise Misconfigured(f"{what}: {error!r}") from error
        except httpx.HTTPError as error:
            raise Unknown(f"{what}: {error!r}") from error
        if not answer.is_success:
            raise refusal(answer, what)
        return answer


async def _send(request: tuple[str, str, str, dict[str, str]]) -> httpx.Response:
    method, url, content, headers = request
    for attempt in range(1, TRIES + 1):
        try:
            answer = await outbound.send(httpx.Request(method, _url(url), content=content, headers=headers), MOST_BYTES)
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if attempt == TRIES:
                raise
        else:
            if attempt == TRIES or not _again(answer):
                return answer
        await asyncio.sleep(PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 -- spreads, hides nothing
    raise AssertionError("unreachable")


def _again(answer: httpx.Response) -> bool:
    """Whether to try again. The provider's own header decides first: https://docs.stripe.com/error-low-level"""
    if (told := answer.headers.get("Stripe-Should-Retry")) is not None:
        return bool(told == "true")
    if answer.headers.get("Idempotent-Replayed") == "true":
        return False  # the provider repeats this answer for as long as it keeps the key
    return answer.status_code in (409, 429) or answer.is_server_error


def name_of(thing: Any) -> str:
    """The id of an object of the provider; empty where it has none."""
    name = thing.get("id") if isinstance(thing, dict) else None
    return name if isinstance(name, str) else ""


def _part(name: str) -> str:
    return quote(name, safe="")


def gateway() -> Gateway:
    """That of the current application."""
    made: Gateway = current_app.extensions["gateway"]
    return made


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["gateway"] = Gateway(settings.payments)
    outbound.pool(app).name(settings.payments.api_base, "payments")
