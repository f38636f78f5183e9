"""Many connections to providers, in small pools.

One pool of httpx looks at each of its connections whenever it gives one out or gets one back, and with many of them
that is most of its work: https://github.com/encode/httpx/issues/3215
"""

from collections.abc import AsyncIterator, Callable

import httpx

EACH = 8
"""Connections in one of the small pools."""


class SharedConnections(httpx.AsyncBaseTransport):
    """At most `most` connections, each kept for `seconds` after its use. Where all are in use, calls wait for one."""

    def __init__(self, most: int, seconds: float) -> None:
        limits = httpx.Limits(max_connections=EACH, max_keepalive_connections=EACH, keepalive_expiry=seconds)
        context = httpx.create_ssl_context()  # once: it reads the authorities' certificates
        self._pools = [httpx.AsyncHTTPTransport(verify=context, limits=limits) for _ in range(most // EACH)]
        self._calls = [0] * len(self._pools)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        number = self._choose()
        self._calls[number] += 1

        def leave() -> None:
            self._calls[number] -= 1

        try:
            answer = await self._pools[number].handle_async_request(request)
        except BaseException:
            leave()
            raise
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        answer.stream = _Counted(answer.stream, leave)
        return answer

    def _choose(self) -> int:
        """The first pool with room, so that few callers share few warm connections; else the one with the fewest."""
        with_room = (number for number, calls in enumerate(self._calls) if calls < EACH)
        return next(with_room, self._calls.index(min(self._calls)))

    async def aclose(self) -> None:
        for each in self._pools:
            await each.aclose()


class _Counted(httpx.AsyncByteStream):
    """A body. Its connection is in use until it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, leave: Callable[[], None]) -> None:
        self._body, self._leave = body, leave
        self._is_open = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._body:
            yield chunk

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            if self._is_open:
                self._is_open = False
                self._leave()
