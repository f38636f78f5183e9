"""The shared httpx client: one pool of warm connections per process, with limits, and a time-out on every call."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import httpx
from blinker import Signal
from flask import Flask, current_app, has_app_context

from app.runtime.async_bridge import blocking, bridge
from app.runtime.bounded_response import Bounded
from app.runtime.db import db
from app.runtime.tracing import span

MAX_CONNECTIONS = 32
KEEPALIVE_SECONDS = 60
DEADLINE_SECONDS = 8
"""The longest that a call takes, body included."""

TOGETHER_SECONDS = 9
"""The longest that all calls of one request take: whoever waits for us is answered within 10 seconds."""

MOST_BYTES = 1024 * 1024
"""The longest answer that is read, unpacked: a hundred times what any provider's is."""

TIMEOUT = httpx.Timeout(connect=3, read=6, write=3, pool=2)

call_begun = Signal()
call_ended = Signal()
"""With `host`, port included, `outcome` ("2xx", "timeout", "error", …), and `seconds` until the answer began."""


class Pool(httpx.AsyncBaseTransport):
    """A transport that many clients share: closing one of them leaves the connections to the others.

    It lives on the bridge's loop, and is made there at the first call: at import nothing is opened.
    """

    def __init__(self) -> None:
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if has_app_context() and db.session().in_transaction():
            raise RuntimeError("a transaction is open across HTTP: commit it before the call")
        loop = asyncio.get_running_loop()
        if self._transport is None or self._loop is not loop:  # a fork has another loop, and none of our sockets
            made = await blocking(_transport)  # reading the authorities' certificates takes a while
            if self._transport is None or self._loop is not loop:
                self._transport, self._loop = made, loop
                bridge.resources.add(self)
        with (
            span(f"{request.method} {request.url.host}", "client", _described(request)),
            _told(self, request) as told,
        ):
            answer = await self._transport.handle_async_request(request)
            told.append(f"{answer.status_code // 100}xx")
            return answer

    async def aclose(self) -> None:
        """Called by every client that ends: the pool goes on."""

    async def close(self) -> None:
        """Close the connections; the next call opens others."""
        if self._transport is not None and self._loop is asyncio.get_running_loop():
            await self._transport.aclose()
            self._transport = None


@contextmanager
def _told(pool: Pool, request: httpx.Request) -> Iterator[list[str]]:
    """Tells of a call to whoever counts them; its outcome is put into the list."""
    call_begun.send(pool)
    began, outcome = time.perf_counter(), list[str]()
    try:
        yield outcome
    except (httpx.TimeoutException, asyncio.CancelledError):  # `deadline` cancels what takes too long
        outcome.append("timeout")
        raise
    finally:
        spent = time.perf_counter() - began
        call_ended.send(pool, host=request.url.netloc, outcome=(outcome or ["error"])[0], seconds=spent)


def _described(request: httpx.Request) -> dict[str, str]:
    """https://opentelemetry.io/docs/specs/semconv/http/http-spans/; no query, which may carry a secret."""
    return {"http.request.method": request.method, "server.address": request.url.host, "url.path": request.url.path}


def _transport() -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=MAX_CONNECTIONS,
        keepalive_expiry=KEEPALIVE_SECONDS,
    )
    return httpx.AsyncHTTPTransport(limits=limits)


T = TypeVar("T")
_until: ContextVar[float | None] = ContextVar("until", default=None)


def within(view: Callable[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any) -> Coroutine[Any, Any, T]:
    """`view`, called such that all its calls together end within TOGETHER_SECONDS: several slow ones may not add up."""

    async def timed() -> T:
        _until.set(time.monotonic() + TOGETHER_SECONDS)  # a task has a context of its own
        return await view(*args, **kwargs)

    return timed()


def time_left() -> float:
    """Seconds that the next call may take; 0 where somebody has waited long enough."""
    until = _until.get()
    return DEADLINE_SECONDS if until is None else max(0.0, min(DEADLINE_SECONDS, until - time.monotonic()))


@asynccontextmanager
async def deadline() -> AsyncIterator[None]:
    """Ends a call that trickles on within every phase's time-out. Raises httpx.ReadTimeout, as those do."""
    seconds = time_left()
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise httpx.ReadTimeout(f"no whole answer within {seconds:.1f} s") from error


def pool() -> Pool:
    found: Pool = current_app.extensions["pool"]
    return found


def client(most: int = MOST_BYTES) -> httpx.AsyncClient:
    """A client on the shared pool. It costs no connection of its own, and need not be closed.

    It follows no redirect. An answer of more than `most` bytes ends in httpx.DecodingError.
    """
    return httpx.AsyncClient(transport=Bounded(pool(), most), timeout=TIMEOUT, trust_env=False)


def init_app(app: Flask) -> None:
    app.extensions["pool"] = Pool()
