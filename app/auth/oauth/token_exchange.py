"""Kiosk as the client of a provider: what it asks the browser to be sent with, and a code for an access token.

Authlib writes the requests; they are sent by our own client, which has limits and time-outs. Its client for httpx
turns into one for httpx2 wherever that can be imported, whoever brought it along.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.oauth2 import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from app.auth.oauth.metadata import Metadata
from app.auth.oauth.profile import ProviderToken
from app.auth.oauth.providers import OAuthFailure, Provider, decoded
from app.runtime import outbound

HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
BUSY = (408, 429)
TOKEN = re.compile(r"[\x20-\x7e]+")
"""https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12"""


def authorization_url(at: Provider, metadata: Metadata, state: str, verifier: str, extra: Mapping[str, str]) -> str:
    """Where to send the browser, with the challenge that belongs to `verifier`."""
    url, _ = _client(at, metadata).create_authorization_url(
        metadata.authorization_endpoint, state=state, code_verifier=verifier, **extra
    )
    return str(url)


async def exchanged(at: Provider, metadata: Metadata, code: str, verifier: str) -> ProviderToken:
    """The token endpoint's answer to a code. Raises OAuthFailure."""
    client = _client(at, metadata)
    form = prepare_token_request("authorization_code", redirect_uri=at.redirect_uri, code=code, code_verifier=verifier)
    authentication = client.client_auth(client.token_endpoint_auth_method)
    url, headers, body = authentication.prepare("POST", metadata.token_endpoint, dict(HEADERS), form)
    try:
        async with outbound.deadline():
            answer = await outbound.client().post(url, content=body, headers=headers)
        return ProviderToken(_granted(answer), at)
    except (httpx.DecodingError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise OAuthFailure("oauth_failed", f"token endpoint: {error!r}") from error
    except httpx.HTTPError as error:
        raise OAuthFailure("oauth_unavailable", f"token endpoint: {error!r}") from error


def _granted(answer: httpx.Response) -> dict[str, Any]:
    """Raises ValueError for a refusal, which GitHub sends with status 200, and HTTPStatusError for trouble.

    Of what is optional (https://www.rfc-editor.org/rfc/rfc6749#section-5.1) nothing is used, and so nothing checked.
    """
    if answer.is_server_error or answer.status_code in BUSY:
        answer.raise_for_status()
    found = decoded(answer.content)
    if not isinstance(found, dict):
        raise ValueError(f"status {answer.status_code} with {type(found).__name__}")  # noqa: TRY004 -- it is the answer that is wrong
    if error := found.get("error"):
        raise ValueError(f"status {answer.status_code} with error {str(error)[:100]!r}")
    if not answer.is_success:
        raise ValueError(f"status {answer.status_code}")
    if not isinstance(token := found.get("access_token"), str) or not TOKEN.fullmatch(token):
        raise ValueError("no access token")
    return found


def _client(at: Provider, metadata: Metadata) -> OAuth2Client:
    basic = "client_secret_basic" in metadata.token_endpoint_auth_methods_supported and not at.is_github
    client = OAuth2Client(
        None,
        at.settings.client_id,
        at.settings.client_secret,
        token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
        scope=at.scope(metadata),
        redirect_uri=at.redirect_uri,
        code_challenge_method="S256",  # without it Authlib sends no challenge, verifier or not
    )
    client.register_client_auth_method(("client_secret_basic", _basic))
    return client


def _basic(client: Any, _method: str, url: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """Id and secret form-encoded, which Authlib leaves out: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1"""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return url, headers, body
