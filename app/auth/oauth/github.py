"""GitHub: settings with `KIND=github`. It is no OpenID provider: it has no ID token, and tells users by a number."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.fetch import fetch
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.providers import Provider, ProviderClient
from app.runtime import outbound


class GitHubClient(ProviderClient):
    scope = "read:user user:email"
    tells_sign_in_time = False

    @classmethod
    async def connect(cls, provider: Provider) -> "GitHubClient":
        """GitHub publishes no metadata. It takes the client's secret in the form."""
        issuer = provider.settings.issuer
        base = issuer.rstrip("/") + "/login/oauth"
        methods = ("client_secret_post",)
        metadata = Metadata(
            issuer, f"{base}/authorize", f"{base}/access_token", token_endpoint_auth_methods_supported=methods
        )
        return cls(provider, metadata)

    def authorization_parameters(self, nonce: str, *, anew: bool) -> Mapping[str, str]:
        """GitHub knows no nonce, and cannot be asked to have the person sign in once more."""
        del nonce, anew
        return {}

    async def verified_claims(self, answer: Mapping[str, Any], nonce: str, now: datetime) -> Mapping[str, Any]:
        del answer, nonce, now
        return {}

    async def fetch_profile(self, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """The user, with the email that is primary and verified: https://docs.github.com/rest/users"""
        del claims
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/vnd.github+json"}
        user: dict[str, Any] = await fetch(f"{self._api_base}/user", dict, headers)
        emails = await self._emails(headers)
        verified = [each.get("email") for each in emails if isinstance(each, dict) and _is_primary_and_verified(each)]
        return {**user, "email": next(iter(verified), None), "email_verified": bool(verified)}

    async def _emails(self, headers: dict[str, str]) -> list[Any]:
        """Empty where the token may not see them: 403 or 404, https://docs.github.com/rest/users/emails"""
        try:
            return await fetch(f"{self._api_base}/user/emails", list, headers)
        except OAuthFailure as failure:
            reason = failure.__cause__
            if isinstance(reason, httpx.HTTPStatusError) and _is_hidden(reason.response):
                return []
            raise

    @property
    def _api_base(self) -> str:
        """On its own host for github.com, else below the server's (docs.github.com/rest)."""
        issuer = self.metadata.issuer.rstrip("/")
        return "https://api.github.com" if urlsplit(issuer).hostname == "github.com" else f"{issuer}/api/v3"

    async def examine(self) -> str:
        url = self.metadata.authorization_endpoint
        try:
            async with outbound.call_deadline():
                await outbound.client().get(url)
        except httpx.HTTPError as error:
            raise OAuthFailure("oauth_unavailable", f"{url}: {error!r}") from error
        return "answers"


def _is_hidden(answer: httpx.Response) -> bool:
    """Whether the token may not see them. Too many requests are a 403 as well:

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    is_limited = "Retry-After" in answer.headers or answer.headers.get("X-RateLimit-Remaining") == "0"
    return answer.status_code in (403, 404) and not is_limited


def _is_primary_and_verified(email: Mapping[str, Any]) -> bool:
    return email.get("primary") is True and email.get("verified") is True
