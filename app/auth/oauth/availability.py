"""Whether a provider answers, as far as this process knows. A slow one may not take all threads of the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from app.auth.oauth.admission import Full, Line
from app.auth.oauth.cached import Cached
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.fetch import fetch
from app.runtime import outbound

PAUSE_SECONDS = 10
"""How long no sign-in waits for a provider after one has waited in vain."""

DOWN_SECONDS = 30
"""How long a provider that failed is shown as out of order. A sign-in may be tried all the same."""

AT_ONCE = 8
"""Sign-ins at one provider that may wait for its answers: an eighth of a server's threads."""

IN_LINE = 8
"""How many more may wait for a place among these, unless the provider hangs."""

CALLS_SECONDS = 3
"""How much of the request's time a wait in line leaves for the calls themselves."""


class Availability:
    def __init__(self, name: str) -> None:
        self._name = name
        self._line = Line(AT_ONCE, IN_LINE)
        self._hung: Cached[bool] = Cached()
        self._failed: Cached[bool] = Cached()

    @property
    def is_up(self) -> bool:
        """Whether the provider worked when it was last needed. Asks no provider."""
        return not self._failed.fresh(DOWN_SECONDS)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place among the sign-ins that wait for the provider, after a wait in line where they are many.

        Raises OAuthFailure where there is none within the request's time.
        """
        await self._wait_in_line()
        try:
            yield
        except OAuthFailure as failure:
            if failure.code == "oauth_unavailable":
                self._failed.keep(True)
            self._note_hang(failure)
            raise
        finally:
            self._line.leave()
        self._failed.keep(False)
        self._hung.keep(False)

    async def _wait_in_line(self) -> None:
        hangs = self._hung.fresh(PAUSE_SECONDS)
        try:
            has_waited = await self._line.enter(0 if hangs else outbound.call_seconds() - CALLS_SECONDS)
        except Full:
            raise OAuthFailure("oauth_unavailable", f"too many sign-ins wait for {self._name} already") from None
        if has_waited and self._hung.fresh(PAUSE_SECONDS):  # it has hung for those before
            self._line.leave()
            raise OAuthFailure("oauth_unavailable", f"{self._name} did not answer just now")

    async def fetch(self, url: str) -> dict[str, object]:
        """A JSON document of the provider. Fails at once where another sign-in has just waited in vain."""
        if self._hung.fresh(PAUSE_SECONDS):
            raise OAuthFailure("oauth_unavailable", f"{self._name} did not answer just now")
        try:
            return await fetch(url, dict)
        except OAuthFailure as failure:
            self._note_hang(failure)
            raise

    def _note_hang(self, failure: OAuthFailure) -> None:
        if isinstance(failure.__cause__, httpx.TimeoutException):
            self._hung.keep(True)
