"""The shared httpx client: one pool of warm connections per process, with limits, and a time-out on every call."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import httpx
from blinker import Signal
from flask import Flask, current_app

from app.runtime import deadline
from app.runtime.async_bridge import blocking, bridge
from app.runtime.bounded_response import Bounded
from app.runtime.metrics import Counter, Gauge, Histogram, Limit
from app.runtime.shared_connections import SharedConnections
from app.runtime.tracing import span

MAX_CONNECTIONS = 64
"""Per process. Calls beyond that wait for a connection."""

KEEPALIVE_SECONDS = 60
DEADLINE_SECONDS = 8
"""The longest that a call takes, body included."""

TOGETHER_SECONDS = 9
"""The longest that all calls of one request take together, so that its client is answered within 10 seconds."""

MOST_BYTES = 1024 * 1024
"""The longest answer that is read, after decompression. No provider's answer is a hundredth of it."""

TIMEOUT = httpx.Timeout(connect=3, read=6, write=3, pool=2)

call_ended = Signal()
"""With `to`, the name of the host, `outcome` ("2xx", "timeout", "error", …), and `seconds` until the answer began."""

METRICS = (
    Counter("outbound_calls", "Calls to providers.", call_ended, ("to", "outcome")),
    Histogram("outbound_seconds", "Time until a provider's answer began.", call_ended, "seconds", ("to",)),
    Gauge("outbound_calls_in_progress", "Calls to providers under way.", lambda app: pool(app).under_way),
    Limit("outbound_calls_limit", "Connections to providers that the pool may have.", MAX_CONNECTIONS),
)


class Pool(httpx.AsyncBaseTransport):
    """A transport that many clients share: closing one of them leaves the connections to the others.

    It lives on the bridge's loop. It is opened there at the first call, and not at import.
    """

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}
        self.under_way: int = 0
        """The number of calls."""
        self._transport: SharedConnections | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if bridge.has_transaction():
            raise RuntimeError("a transaction is open across HTTP: commit it before the call")
        loop = asyncio.get_running_loop()
        if self._transport is None or self._loop is not loop:  # a fork has another loop, and none of our sockets
            made = await blocking(SharedConnections, MAX_CONNECTIONS, KEEPALIVE_SECONDS)  # it reads certificates
            if self._transport is None or self._loop is not loop:
                self._transport, self._loop = made, loop
                bridge.resources.add(self)
        with (
            span(f"{request.method} {request.url.host}", "client", _described(request)),
            self._measured(request) as outcome,
        ):
            answer = await self._transport.handle_async_request(request)
            outcome.append(f"{answer.status_code // 100}xx")
            return answer

    def name(self, url: str, name: str) -> None:
        """What metrics call the host of `url`. All hosts without a name are "other"."""
        self._names[httpx.URL(url).netloc] = name

    @contextmanager
    def _measured(self, request: httpx.Request) -> Iterator[list[str]]:
        """Sends the signals about a call. The caller appends the outcome of a call that was answered to the list."""
        self.under_way += 1
        began, outcome = time.perf_counter(), list[str]()
        try:
            yield outcome
        except (httpx.TimeoutException, asyncio.CancelledError):  # `call_deadline` cancels what takes too long
            outcome.append("timeout")
            raise
        finally:
            self.under_way -= 1
            to = self._names.get(request.url.netloc, "other")
            spent = time.perf_counter() - began
            call_ended.send(self, to=to, outcome=(outcome or ["error"])[0], seconds=spent)

    async def aclose(self) -> None:
        """Called by every client that ends: the pool goes on."""

    async def close(self) -> None:
        """Close the connections; the next call opens others."""
        if self._transport is not None and self._loop is asyncio.get_running_loop():
            await self._transport.aclose()
            self._transport = None


def _described(request: httpx.Request) -> dict[str, str]:
    """https://opentelemetry.io/docs/specs/semconv/http/http-spans/; no query, which may carry a secret."""
    return {"http.request.method": request.method, "server.address": request.url.host, "url.path": request.url.path}


T = TypeVar("T")
_calls_until: ContextVar[float | None] = ContextVar("calls_until", default=None)


def with_time_for_calls(
    view: Callable[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any
) -> Coroutine[Any, Any, T]:
    """A coroutine that runs `view` and gives all its calls to providers TOGETHER_SECONDS, however many they are.

    The time for which the request waited for its turn is part of these.
    """

    async def timed() -> T:
        _calls_until.set(time.monotonic() + TOGETHER_SECONDS - deadline.queued.get())  # a task has a context of its own
        return await view(*args, **kwargs)

    return timed()


def call_async(function: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
    """Call an `async` function from a plain view, and return its result.

    For a view that makes one call between its reads and its writes this is cheaper than an `async` view, which changes
    threads for each part of its blocking work.
    """
    return bridge.run(with_time_for_calls(function, *args))


def call_seconds() -> float:
    """How long the next call may take; 0 where the request has no time left for calls."""
    until = _calls_until.get()
    return DEADLINE_SECONDS if until is None else max(0.0, min(DEADLINE_SECONDS, until - time.monotonic()))


@asynccontextmanager
async def call_deadline() -> AsyncIterator[None]:
    """Around a call: ends it after `call_seconds`. Raises httpx.ReadTimeout.

    httpx's own time-outs are for each read, so that an answer whose bytes trickle in would never end.
    """
    seconds = call_seconds()
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise httpx.ReadTimeout(f"no whole answer within {seconds:.1f} s") from error


def pool(app: Flask | None = None) -> Pool:
    """That of `app`, or of the current application."""
    made: Pool = (app or current_app).extensions["pool"]
    return made


def client(most: int = MOST_BYTES) -> httpx.AsyncClient:
    """A client on the shared pool. It costs no connection of its own, and need not be closed.

    It follows no redirect. An answer of more than `most` bytes ends in httpx.DecodingError.
    """
    return httpx.AsyncClient(transport=Bounded(pool(), most), timeout=TIMEOUT, trust_env=False)


async def send(request: httpx.Request, most: int = MOST_BYTES) -> httpx.Response:
    """As `client(most).send` at half the cost. It adds no default headers and no cookies to the request."""
    request.extensions["timeout"] = TIMEOUT.as_dict()
    answer = await Bounded(pool(), most).handle_async_request(request)
    answer.request = request
    try:
        await answer.aread()
    finally:
        await answer.aclose()
    return answer


def init_app(app: Flask) -> None:
    app.extensions["pool"] = Pool()
