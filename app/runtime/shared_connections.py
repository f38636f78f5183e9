"""A transport of httpx that uses the connections of aiohttp.

A call over httpx's own connections takes three times the processor time, and its pool goes through all of them whenever
one is taken or given back: https://github.com/encode/httpx/issues/3215
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache

import aiohttp
import httpx
from yarl import URL

LONGEST = 64 * 1024
"""Bytes of an answer's first line, and of one of its headers."""

ERRORS: tuple[tuple[type[Exception], type[httpx.RequestError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),  # a free connection is waited for within this time too
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientConnectionError, httpx.ReadError),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.ClientError, httpx.RemoteProtocolError),
    (ValueError, httpx.LocalProtocolError),  # a header that would break the line
)
"""The first that fits counts. The callers decide by httpx's errors whether to retry and when to open the circuit."""


class SharedConnections(httpx.AsyncBaseTransport):
    """At most `most` connections, each kept open for `seconds` after its use. Where all are in use, calls wait for one.

    It may be created on any thread. Its connections belong to the event loop that makes the first call.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._tls = _trusted()
        self._session: aiohttp.ClientSession | None = None
        self._httpx_transport = httpx.AsyncHTTPTransport(verify=self._tls)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if _is_mocked():
            return await self._httpx_transport.handle_async_request(request)
        session = self._session = self._session or self._open()
        with _errors_of_httpx():
            answer = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                data=await request.aread() or None,
                headers=request.headers.multi_items(),
                timeout=_timeout(request.extensions.get("timeout", {})),
                allow_redirects=False,
            )
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer))

    def _open(self) -> aiohttp.ClientSession:
        """A session that adds no headers or cookies, and does not decompress answers: httpx does all that."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._most, keepalive_timeout=self._seconds, ssl=self._tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            auto_decompress=False,
            max_line_size=LONGEST,
            max_field_size=LONGEST,
        )

    async def aclose(self) -> None:
        await self._httpx_transport.aclose()
        if self._session is not None:
            await self._session.close()


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities whose certificates are good. Once per process: to read them takes 20 ms."""
    return httpx.create_ssl_context()


def _is_mocked() -> bool:
    """Whether a test has replaced httpx's transport, as pytest-httpx does. It means to replace this one as well."""
    return not httpx.AsyncHTTPTransport.handle_async_request.__module__.startswith("httpx.")


class _Body(httpx.AsyncByteStream):
    """An answer's body. Its connection is in use until it is read to its end or closed."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for chunk in self._answer.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._answer.release()


def _timeout(seconds: dict[str, float | None]) -> aiohttp.ClientTimeout:
    wait, connect = seconds.get("pool"), seconds.get("connect")
    both = None if wait is None or connect is None else wait + connect
    return aiohttp.ClientTimeout(connect=both, sock_connect=connect, sock_read=seconds.get("read"))


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, ValueError) as error:
        raised = next(of_httpx for of_aiohttp, of_httpx in ERRORS if isinstance(error, of_aiohttp))
        raise raised(str(error)) from error
