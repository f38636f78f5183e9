"""What a client asks for when it sends a browser here, and every reason to refuse it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from werkzeug.datastructures import MultiDict

from simulators.identity.clients import Client
from simulators.identity.grants import Grant, Kind
from simulators.identity.people import Person

SCOPES = ("openid", "email", "profile", "offline_access")
EMAIL_SCOPES = frozenset({"user:email", "user"})
GITHUB_SCOPES = EMAIL_SCOPES | {"read:user"}
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256, RFC 7636 section 4.2


class UntrustedError(Exception):
    """Client or redirect URI are not known: the browser must stay here (RFC 6749 section 4.1.2.1)."""


class RefusalError(Exception):
    """The client is told in the redirect: an error code, and the reason for its developer."""

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(f"{error}: {reason}")
        self.error = error
        self.reason = reason


@dataclass(frozen=True)
class Ask:
    """An authorization request that holds."""

    kind: Kind
    client: Client
    redirect_uri: str
    scopes: frozenset[str]
    hint: str | None = None
    nonce: str | None = None
    challenge: str | None = field(default=None, repr=False)

    def granted_to(self, person: Person, now: float, sid: str) -> Grant:
        return Grant(
            kind=self.kind,
            client_id=self.client.id,
            redirect_uri=self.redirect_uri,
            person=person,
            scopes=self.scopes,
            auth_time=int(now),
            sid=sid,
            nonce=self.nonce,
            challenge=self.challenge,
        )


def once(given: MultiDict[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    """Parameters by name, and the names that came more than once. An empty one counts as absent (RFC 6749 3.1)."""
    values = {key: value for key, value in given.items() if value}
    return values, frozenset(key for key, all_values in given.lists() if len(all_values) > 1)


def recognise(given: Mapping[str, str], twice: frozenset[str], clients: Mapping[str, Client]) -> tuple[Client, str]:
    """The client and where it wants the browser back. Raises UntrustedError."""
    client = clients.get(given.get("client_id", ""))
    if client is None or "client_id" in twice:
        raise UntrustedError("No client is registered under the client_id that was sent.")
    uri = given.get("redirect_uri")
    if uri is None or "redirect_uri" in twice:
        raise UntrustedError("The request must name exactly one redirect_uri.")
    if not client.knows(uri):
        raise UntrustedError(f"The redirect_uri {uri} is not registered for the client {client.id}.")
    return client, uri


def read_openid(given: Mapping[str, str], twice: frozenset[str], client: Client, redirect_uri: str) -> Ask:
    """An authentication request (OpenID Connect Core 3.1.2.1, RFC 7636 section 4.3). Raises RefusalError."""
    if twice:
        raise RefusalError("invalid_request", f"sent more than once: {', '.join(sorted(twice))}")
    _check_response(given)
    scopes = frozenset(given.get("scope", "").split())
    if "openid" not in scopes:
        raise RefusalError("invalid_scope", "scope must contain openid")
    challenge = _challenge(given)
    if challenge is None:
        raise RefusalError("invalid_request", "code_challenge is missing: PKCE is required")
    _check_prompt(given.get("prompt", "").split())
    return Ask(
        kind="openid",
        client=client,
        redirect_uri=redirect_uri,
        scopes=scopes & frozenset(SCOPES),
        hint=given.get("login_hint"),
        nonce=given.get("nonce"),
        challenge=challenge,
    )


def read_github(given: Mapping[str, str], twice: frozenset[str], client: Client, redirect_uri: str) -> Ask:
    """GitHub's web application flow: scopes are free, PKCE is checked if used. Raises RefusalError."""
    if twice:
        raise RefusalError("invalid_request", f"sent more than once: {', '.join(sorted(twice))}")
    scopes = frozenset(given.get("scope", "").replace(",", " ").split())
    return Ask(
        kind="github",
        client=client,
        redirect_uri=redirect_uri,
        scopes=scopes & GITHUB_SCOPES,
        hint=given.get("login"),
        challenge=_challenge(given),
    )


def _check_response(given: Mapping[str, str]) -> None:
    wanted = given.get("response_type")
    if wanted is None:
        raise RefusalError("invalid_request", "response_type is missing")
    if wanted != "code":
        raise RefusalError("unsupported_response_type", "only the code flow is offered")
    if given.get("response_mode", "query") != "query":
        raise RefusalError("invalid_request", "response_mode must be query")
    for key in ("request", "request_uri"):
        if key in given:
            raise RefusalError(f"{key}_not_supported", f"{key} is not offered")


def _check_prompt(prompt: list[str]) -> None:
    if prompt == ["none"]:
        raise RefusalError("login_required", "there are no sessions here: a person has to choose")
    if "none" in prompt:
        raise RefusalError("invalid_request", "prompt none goes with no other")


def _challenge(given: Mapping[str, str]) -> str | None:
    challenge = given.get("code_challenge")
    if challenge is None:
        return None
    if given.get("code_challenge_method") != "S256":
        raise RefusalError("invalid_request", "code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(challenge):
        raise RefusalError("invalid_request", "code_challenge is not the base64url of a SHA-256")
    return challenge


def extended(uri: str, pairs: list[tuple[str, str]]) -> str:
    """The redirect URI with parameters added; what its query holds already stays (RFC 6749 section 3.1.2)."""
    parts = urlsplit(uri)
    query = "&".join(part for part in (parts.query, urlencode(pairs)) if part)
    return urlunsplit(parts._replace(query=query))
