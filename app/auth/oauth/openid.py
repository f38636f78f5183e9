"""OpenID Connect providers: settings with `KIND=oidc`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.auth.oauth import id_token
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.fetch import fetch
from app.auth.oauth.providers import Provider, ProviderClient

GOOGLE = "https://accounts.google.com"


class OpenIdClient(ProviderClient):
    @classmethod
    async def connect(cls, provider: Provider) -> "OpenIdClient":
        return cls(provider, await provider.discovery.metadata())

    @property
    def scope(self) -> str:
        """`openid`, which every provider knows, and what else the provider says that it knows."""
        known = self.metadata.scopes_supported or ("email", "profile")
        return " ".join(["openid", *(each for each in ("email", "profile") if each in known)])

    @property
    def tells_sign_in_time(self) -> bool:
        """Google's ID tokens never have an `auth_time`."""
        return self.metadata.issuer != GOOGLE

    def authorization_parameters(self, nonce: str, *, anew: bool) -> Mapping[str, str]:
        """With `max_age` the ID token says when the person signed in. Google knows no `prompt=login`.

        https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
        https://developers.google.com/identity/openid-connect/reference
        """
        if not anew:
            return {"nonce": nonce}
        prompt = "select_account" if self.metadata.issuer == GOOGLE else "login"
        return {"nonce": nonce, "max_age": "0", "prompt": prompt}

    async def verified_claims(self, answer: Mapping[str, Any], nonce: str, now: datetime) -> Mapping[str, Any]:
        return await id_token.verified(self, answer.get("id_token"), nonce, answer["access_token"], now.timestamp())

    async def fetch_profile(self, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """The userinfo's claims, https://openid.net/specs/openid-connect-core-1_0.html#UserInfo

        Without such an endpoint those of the ID token.
        """
        endpoint = self.metadata.userinfo_endpoint
        return await fetch(endpoint, dict, {"Authorization": f"Bearer {access_token}"}) if endpoint else claims

    async def examine(self) -> str:
        keys = await self.provider.discovery.keys(self.metadata.jwks_uri)
        number = keys.count(id_token.allowed(self.metadata))
        if not number:
            raise OAuthFailure(
                "oauth_failed", f"{self.metadata.jwks_uri}: no key that an ID token could be checked with"
            )
        without = "" if self.metadata.userinfo_endpoint else "; there is no userinfo, the ID token says who it is"
        return f"discovery and {number} keys can be read{without}"
