"""The shared httpx client: one pool of warm connections per process, with limits, and a time-out on every call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from flask import Flask, current_app, has_app_context

from app.bridge import blocking, bridge
from app.db import db

MAX_CONNECTIONS = 32
KEEPALIVE_SECONDS = 60
DEADLINE_SECONDS = 8
"""The longest that a call takes, body included: whoever waits for us is answered within 10 seconds."""

TIMEOUT = httpx.Timeout(connect=3, read=6, write=3, pool=2)


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
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Called by every client that ends: the pool goes on."""

    async def close(self) -> None:
        """Close the connections; the next call opens others."""
        if self._transport is not None and self._loop is asyncio.get_running_loop():
            await self._transport.aclose()
            self._transport = None


def _transport() -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=MAX_CONNECTIONS,
        keepalive_expiry=KEEPALIVE_SECONDS,
    )
    return httpx.AsyncHTTPTransport(limits=limits)


@asynccontextmanager
async def deadline(seconds: float = DEADLINE_SECONDS) -> AsyncIterator[None]:
    """Ends a call that trickles on within every phase's time-out. Raises httpx.ReadTimeout, as those do."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise httpx.ReadTimeout(f"no whole answer within {seconds} s") from error


def pool() -> Pool:
    found: Pool = current_app.extensions["pool"]
    return found


def client() -> httpx.AsyncClient:
    """A client on the shared pool. It costs no connection of its own, and need not be closed."""
    return httpx.AsyncClient(transport=pool(), timeout=TIMEOUT, trust_env=False)


def init_app(app: Flask) -> None:
    app.extensions["pool"] = Pool()
