"""An OpenID provider without a wire: what it publishes, and what Kiosk makes of it."""

import asyncio
import json
from typing import Any

from app.auth.oauth import metadata
from app.auth.oauth.discovery import Discovery
from app.auth.oauth.fetch import decoded
from app.auth.oauth.metadata import Metadata
from app.auth.oauth.openid import OpenIdClient
from app.auth.oauth.providers import Provider
from app.runtime.config import OAuthProvider
from app.runtime.db import utcnow
from tests.forgery import KEY, half_hash, merged, signed

ISSUER, CLIENT, NONCE, ACCESS = "https://id.example", "kiosk", "n-0S6_WzA2Mj", "access-token"
PUBLIC = KEY.as_dict(private=False)


def sent(document: object) -> Any:
    """As it comes from the wire."""
    return decoded(json.dumps(document).encode())


def published(**changes: object) -> Metadata:
    """What Kiosk reads in a discovery document with these members changed; None leaves one out."""
    members = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "userinfo_endpoint": f"{ISSUER}/userinfo",
        "jwks_uri": f"{ISSUER}/jwks",
    }
    return metadata.understood(sent(merged(members, changes)))


class Published:
    """Answers with its key set, whatever is asked for."""

    def __init__(self, document: object) -> None:
        self.document = document

    async def fetch(self, _url: str) -> Any:
        return sent(self.document)


def client(document: object = None, **changes: object) -> OpenIdClient:
    """Kiosk as a client of this provider, whose key set is `document`."""
    provider = Provider("acme", OAuthProvider(ISSUER, CLIENT, "secret"), "", OpenIdClient)
    provider.discovery = Discovery("acme", ISSUER, Published(document))
    return OpenIdClient(provider, published(**changes))


def verified(
    token: object, document: object = None, algorithms: tuple[str, ...] = ("RS256",), access: str = ACCESS
) -> Any:
    """The claims of an ID token. Raises OAuthFailure."""
    by = client({"keys": [PUBLIC]} if document is None else document, id_token_signing_alg_values_supported=algorithms)
    return asyncio.run(by.verified_claims({"id_token": token, "access_token": access}, NONCE, utcnow()))


def id_token(key: Any = KEY, header: dict[str, Any] | None = None, **claims: object) -> str:
    """A token that is right, but for what is overridden; None leaves a member out."""
    now = int(utcnow().timestamp())
    right = {"iss": ISSUER, "aud": CLIENT, "sub": "ada", "iat": now, "exp": now + 300, "nonce": NONCE}
    right["at_hash"] = half_hash(ACCESS)
    return signed(merged({"alg": "RS256", "kid": "first"}, header or {}), merged(right, claims), key)
