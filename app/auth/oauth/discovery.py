"""The documents that an OpenID provider publishes, cached: its metadata, and the keys that sign its ID tokens."""

import asyncio
import time

from app.auth.oauth import metadata as documents
from app.auth.oauth.admission import Allowance, OnLoop
from app.auth.oauth.availability import Availability
from app.auth.oauth.cached import Cached
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.key_set import Keys
from app.auth.oauth.metadata import Metadata

KEPT_SECONDS = 3600
REFETCHES = 3
REFETCH_SECONDS = 30
"""A key set is fetched again for a key that it lacks. Where that is in vain: so often at once, and then once more every
so many seconds."""


class Discovery:
    def __init__(self, name: str, issuer: str, availability: Availability) -> None:
        self._name, self._issuer, self._availability = name, issuer, availability
        self._metadata: Cached[Metadata] = Cached()
        self._keys: Cached[Keys] = Cached()
        self._fetching = OnLoop(asyncio.Lock)
        self._refetches = Allowance(REFETCHES, REFETCH_SECONDS)

    async def metadata(self) -> Metadata:
        """Raises OAuthFailure where the provider does not answer, or the document is of another issuer."""
        if (cached := self._metadata.fresh(KEPT_SECONDS)) is not None:
            return cached
        async with self._fetching.here():
            if (cached := self._metadata.fresh(KEPT_SECONDS)) is not None:
                return cached
            document = await self._availability.fetch(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            try:
                published = documents.understood(document)
            except ValueError as error:
                raise OAuthFailure("oauth_failed", f"{self._name}: {error}") from error
            if published.issuer != self._issuer:
                raise OAuthFailure("oauth_failed", f"{self._issuer} says that it is {published.issuer[:200]!r}")
            return self._metadata.keep(published)

    async def keys(self, url: str, *, newer_than: float | None = None) -> Keys:
        """The key set at `url`; with `newer_than`, a `time.monotonic()`, one that was fetched since then.

        It may be older all the same, where fetching it was in vain of late. Raises OAuthFailure.
        """
        if (cached := self._cached_keys(newer_than)) is not None:
            return cached
        if not url:
            raise OAuthFailure("oauth_failed", f"{self._name} names no key set")
        async with self._fetching.here():
            if (cached := self._cached_keys(newer_than)) is not None:
                return cached
            before = self._keys.fresh(KEPT_SECONDS)
            if before is not None and not self._refetches.take():
                return before
            began = time.monotonic()
            try:
                keys = Keys(await self._availability.fetch(url))
            except ValueError as error:
                raise OAuthFailure("oauth_failed", f"{self._name}'s key set cannot be read: {error}") from error
            if before is not None and keys.members != before.members:
                self._refetches.give_back()  # it was not in vain
            return self._keys.keep(keys, began)

    def _cached_keys(self, newer_than: float | None) -> Keys | None:
        cached = self._keys.fresh(KEPT_SECONDS)
        return cached if newer_than is None or self._keys.since >= newer_than else None

    def forget_keys(self) -> None:
        """The next sign-in fetches the key set."""
        self._keys = Cached()
