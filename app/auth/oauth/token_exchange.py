"""Sends the browser to a provider, and exchanges the code that it brings back for an access token.

Authlib writes the requests, and our own client sends them, with its limits and time-outs. Authlib's client for httpx
would turn into one for httpx2 wherever that package can be imported.
"""

import re
from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.oauth2 import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.fetch import decoded
from app.auth.oauth.provider_profile import ProviderToken
from app.auth.oauth.providers import ProviderClient
from app.runtime import outbound

HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
BUSY = (408, 429)
TOKEN = re.compile(r"[\x20-\x7e]+")
"""https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12"""


def authorization_url(client: ProviderClient, state: str, verifier: str, nonce: str, *, anew: bool) -> str:
    """Where to send the browser, with the challenge that belongs to `verifier`."""
    url, _ = _authlib(client).create_authorization_url(
        client.metadata.authorization_endpoint,
        state=state,
        code_verifier=verifier,
        **client.authorization_parameters(nonce, anew=anew),
    )
    return str(url)


async def exchange(client: ProviderClient, code: str, verifier: str) -> ProviderToken:
    """The token endpoint's answer to a code. Raises OAuthFailure."""
    authlib, redirect_uri = _authlib(client), client.provider.redirect_uri
    form = prepare_token_request("authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier)
    authentication = authlib.client_auth(authlib.token_endpoint_auth_method)
    url, headers, body = authentication.prepare("POST", client.metadata.token_endpoint, dict(HEADERS), form)
    try:
        async with outbound.call_deadline():
            answer = await outbound.client().post(url, content=body, headers=headers)
        return ProviderToken(_granted(answer), client)
    except (httpx.DecodingError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise OAuthFailure("oauth_failed", f"token endpoint: {error!r}") from error
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"token endpoint: {error!r}") from error


def _granted(answer: httpx.Response) -> dict[str, Any]:
    """Raises ValueError for a refusal, which GitHub sends with status 200, and HTTPStatusError where it may pass.

    Optional members (https://www.rfc-editor.org/rfc/rfc6749#section-5.1) are not used, and so not checked.
    """
    if answer.is_server_error or answer.status_code in BUSY:
        answer.raise_for_status()
    granted = decoded(answer.content)
    if not isinstance(granted, dict):
        raise ValueError(f"status {answer.status_code} with {type(granted).__name__}")  # noqa: TRY004 -- the answer is wrong
    if error := granted.get("error"):
        raise ValueError(f"status {answer.status_code} with error {str(error)[:100]!r}")
    if not answer.is_success:
        raise ValueError(f"status {answer.status_code}")
    if not isinstance(token := granted.get("access_token"), str) or not TOKEN.fullmatch(token):
        raise ValueError("no access token")
    return granted


def _authlib(client: ProviderClient) -> OAuth2Client:
    settings = client.provider.settings
    is_basic = "client_secret_basic" in client.metadata.token_endpoint_auth_methods_supported
    authlib = OAuth2Client(
        None,
        settings.client_id,
        settings.client_secret,
        token_endpoint_auth_method="client_secret_basic" if is_basic else "client_secret_post",
        scope=client.scope,
        redirect_uri=client.provider.redirect_uri,
        code_challenge_method="S256",  # without it Authlib sends no challenge, even with a verifier
    )
    authlib.register_client_auth_method(("client_secret_basic", _basic))
    return authlib


def _basic(client: Any, _method: str, url: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """Id and secret form-encoded, which Authlib leaves out: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1"""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return url, headers, body
