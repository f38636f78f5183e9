"""Limits the length of a provider's answer: as it arrives, and as it is unpacked.

httpx unpacks all that a chunk holds at once, and a megabyte of gzip can hold a gigabyte: https://zlib.net/zlib_tech.html
"""

import zlib
from collections.abc import AsyncIterator

import httpx

GZIP = frozenset({"gzip", "x-gzip"})


class TooLong(httpx.DecodingError):
    """The answer is too long. To call again does not help."""


class Bounded(httpx.AsyncBaseTransport):
    """Hands requests on to `transport`, and gives no answer with a body of more than `most` bytes, unpacked or not.

    Asks for gzip alone, and refuses what is packed otherwise. Raises httpx.DecodingError while the body is read.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, most: int) -> None:
        self._transport, self._most = transport, most

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Accept-Encoding"] = "gzip"
        answer = await self._transport.handle_async_request(request)
        packed = answer.headers.pop("Content-Encoding", "")  # else httpx would unpack it once more
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        answer.stream = _Body(answer.stream, packed, self._most)
        return answer


class _Body(httpx.AsyncByteStream):
    def __init__(self, raw: httpx.AsyncByteStream, packed: str, most: int) -> None:
        self._raw, self._packed, self._most = raw, packed, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        unpack = self._unpacker()
        came = gave = 0
        async for chunk in self._raw:
            came += len(chunk)
            if came > self._most:
                raise TooLong(f"an answer of more than {self._most} bytes")
            part = _unpacked(unpack, chunk, self._most - gave + 1) if unpack else chunk
            gave += len(part)
            if gave > self._most:
                raise TooLong(f"an answer of more than {self._most} bytes, unpacked")
            yield part

    def _unpacker(self) -> "zlib._Decompress | None":
        packed = [name for each in self._packed.split(",") if (name := each.strip().lower()) not in ("", "identity")]
        if not packed:
            return None
        if len(packed) == 1 and packed[0] in GZIP:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)  # 16: with gzip's header
        raise httpx.DecodingError(f"an answer packed as {self._packed!r}, which was not asked for")

    async def aclose(self) -> None:
        await self._raw.aclose()


def _unpacked(unpack: "zlib._Decompress", chunk: bytes, most: int) -> bytes:
    """Decompress up to `most` bytes of the chunk. What follows the end of the gzip data is dropped."""
    try:
        return b"" if unpack.eof else unpack.decompress(chunk, most)
    except zlib.error as error:
        raise httpx.DecodingError(f"an answer that is no gzip: {error}") from error
